/* The whole story of one order, told by the three people it goes through. */
import { strict as assert } from 'node:assert';
import { reports, takesUp } from './deeds';
import { journey, type Cast } from './journey';
import type { Person } from './person';

async function theRequesterReports(p: Person): Promise<string> {
  await p.goes('/report');
  await p.page.locator('form.report .field').first().waitFor();
  assert.equal(await p.page.locator('form.report .field').count(), 3, 'three fields');
  const number = await reports(p, '1号楼 3层 走廊', '1hl3czl', '灯具不亮', '走廊灯不亮');
  assert.match(number, /^\d{8}-\d{4}$/);
  const promised = await p.page.locator('.stages').innerText();
  assert.match(promised, /受理\s+\S.* 前\s+到场\s+\S.* 前\s+完成\s+\S.* 前/, 'the promised times are told');
  return number;
}

async function theDeskDispatches(desk: Person, number: string): Promise<void> {
  await desk.page.locator('.desk-table tr', { hasText: number }).getByRole('button').click();
  const panel = desk.page.locator('.panel');
  await panel.getByText(number).waitFor();
  await desk.does('accept');
  await desk.seesState('accepted');
  await desk.presses('verb.dispatch');
  const crew = desk.page.locator('dialog[open] .one', { hasText: '电工班' }).first();
  await crew.getByText(/在办 \d+/).waitFor();
  assert.ok(await crew.locator('input').isChecked(), 'the crew of the routing rule is suggested');
  await desk.sees('班长', desk.page.locator('dialog[open]'));
  await desk.answers('dispatch', {});
  await desk.page.locator('.panel .tag', { hasText: /^已派工$/ }).waitFor();
}

async function theElectricianWorks(crew: Person, number: string): Promise<void> {
  await takesUp(crew, number);
  await crew.does('acknowledge');
  await crew.does('arrive');
  await crew.does('start');
  await crew.does('suspend', { choose: ['choice.suspend_reason.awaiting_parts'], fill: { 'ask.note': '缺一支灯管' } });
  await crew.seesState('suspended');
}

async function theElectricianCompletes(crew: Person, result: string): Promise<void> {
  await crew.does('complete', { fill: { 'ask.result': result }, choose: ['choice.cause.wear'] });
  await crew.seesState('completed');
}

async function theRequesterRates(p: Person): Promise<void> {
  await p.does('verify');
  await p.presses('verb.rate');
  const dialog = p.page.locator('dialog[open]');
  await dialog.locator('.stars label').nth(1).click();
  await p.answers('rate', {});
  await p.sees(p.text('rating.reason_needed'), dialog);
  await p.answers('rate', { choose: ['rating.tag.late'], fill: { 'ask.comment': '等了两次才修好，评语只给服务台看' } });
  await p.seesState('verified');
}

async function theCrewSeesNoScore(crew: Person): Promise<void> {
  await crew.seesState('verified');
  const all = await crew.page.locator('body').innerText();
  assert.doesNotMatch(all, /[1-5] 星|评语只给服务台看|来得晚/, 'the crew sees no single score');
}

async function theStory({ comes }: Cast): Promise<void> {
  const desk = await comes('desk', 'desk');
  const crew = await comes('electrician', 'phone');
  const asker = await comes('requester', 'phone');
  await desk.page.evaluate(() => ((window as unknown as { same: boolean }).same = true));

  const number = await theRequesterReports(asker);
  await asker.presses('report.see');
  await asker.seesState('submitted');
  await theDeskDispatches(desk, number);
  assert.ok(await desk.page.evaluate(() => (window as unknown as { same?: boolean }).same), 'the desk did not reload');
  await asker.seesState('dispatched');

  await theElectricianWorks(crew, number);
  await asker.seesState('suspended');
  await asker.sees('待料');
  await crew.does('resume');
  await theElectricianCompletes(crew, '换了一支灯管');
  await asker.seesState('completed');
  await asker.sees('换了一支灯管');

  await asker.does('rework', { fill: { 'ask.reason': '过一会儿又灭了' } });
  await crew.seesState('in_progress');
  await crew.sees('过一会儿又灭了');
  await theElectricianCompletes(crew, '镇流器也换了');
  await asker.seesState('completed');
  await theRequesterRates(asker);
  await theCrewSeesNoScore(crew);
}

journey(
  'a dead corridor light is reported in three fields, dispatched, mended, sent back, mended again, accepted and rated',
  theStory,
);

/* What stands on a page is what it says: whose job it is, what was done last time, what comes next. */
import { strict as assert } from 'node:assert';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { crewOf, order, sent, verb, type Order } from './deeds';
import { journey, type Cast } from './journey';
import { PICTURES } from './office';
import { SIZES, type Person, type Seat } from './person';

/* At both sizes. */
async function shots(p: Person, name: string, own: Seat): Promise<void> {
  mkdirSync(PICTURES, { recursive: true });
  for (const seat of ['phone', 'desk'] as const) {
    await p.page.setViewportSize(SIZES[seat]);
    await p.settles();
    await p.page.screenshot({ path: join(PICTURES, `plain-${name}-${p.lang}-${SIZES[seat].width}.png`) });
  }
  await p.page.setViewportSize(SIZES[own]);
}

async function whoseJobItIs({ comes }: Cast): Promise<void> {
  const desk = await comes('desk', 'desk');
  const asker = await comes('requester', 'phone');
  const crew = await comes('electrician', 'phone');
  const lead = await comes('lead', 'phone');
  const me = await crew.asks<{ person_id: number }>('GET', '/session');
  const o = await order(asker, 'A04', '1-04-ZL', { description: '灯管闪' });
  await verb(desk, o, 'dispatch', { crew_id: await crewOf(desk, 'electricians'), assignee_id: me.person_id });

  const own = crew.page.locator('.job', { hasText: o.number });
  await own
    .getByRole('button', { name: crew.text('verb.acknowledge'), exact: true })
    .and(crew.page.locator('.main'))
    .waitFor();
  await lead.goes('/work?all=yes');
  const other = lead.page.locator('.job', { hasText: o.number });
  await lead.sees(/^派给/, other);
  const instead = other.getByRole('button', { name: '代为接单', exact: true });
  await instead.waitFor();
  assert.equal(await instead.and(lead.page.locator('.main')).count(), 0);
  await shots(lead, 'colleague', 'phone');
  await lead.goes(`/work/${o.id}`);
  await lead.page.getByRole('button', { name: '代为接单', exact: true }).waitFor();
  await shots(lead, 'colleague-page', 'phone');

  const english = await comes('lead', 'phone', 'en', '/work?all=yes');
  await english.page
    .locator('.house', { hasText: /^Building 1/ })
    .first()
    .waitFor();
  assert.equal(await english.page.locator('.house', { hasText: '号楼' }).count(), 0);
  await shots(english, 'colleague', 'phone');
}

/* The newest message about the order, as the bell tells it. */
async function told(p: Person, o: Order): Promise<string> {
  const { items } = await p.asks<{ items: { order_id: number; text: string }[] }>('GET', '/notices?sort=-id&limit=20');
  return items.find((n) => n.order_id === o.id)?.text ?? '';
}

async function whatWasDoneLastTime({ comes }: Cast): Promise<void> {
  const desk = await comes('desk', 'desk');
  const asker = await comes('requester', 'phone');
  const crew = await comes('electrician', 'phone');
  const o = await order(asker, 'A04', '1-04-ZL', { description: '灯管又闪' });
  await sent(desk, o, 'electricians');
  await verb(crew, o, 'acknowledge');
  assert.match(await told(asker, o), /已接单。电工班预计 .*\d\d:\d\d 前到场$/);
  await verb(crew, o, 'arrive');
  await verb(crew, o, 'complete', { result: '已换灯管', cause: 'wear' });
  assert.match(await told(asker, o), /完工待验。请验收并评价；.* 前未答复将自动通过$/);
  await asker.goes(`/orders/${o.id}`);
  await asker.sees('处理结果');
  await shots(asker, 'completed', 'phone');
  await asker.page
    .locator('.shell .icon-button[aria-expanded]')
    .filter({ has: asker.page.locator('svg') })
    .nth(1)
    .click();
  await asker.sees(/请验收并评价/);
  await shots(asker, 'told', 'phone');
  await verb(asker, o, 'rework', { reason: '还在闪' });
  await asker.goes(`/orders/${o.id}`);
  await asker.sees('上次处理结果');
  assert.equal(await asker.page.locator('dt', { hasText: /^处理结果$/ }).count(), 0);
  await shots(asker, 'rework', 'phone');
  await verb(crew, o, 'complete', { result: '已换镇流器', cause: 'wear' });
  await asker.goes(`/orders/${o.id}`);
  await asker.page.locator('dt', { hasText: /^处理结果$/ }).waitFor();

  const english = await comes('requester', 'phone', 'en', `/orders/${o.id}`);
  await english.settles();
  assert.match(await told(english, o), /completed; please verify and rate it/);
  await shots(english, 'completed', 'phone');
}

async function whereATabLeads({ comes }: Cast): Promise<void> {
  for (const [account, words] of [
    ['electrician', '班组任务'],
    ['leader', '全部工单'],
    ['approver', '全部工单'],
  ]) {
    const p = await comes(account, 'phone');
    const nav = p.page.locator('.bottom-nav a');
    await nav.filter({ hasText: words }).waitFor();
    const drawn = await nav.locator('path').evaluateAll((all) => all.map((e) => e.getAttribute('d')));
    assert.equal(new Set(drawn).size, drawn.length, `${account}: each page has its own mark`);
    await shots(p, account, 'phone');
  }
}

journey('whose job it is and whose house it stands in is seen at once', whoseJobItIs);
journey('a message says what comes next, and work that is done anew has no result yet', whatWasDoneLastTime);
journey('a tab says where it leads and has a mark of its own', whereATabLeads);

/* What was said is corrected; several items at once; callers in no list; who met it, too; the same drawn into one. */
import { strict as assert } from 'node:assert';
import { opens, order, sent, verb, type Order } from './deeds';
import { journey, type Cast } from './journey';
import type { Person } from './person';

async function theDeskCorrects(desk: Person, o: Order): Promise<void> {
  await opens(desk, 'to_accept', o.number);
  await desk.presses('verb.correct');
  await desk.finds('report.what', '灯不亮', '灯具不亮');
  await desk.writes('correct.note', '看过现场，是灯管');
  await desk.page
    .locator('dialog[open] .modal-foot')
    .getByRole('button', { name: desk.text('verb.correct') })
    .click();
  await desk.page.locator('dialog[open]').waitFor({ state: 'detached' });
  const change = desk.page.locator('.panel .changes').first();
  await desk.sees('说不清，请服务台判断', change);
  await desk.sees('灯具不亮', change);
}

async function correcting({ comes }: Cast): Promise<void> {
  const asker = await comes('requester', 'phone');
  const desk = await comes('desk', 'desk');
  const o = await order(asker, 'Z00', '1-05-ZL', { description: '走廊黑了' });
  await asker.goes(`/orders/${o.id}`);
  await asker.presses('verb.correct');
  await asker.writes('report.phone', '87059999');
  await asker.presses('verb.correct');
  await asker.page.locator('dialog[open]').waitFor({ state: 'detached' });
  await asker.sees('87059999');
  await desk.goes('/desk');
  await theDeskCorrects(desk, o);
  await asker.sees('灯具不亮');
  await asker.sees('看过现场，是灯管');
}

async function returned({ comes }: Cast): Promise<void> {
  const asker = await comes('requester', 'phone');
  const desk = await comes('desk', 'desk');
  const o = await order(asker, 'A05', '2-03-ZL');
  await verb(desk, o, 'return', { reason: '请写明是哪一种' });
  await asker.goes(`/orders/${o.id}`);
  await asker.presses('verb.resubmit');
  await asker.finds('report.what', '灯不亮', '灯具不亮');
  await asker.page
    .locator('dialog[open] .modal-foot')
    .getByRole('button', { name: asker.text('verb.resubmit') })
    .click();
  await asker.seesState('submitted');
  await asker.sees('灯具不亮');
}

/* A meeting is a room and its tea: two items, each with its questions, in one go. */
async function together({ comes }: Cast): Promise<void> {
  const p = await comes('requester', 'phone');
  await p.goes('/report');
  await p.finds('report.where', '1hl3czl', '1号楼 3层 走廊');
  await p.finds('report.what', '灯不亮', '灯具不亮');
  await p.presses('more.add');
  await p.finds('more.what', '茶水', '茶水服务');
  await p.presses('report.send');
  const more = p.page.locator('.more');
  await more.locator('.has-error').first().waitFor();
  const day = new Date(Date.now() + 3 * 86_400_000).toISOString().slice(0, 10);
  for (const box of await more.locator('input[type=number]').all()) await box.fill('12');
  for (const box of await more.locator('input[type=datetime-local]').all()) await box.fill(`${day}T09:00`);
  for (const box of await more.locator('input[type=text]:not([role=combobox])').all()) await box.fill('301');
  await p.writes('report.phone', '87051234');
  await p.presses('report.send');
  await p.sees(p.text('report.done'));
  await p.presses('report.see');
  await p.sees(p.text('order.legs'));
  await p.page.locator('.leg', { hasText: '茶水' }).waitFor();
}

async function stranger({ comes }: Cast): Promise<void> {
  const desk = await comes('desk', 'desk', 'zh', '/desk/intake');
  await desk.page.getByLabel(desk.text('intake.person')).fill('李来访');
  await desk.page
    .locator('.combo-none')
    .getByRole('button', { name: desk.text('intake.not_in_list') })
    .click();
  assert.equal(await desk.page.getByLabel(desk.text('intake.caller_name')).inputValue(), '李来访');
  await desk.writes('intake.caller_unit', '来访群众');
  await desk.finds('report.where', '1hl3czl', '1号楼 3层 走廊');
  await desk.finds('report.what', '灯不亮', '灯具不亮');
  await desk.writes('report.phone', '13900001111');
  await desk.presses('report.send');
  await desk.sees(/李来访/, desk.page.locator('.after'));
  const found = await desk.asks<{ total: number }>('GET', '/orders?q=李来访');
  assert.ok(found.total >= 1, 'the caller is found by his name');
}

async function metItToo({ comes }: Cast): Promise<void> {
  const first = await comes('requester', 'phone');
  const o = await order(first, 'A10', '3-02-WM', { description: '只说给服务台听' });
  const other = await comes('accountant', 'phone', 'zh', '/report');
  await other.finds('report.where', '3hl2cnwsj', '3号楼 2层 男卫生间');
  await other.finds('report.what', '水龙头', '龙头阀门滴漏');
  const twins = other.page.locator('.twins', { hasText: o.number });
  await twins.getByRole('button', { name: other.text('follow.add') }).click();
  await twins.getByRole('link', { name: other.text('follow.following') }).waitFor();
  const desk = await comes('desk', 'desk');
  await sent(desk, o, 'plumbers');
  await other.goes('/follows');
  const card = other.page.locator('.card', { hasText: o.number });
  await card.locator('.tag', { hasText: other.text('state.dispatched') }).waitFor();
  assert.doesNotMatch(await card.innerText(), /只说给服务台听/);
  await card.getByRole('button', { name: other.text('follow.drop') }).click();
  await card.waitFor({ state: 'detached' });
}

async function drawnIn({ comes }: Cast): Promise<void> {
  const asker = await comes('requester', 'phone');
  const desk = await comes('desk', 'desk');
  const main = await order(asker, 'A05', '1-02-ZL', { description: '插座没电' });
  const twin = await order(asker, 'A05', '1-02-ZL', { description: '两个插座都没电' });
  await desk.goes('/desk');
  await opens(desk, 'to_accept', main.number);
  await desk.page.locator('.panel .twins', { hasText: twin.number }).waitFor();
  await desk.presses('desk.draw_in', { n: 1 });
  await desk.sees('两个插座都没电', desk.page.locator('.panel .merged'));
  await desk.sees(desk.text('did.draw_in'), desk.page.locator('.panel .timeline'));
}

async function again({ comes }: Cast): Promise<void> {
  const desk = await comes('desk', 'desk', 'zh', '/desk/recurring');
  await desk.presses('recurring.add');
  await desk.writes('recurring.name', '每周一看走廊灯');
  await desk.page.locator('dialog[open] .note', { hasText: '周一' }).waitFor();
  await desk.finds('report.what', '灯不亮', '灯具不亮');
  await desk.finds('report.where', '1hl3czl', '1号楼 3层 走廊');
  const { name } = await desk.asks<{ name: string }>('GET', '/session');
  await desk.finds('fact.requester', name, name);
  await desk.presses('recurring.keep');
  const card = desk.page.locator('.card', { hasText: '每周一看走廊灯' });
  await card.getByText(/今后五次：.*周一/).waitFor();
  await card.getByRole('button', { name: desk.text('recurring.pause') }).click();
  await card.locator('.tag', { hasText: desk.text('recurring.state.paused') }).waitFor();
}

journey(
  'what nobody could name is corrected by the desk, the phone by the requester, and both see old and new',
  correcting,
);
journey('what was given back is sent in again under its right name', returned);
journey('two items are asked for at once, each with its own questions', together);
journey('a caller who is in no list is taken and found by his name', stranger);
journey('who met a known fault hears of it and sees nobody’s words', metItToo);
journey('the same is drawn into one, whose panel shows what was said', drawnIn);
journey('what is wanted every Monday shows its next five days and is paused', again);

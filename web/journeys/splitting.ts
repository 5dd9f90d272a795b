/* Orders that are not plainly the same become one with a reason, and one of them is split off again. */
import { strict as assert } from 'node:assert';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { opens, order, sent, verb, type Order } from './deeds';
import { journey, type Cast } from './journey';
import { PICTURES } from './office';
import type { Person } from './person';

const dialogOf = (p: Person) => p.page.locator('dialog[open]');

async function shot(p: Person, name: string): Promise<void> {
  mkdirSync(PICTURES, { recursive: true });
  await p.page.screenshot({ path: join(PICTURES, `split-${name}.png`) });
}

const now = (p: Person, o: Order): Promise<Order> => p.asks<Order>('GET', `/orders/${o.id}`);

/* What stays is the oldest; of each other the desk reads what is another, and cannot go on without a reason. */
async function theDeskMergesUnlike(desk: Person, rows: Order[]): Promise<void> {
  await desk.goes('/desk?tab=open');
  for (const o of rows) await desk.page.locator('.desk-table tr', { hasText: o.number }).getByRole('checkbox').check();
  await desk.presses('desk.do.merge');
  const dialog = dialogOf(desk);
  await desk.sees('地点不同：', dialog);
  await desk.sees('事项不同：', dialog);
  await desk.sees('班组已接单', dialog);
  await shot(desk, 'unlike-1440');
  const go = dialog.getByRole('button', { name: desk.text('verb.merge'), exact: true });
  await go.click();
  await desk.sees('请填写“合并理由”。', dialog);
  for (const o of rows.slice(1)) assert.notEqual((await now(desk, o)).state, 'merged');
  await desk.writes('ask.merge_reason', '同一根水管漏的');
  await go.click();
  await desk.sees('已办 2 单');
  for (const o of rows.slice(1)) assert.equal((await now(desk, o)).state, 'merged');
}

async function unlike({ comes }: Cast): Promise<void> {
  const asker = await comes('requester', 'phone');
  const desk = await comes('desk', 'desk');
  const crew = await comes('electrician', 'phone');
  const tap = await order(asker, 'A10', '2-02-WM', { description: '水龙头漏水' });
  const far = await order(asker, 'A10', '2-05-WM', { description: '楼上也漏' });
  const lamp = await order(asker, 'A04', '2-02-WM', { description: '灯进水不亮' });
  await verb(crew, await sent(desk, lamp, 'electricians'), 'acknowledge');
  await theDeskMergesUnlike(desk, [tap, far, lamp]);

  /* The lamp was another matter. */
  await desk.goes(`/desk?tab=all&q=${lamp.number}`);
  await desk.page.locator('.desk-table tr', { hasText: lamp.number }).getByRole('button').click();
  await desk.page.locator('.panel-head', { hasText: lamp.number }).waitFor();
  await desk.sees('同一根水管漏的', desk.page.locator('.panel .timeline'));
  await desk.does('split_off', { fill: { 'ask.split_off_reason': '灯是另一回事' } });
  await desk.seesState('dispatched');
  await desk.sees(`原并入 ${tap.number}`, desk.page.locator('.panel .timeline'));
  assert.equal((await now(desk, far)).state, 'merged');
  /* The crew has it again and was told; the other order's history says that it went. */
  await crew.goes(`/work/${lamp.id}`);
  await crew.does('acknowledge');
  await desk.goes('/desk');
  await opens(desk, 'to_accept', tap.number);
  await desk.sees(`拆出的工单：${lamp.number}`, desk.page.locator('.panel .timeline'));
}

async function fromThePanel({ comes }: Cast): Promise<void> {
  const asker = await comes('requester', 'phone');
  const desk = await comes('desk', 'desk');
  const crew = await comes('electrician', 'phone');
  const main = await order(asker, 'A05', '2-06-ZL', { description: '插座没电' });
  const twin = await order(asker, 'A05', '2-06-ZL', { description: '插座坏了' });
  await verb(crew, await sent(desk, twin, 'electricians'), 'acknowledge');
  await desk.goes('/desk');
  await opens(desk, 'to_accept', main.number);
  await desk.presses('desk.draw_in', { n: 1 });
  const dialog = dialogOf(desk);
  await desk.sees('班组已接单', dialog);
  await desk.writes('ask.merge_reason', '同一个插座');
  await dialog.getByRole('button', { name: desk.text('verb.merge'), exact: true }).click();
  await desk.sees('插座坏了', desk.page.locator('.panel .merged'));
  assert.equal((await now(desk, twin)).state, 'merged');
}

journey('orders that differ are made one with a reason, and one of them is split off again', unlike);
journey('what a crew has acknowledged is drawn into another with a reason', fromThePanel);

/* What the desk leaves to a crew, and what it is told before it merges. */
import { strict as assert } from 'node:assert';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { order, type Order } from './deeds';
import { journey, type Cast } from './journey';
import { PICTURES } from './office';
import type { Person } from './person';

async function shot(p: Person, name: string): Promise<void> {
  mkdirSync(PICTURES, { recursive: true });
  await p.page.screenshot({ path: join(PICTURES, `taken-${name}.png`) });
}

const row = (p: Person, o: Order) => p.page.locator('.desk-table tr', { hasText: o.number });

/* A computer is the informatics crew's, who take their orders themselves; a lamp is sent. */
async function leftToTheCrew({ comes }: Cast): Promise<void> {
  const desk = await comes('desk', 'desk');
  const asker = await comes('requester', 'phone');
  const pc = await order(asker, 'C01', '2-03-ZL');
  const lamp = await order(asker, 'A04', '2-04-ZL');
  await desk.goes('/desk?tab=to_accept');
  for (const o of [pc, lamp]) await row(desk, o).getByRole('checkbox').check();
  await desk.sees('1 单待抢单');
  await shot(desk, 'bar-1440');
  await desk.page.locator('.bar .button.main').click();
  await desk.sees('其中 1 单待班组抢单');

  await desk.goes('/desk?tab=to_be_taken');
  await row(desk, pc).locator('.tag', { hasText: '待抢单' }).waitFor();
  await row(desk, pc).getByRole('button').click();
  await desk.sees('服务台不必再派工', desk.page.locator('.panel'));
  await shot(desk, 'panel-1440');
  await desk.goes('/desk?tab=to_dispatch');
  await desk.page.locator('.desk-table, .empty').first().waitFor();
  assert.equal(await row(desk, pc).count(), 0, 'the desk has it to do no more');
}

/* Two lamps, of which one has a part that is still open. */
async function toldBeforeMerging({ comes }: Cast): Promise<void> {
  const desk = await comes('desk', 'desk');
  const asker = await comes('requester', 'phone');
  const stays = await order(asker, 'A04', '2-05-ZL');
  const whole = await order(asker, 'A04', '2-05-ZL', { legs: [{ item_code: 'A01' }] });
  await desk.goes('/desk?tab=to_accept');
  for (const o of [stays, whole]) await row(desk, o).getByRole('checkbox').check();
  await desk.presses('desk.do.merge');
  const dialog = desk.page.locator('dialog[open]');
  await desk.sees('不能并入别的工单（', dialog);
  await shot(desk, 'merge-1440');
  assert.ok(await dialog.getByRole('button', { name: desk.text('verb.merge'), exact: true }).isDisabled());
}

/* An action is no word of an entry: whoever types one is led to it. */
async function actionsByName({ comes }: Cast): Promise<void> {
  const p = await comes('auditor', 'desk', 'zh', '/admin/audit');
  await p.page.locator('table.audit tbody tr').first().waitFor();
  await p.page.getByRole('searchbox').fill('已受理');
  await p.page.locator('.meant').getByRole('button', { name: '已受理' }).click();
  await p.page.locator('table.audit tbody tr', { hasText: '已受理' }).first().waitFor();
  const all = await p.page.locator('.bar select').first().locator('option').allInnerTexts();
  assert.deepEqual([...new Set(all)].length, all.length, 'no two actions are called the same');
}

journey('what a crew takes for itself is not left to be dispatched', leftToTheCrew);
journey('what cannot be merged is said before it is tried', toldBeforeMerging);
journey('the audit’s actions are found by their names and told apart', actionsByName);

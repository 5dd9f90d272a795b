/* What cannot wait comes before everybody's eyes, on whatever page they are. */
import { strict as assert } from 'node:assert';
import { join } from 'node:path';
import { mkdirSync } from 'node:fs';
import { order, verb, type Order } from './deeds';
import { journey, type Cast } from './journey';
import { PICTURES } from './office';
import type { Person } from './person';

const bar = (p: Person, number: string) =>
  p.page.locator('.alarm', { has: p.page.locator(`a[href*="order=${number}"]`) });

/* Several stand in one line until they are looked at. */
async function looksFor(p: Person, id: number): Promise<void> {
  const shut = p.page.locator('.alarms .fold[aria-expanded=false]');
  const one = bar(p, String(id));
  await one.or(shut).first().waitFor({ timeout: 15_000 });
  for (let i = 0; i < 10 && !(await one.count()); i++) {
    if (await shut.count()) await shut.click();
    await one.waitFor({ timeout: 1500 }).catch(() => undefined);
  }
  await one.waitFor();
}

async function stuckInTheLift({ comes }: Cast): Promise<void> {
  const desk = await comes('desk', 'desk');
  const phone = await comes('desk', 'phone', 'en', '/orders');
  const asker = await comes('requester', 'phone');
  const o = await order(asker, 'A17', '3-03-ZL', { description: '两个人困在里面' });
  await looksFor(desk, o.id);
  await looksFor(phone, o.id);
  await desk.sees('两个人困在里面', bar(desk, String(o.id)));
  await desk.sees(/距.*时限|超时/, bar(desk, String(o.id)));
  const rings = Number(/^\(!(\d+)\) /.exec(await desk.page.title())?.[1]);
  assert.ok(rings >= 1, 'the title says how many');
  mkdirSync(PICTURES, { recursive: true });
  await desk.page.screenshot({ path: join(PICTURES, 'alarm-1440.png') });
  await phone.page.screenshot({ path: join(PICTURES, 'alarm-360.png') });
  assert.ok(
    await phone.page.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth),
    'nothing runs out of the side of a phone',
  );

  /* The tab of emergencies comes first, and has it. */
  const tab = desk.page.getByRole('tab').first();
  assert.match(await tab.innerText(), /^抢险/);
  await tab.click();
  await desk.page.locator('.desk-table tr', { hasText: o.number }).waitFor();

  /* One says that he knows: it is gone for all, and the history has who. */
  await bar(desk, String(o.id)).getByRole('button', { name: '知道了' }).click();
  await bar(desk, String(o.id)).waitFor({ state: 'detached' });
  await bar(phone, String(o.id)).waitFor({ state: 'detached', timeout: 15_000 });
  assert.equal(/^\(!(\d+)\)/.exec(await desk.page.title())?.[1] ?? '0', String(rings - 1));
  await desk.goes(`/orders/${o.id}`);
  await desk.sees('已知悉告警');
  assert.equal(await asker.page.locator('.alarm').count(), 0, 'whoever asks has no bar');
  await verb(desk, o, 'cancel', { reason: '演练' });
}

async function severalInOneLine({ comes }: Cast): Promise<void> {
  const desk = await comes('desk', 'desk');
  const phone = await comes('desk', 'phone', 'zh', '/orders');
  const asker = await comes('requester', 'phone');
  const made: Order[] = [];
  for (const [where, said] of [
    ['3-03-ZL', '一个人'],
    ['2-03-ZL', '两个人'],
  ])
    made.push(await order(asker, 'A17', where, { description: said }));
  for (const p of [desk, phone]) {
    const fold = p.page.locator('.alarms .fold');
    await fold.filter({ hasText: /^\d+ 件抢险/ }).waitFor({ timeout: 15_000 });
    const height = await p.page.locator('.alarms').evaluate((e) => e.getBoundingClientRect().height);
    assert.ok(height <= 56, `${height} px of ${p.account}'s page`);
    await p.sees('电梯困人', p.page.locator('.alarms'));
    await fold.click();
    for (const o of made) await bar(p, String(o.id)).waitFor();
  }
  for (const o of made) await verb(desk, o, 'cancel', { reason: '演练' });
}

/* What the tab counts, the board counts and the list shows is one number. */
async function oneNumber({ comes }: Cast): Promise<void> {
  const desk = await comes('desk', 'desk');
  const board = await desk.asks<{ overdue: number }>('GET', '/orders/board');
  const now = new Date().toISOString();
  const list = await desk.asks<{ total: number }>('GET', `/orders?is_open=yes&nearest_due.before=${now}&limit=1`);
  assert.equal(list.total, board.overdue);
  await desk.goes('/desk?tab=overdue');
  await desk.page.locator('.desk-table, .empty').first().waitFor();
  const rows = await desk.page.locator('.desk-table tbody tr').count();
  assert.equal(await desk.page.locator('.desk-table .clock-over').count(), rows, 'each says what it is late with');
}

journey('a lift with people in it is seen on every page until somebody knows', stuckInTheLift);
journey('several emergencies take one line of the page until they are looked at', severalInOneLine);
journey('what is overdue is one number', oneNumber);

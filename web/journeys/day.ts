/* A day at the desk, of a crew, of whoever asked, of a leader: what comes first, and how many keys it takes. */
import { strict as assert } from 'node:assert';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Figures } from '../src/api/types';
import { order, sent, type Order } from './deeds';
import { journey, type Cast } from './journey';
import { PICTURES } from './office';
import { SIZES, type Person } from './person';

async function shot(p: Person, name: string): Promise<void> {
  mkdirSync(PICTURES, { recursive: true });
  await p.page.screenshot({ path: join(PICTURES, `day-${name}.png`) });
}

/* Of the state now; the order of the desk's list is left alone. */
async function stateOf(p: Person, o: Order): Promise<string> {
  return (await p.asks<Order>('GET', `/orders/${o.id}`)).state;
}

/* Forty come in; their crews are those the rules name.  Each is seen before it is sent. */
async function fortyOrders({ comes }: Cast): Promise<void> {
  const FORTY = 40;
  const desk = await comes('desk', 'desk', 'zh', '/desk?tab=to_accept');
  const asker = await comes('requester', 'phone');
  await desk.settles(); /* what is there already is not new */
  const made: Order[] = [];
  for (let i = 0; i < FORTY; i++) made.push(await order(asker, 'A04', '3-05-ZL', { description: `第 ${i + 1} 盏` }));
  await desk.page.locator('.strip', { hasText: `新到 ${FORTY}` }).waitFor();
  await shot(desk, 'new-1440');
  const rows = desk.page.locator('.desk-table tbody tr');
  await rows.filter({ hasText: made[FORTY - 1].number }).waitFor({ state: 'attached' });

  let keys = 0;
  const press = async (key: string): Promise<void> => {
    keys++;
    await desk.page.keyboard.press(key);
  };
  const waiting = new Set(made.map((o) => o.number));
  const head = desk.page.locator('.panel-head .num');
  await press('y'); /* the first of the new */
  for (let done = 0; waiting.size > 0; done++) {
    assert.ok(done < 2 * FORTY + 60, 'it comes to an end');
    await desk.page.locator('.panel .next').waitFor();
    const number = (await head.innerText()).trim();
    await press('Enter');
    waiting.delete(number);
    if (!waiting.size) break;
    await desk.page.waitForFunction(
      (was) => document.querySelector('.panel-head .num')?.textContent?.trim() !== was,
      number,
    );
  }
  assert.ok(keys <= 3 * FORTY, `${keys} keys for ${FORTY} orders`);
  console.log(`# ${keys} keys for ${FORTY} orders`);
  await desk.settles();
  for (const o of [made[0], made[FORTY - 1]]) assert.equal(await stateOf(desk, o), 'dispatched');
}

/* Chosen with the space bar, sent with one Enter; those that fail say why and stay chosen. */
async function severalAtOnce({ comes }: Cast): Promise<void> {
  const desk = await comes('desk', 'desk', 'zh', '/desk?tab=to_accept');
  const asker = await comes('requester', 'phone');
  const made: Order[] = [];
  for (let i = 0; i < 3; i++) made.push(await order(asker, 'A10', '2-05-WM', { description: `第 ${i + 1} 个龙头` }));
  const row = (o: Order) => desk.page.locator('.desk-table tr', { hasText: o.number });
  for (const o of made) await row(o).getByRole('checkbox').check();
  await desk.sees('已选 3 单');
  await shot(desk, 'chosen-1440');
  /* Two are the same matter: the second goes into the first. */
  await row(made[2]).getByRole('checkbox').uncheck();
  await desk.presses('desk.do.merge');
  await desk.page.locator('dialog[open]').getByRole('button', { name: '合并', exact: true }).click();
  await row(made[1]).waitFor({ state: 'detached' });
  assert.equal(await stateOf(desk, made[1]), 'merged');
  await row(made[2]).getByRole('checkbox').check();
  await desk.sees('已选 2 单');
  await desk.page.keyboard.press('Enter');
  await desk.sees('已办 2 单');
  for (const o of [made[0], made[2]]) assert.equal(await stateOf(desk, o), 'dispatched');
}

async function theListIsDense({ comes }: Cast): Promise<void> {
  const desk = await comes('desk', 'desk', 'zh', '/desk');
  await desk.page.locator('.desk-table tbody tr').nth(17).waitFor();
  const whole = await desk.page.evaluate(
    () =>
      [...document.querySelectorAll('.desk-table tbody tr')].filter(
        (r) => r.getBoundingClientRect().bottom <= document.querySelector('.desk-list')!.getBoundingClientRect().bottom,
      ).length,
  );
  assert.ok(whole >= 18, `${whole} rows on 900 px`);
  const over = await desk.page.evaluate(() => document.documentElement.scrollHeight - innerHeight);
  assert.ok(over <= 0, `the list scrolls, not the page: ${over}`);
  const clock = desk.page.locator('th.c-clock');
  assert.equal(await clock.getAttribute('aria-sort'), 'ascending');
  await desk.page.locator('th.c-pri').getByRole('button').click();
  await desk.page.waitForURL(/sort=priority/);
  await desk.page.locator('th.c-pri[aria-sort=ascending]').waitFor();
  await desk.page.locator('.desk-table tbody tr').first().waitFor();
  await desk.settles();
  const seen = await desk.page.locator('.desk-table .pri').allInnerTexts();
  assert.deepEqual(seen, [...seen].sort(), 'by priority');
  await clock.getByRole('button', { name: '最近时限' }).click();
  await desk.page.waitForURL(/sort=nearest_due/);
  await desk.page.locator('th.c-clock[aria-sort=ascending]').waitFor();
  await desk.settles();
  const due = await desk.page
    .locator('.desk-table .clock')
    .evaluateAll((all) => all.map((e) => e.getAttribute('title') ?? '').filter(Boolean));
  assert.ok(due.length > 10);
  assert.deepEqual(due, [...due].sort(), 'by the time that is shown');
  await shot(desk, 'list-1440');
}

async function theCrewsDay({ comes }: Cast): Promise<void> {
  const desk = await comes('desk', 'desk');
  const asker = await comes('requester', 'phone');
  const crew = await comes('electrician', 'phone');
  const one = await order(asker, 'A04', '3-02-ZL', { description: '走廊灯不亮' });
  await sent(desk, one, 'electricians');
  const job = crew.page.locator('.job', { hasText: one.number });
  await job.waitFor();
  await shot(crew, 'today-360');
  await job.getByRole('button', { name: '接单', exact: true }).click();
  await job.getByRole('button', { name: '到场', exact: true }).click();
  await job.getByRole('button', { name: '完工', exact: true }).click();
  const box = crew.page.locator('dialog[open]');
  await box.locator('.phrases button').first().click();
  assert.notEqual(await box.locator('textarea').first().inputValue(), '');
  const before = crew.page.url();
  await crew.answers('complete', { choose: ['choice.cause.wear'] });
  await box.waitFor({ state: 'detached' });
  assert.equal(crew.page.url(), before);
  assert.equal(await stateOf(crew, one), 'completed');

  /* It waits for whoever asked, above the form, and the mark is gone when it was seen to. */
  await asker.goes('/report');
  const waits = asker.page.locator('.waits');
  await asker.sees('请验收', waits);
  await asker.page.locator('.bottom-nav .owed').waitFor({ state: 'attached' });
  await shot(asker, 'home-360');
  await waits.locator('article').first().getByRole('button', { name: '验收', exact: true }).click();
  await asker.sees(asker.text('did.verify'));
}

async function backClosesTheSheet({ comes }: Cast): Promise<void> {
  const p = await comes('requester', 'phone', 'zh', '/orders');
  const o = await order(p, 'A04', '3-03-ZL');
  await p.page.locator('.order-card', { hasText: o.number }).getByRole('link').first().click();
  await p.presses('verb.comment');
  await p.page.locator('dialog[open]').waitFor();
  await p.page.goBack();
  await p.page.locator('dialog[open]').waitFor({ state: 'detached' });
  await p.page.waitForURL(`**/orders/${o.id}`);
  await p.page.goBack();
  await p.page.waitForURL(/\/orders(\?.*)?$/);
}

async function theFirstFaultIsSeen({ comes }: Cast): Promise<void> {
  const p = await comes('requester', 'phone', 'zh', '/report');
  await p.finds('report.where', '1号楼 410', '410');
  await p.finds('report.what', '接送站', '接送站');
  await p.page.locator('.report fieldset, .report [role=group]').first().waitFor();
  await p.presses('report.send');
  const fault = p.page.locator('.has-error').first();
  await fault.waitFor();
  await p.page.waitForTimeout(200);
  const box = (await fault.boundingBox())!;
  const top = (await p.page.locator('header.top').boundingBox())!;
  assert.ok(box.y >= top.y + top.height - 1 && box.y < SIZES.phone.height - 200, `its label is seen: at ${box.y}`);
  const said = (await fault.locator('.field-error').innerText()).trim();
  await p.sees(said, p.page.locator('.send'));
  const send = (await p.page.getByRole('button', { name: '提交', exact: true }).boundingBox())!;
  assert.ok(send.y + send.height <= SIZES.phone.height, 'the button is in reach');
  await shot(p, 'report-360');
}

async function theLeader({ comes }: Cast): Promise<void> {
  const boss = await comes('leader', 'desk');
  await boss.page.waitForURL('**/overview');
  await boss.page.locator('.tile').first().waitFor();
  await boss.page.locator('.figures tbody tr').nth(13).waitFor();
  await shot(boss, 'leader-1440');
  const f = await boss.asks<Figures>('GET', '/orders/figures');
  const stars = boss.page.locator('.stars-card');
  /* On the first days of a month too few have voted: then nothing is told of them but how many they are. */
  const few = (f.this_month.rated ?? 0) < 5;
  assert.ok(few === (f.this_month.stars === null) && f.dissatisfied !== null, 'a leader is told the stars of all');
  await boss.sees(f.this_month.stars?.toFixed(2) ?? boss.text('figures.too_few'), stars);
  await boss.sees(`${f.this_month.rated}`, stars);
  assert.ok(f.last_month.stars !== null, 'and those of the month before');
  const day = boss.page.locator('.figures tbody tr').first().locator('td');
  assert.equal(Number((await day.first().innerText()).replaceAll(',', '')), f.days[13].asked);
  const n = (await boss.page.locator('.tile', { hasText: '超时' }).locator('.n').innerText()).trim();
  await boss.page.locator('.tile', { hasText: '超时' }).click();
  await boss.page.getByRole('tab', { selected: true }).filter({ hasText: n }).waitFor();
  await boss.page.setViewportSize(SIZES.phone);
  await boss.goes('/overview');
  await boss.page.locator('.tile').first().waitFor();
  await shot(boss, 'leader-360');
}

/* An order that was found poor leads from the leader's page to itself until it is over. */
async function whatWasFoundPoor({ comes }: Cast): Promise<void> {
  const desk = await comes('desk', 'desk');
  const asker = await comes('requester', 'phone');
  const boss = await comes('leader', 'desk');
  const o = await order(asker, 'A04', '3-05-ZL', { description: '修了又坏' });
  await sent(desk, o, 'electricians');
  const crew = await comes('electrician', 'phone');
  for (const [p, verb, body] of [
    [crew, 'arrive', {}],
    [crew, 'complete', { result: '已修' }],
    [asker, 'verify', {}],
    [asker, 'rate', { stars: 1, comment: '又坏了' }],
  ] as const)
    await p.asks('POST', `/orders/${o.id}/${verb}`, body);
  await boss.goes('/overview');
  await boss.page.locator('.stars-card .poor a').click();
  await boss.page.waitForURL(/tab=dissatisfied/);
  await boss.page.getByRole('tab', { selected: true }).filter({ hasText: '不满意' }).waitFor();
  await boss.page.locator('.desk-table tbody tr', { hasText: o.number }).waitFor();
}

async function theAccountant({ comes }: Cast): Promise<void> {
  const p = await comes('accountant', 'desk');
  await p.page.waitForURL('**/settling');
  const f = await p.asks<Figures>('GET', '/orders/figures');
  assert.ok(f.this_month.stars === null && f.dissatisfied === null, 'votes are not for an accountant');
  const one = f.providers.find((x) => x.last_month.completed > 0)!;
  const row = p.page.locator('.figures tr', { hasText: one.name });
  await row.waitFor();
  await shot(p, 'accountant-1440');
  /* What is told is what the list has, and comes as a file. */
  const link = row.getByRole('link').last();
  const listed = await p.asks<{ total: number }>(
    'GET',
    (await link.getAttribute('href'))!.replace('/api/v1', '').replace('format=xlsx', 'limit=1'),
  );
  assert.equal(listed.total, one.last_month.completed);
  const [file] = await Promise.all([p.page.waitForEvent('download'), link.click()]);
  assert.match(file.suggestedFilename(), /\.xlsx$/);
  await p.page.setViewportSize(SIZES.phone);
  await p.goes('/settling');
  await row.waitFor();
  await shot(p, 'accountant-360');
  await p.goes('/overview');
  await p.page.waitForURL('**/settling');
}

async function byNight({ comes }: Cast): Promise<void> {
  const desk = await comes('desk', 'desk', 'zh', '/desk');
  await desk.page.emulateMedia({ colorScheme: 'dark' });
  await desk.page.locator('.desk-table tbody tr').first().waitFor();
  const ground = await desk.page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  assert.equal(ground, 'rgb(14, 21, 30)');
  await shot(desk, 'dark-1440');
}

journey('forty new orders are worked by the keys, three of them each at most', fortyOrders);
journey('several orders are chosen and sent, or made one, at once', severalAtOnce);
journey('the list is by urgency, any head sorts it, and eighteen rows stand on a screen', theListIsDense);
journey('a crew has one page for today, acts on it, and whoever asked has what waits above the form', theCrewsDay);
journey('going back closes what lies open over a page, and nothing else', backClosesTheSheet);
journey('the first fault of a form is seen whole and named, and the button is in reach', theFirstFaultIsSeen);
journey('a leader begins with what runs and what does not', theLeader);
journey('what people found poor is led to from the leader’s page', whatWasFoundPoor);
journey('an accountant begins with what bills are compared with', theAccountant);
journey('at night the page is dark where the machine is', byNight);

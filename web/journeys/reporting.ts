/* The form of a report: what was said last is what is sent; an emergency; several items. */
import { strict as assert } from 'node:assert';
import { journey, type Cast } from './journey';
import type { Person } from './person';

const described = (p: Person): Promise<string> => p.page.getByLabel(p.text('report.description')).first().inputValue();

async function takenUpAgain({ comes }: Cast): Promise<void> {
  const p = await comes('requester', 'phone', 'zh', '/report');
  await p.finds('report.what', '空调不凉', '空调故障');
  assert.equal(await described(p), '空调不凉');
  await p.presses('nav.mine');
  await p.page.waitForURL('**/orders');
  await p.goes('/report');
  await p.sees(p.text('report.restored'));
  assert.equal(await described(p), '空调不凉');
  await p.finds('report.what', '有人困在电梯里', '电梯困人');
  assert.equal(await described(p), '有人困在电梯里');
  /* What to do at once, and whom to call. */
  await p.sees(p.text('report.urgent'));
  await p.page.locator('.urgent a[href^="tel:"]').waitFor();
  await p.sees('不扒门');
  /* Nothing more is said than the item's name says. */
  await p.finds('report.what', '空调', '空调故障');
  assert.equal(await described(p), '');
  await p.page.getByLabel(p.text('report.description')).first().fill('靠窗那台');
  await p.finds('report.what', '灯泡一闪一闪的', '灯具不亮');
  assert.equal(await described(p), '靠窗那台', 'what somebody wrote stays');
  await p.goes('/report');
  await p.presses('report.start_anew');
  await p.seesNot(p.text('report.restored'));
  await p.goes('/report');
  await p.settles();
  assert.equal(await p.page.getByText(p.text('report.restored')).count(), 0);
}

async function gas({ comes }: Cast): Promise<void> {
  const p = await comes('requester', 'phone', 'zh', '/report');
  await p.finds('report.what', '闻到煤气味', '燃气泄漏');
  await p.sees('不开关电器');
  await p.finds('report.what', '有人晕倒了', '人员突发疾病');
  await p.sees(/先打120/);
  await p.finds('report.what', '灯不亮', '灯具不亮');
  await p.seesNot(p.text('report.urgent'));
}

async function mended({ comes }: Cast): Promise<void> {
  const p = await comes('requester', 'phone', 'zh', '/report');
  await p.presses('report.send');
  await p.page.locator('.send .alert').waitFor();
  await p.finds('report.where', '1hl3czl', '1号楼 3层 走廊');
  await p.finds('report.what', '灯不亮', '灯具不亮');
  await p.seesNot(p.text('report.what_missing'));
  assert.equal(await p.page.locator('.send .alert').count(), 0);
}

async function two({ comes }: Cast): Promise<void> {
  const p = await comes('requester', 'phone', 'zh', '/report');
  await p.finds('report.where', '1hl3czl', '1号楼 3层 走廊');
  await p.finds('report.what', '灯一闪一闪', '灯具不亮');
  await p.presses('more.add');
  await p.finds('more.what', '水龙头一直滴水', '龙头阀门滴漏');
  await p.writes('report.phone', '87051234');
  await p.presses('report.send');
  await p.sees(p.text('report.done'));
  await p.page.locator('.done-number').nth(1).waitFor();
  assert.equal(await p.page.locator('.card', { hasText: p.text('promise.our') }).count(), 2);
  const numbers = await p.page.locator('.done-number').allInnerTexts();
  assert.notEqual(numbers[0], numbers[1]);
  const found = await p.asks<{ items: { description: string }[] }>('GET', `/orders?number=${numbers[1]}`);
  assert.equal(found.items[0].description, '水龙头一直滴水');
}

journey('a form that was left says that it is taken up again, and tells what was said last', takenUpAgain);
journey('gas and sudden illness are emergencies: what to do at once stands before the questions', gas);
journey('what is filled in after a refusal is not red any more', mended);
journey('of several items each keeps what was said of it, and its own number and promise', two);

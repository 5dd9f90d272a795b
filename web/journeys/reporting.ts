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

/* Where they sit is not where the lift is: it is asked, and nothing lies over what to do first. */
async function lift({ comes }: Cast): Promise<void> {
  const p = await comes('requester', 'phone', 'zh', '/report');
  await p.settles();
  await p.finds('report.what', '有人困在电梯里', '电梯困人');
  await p.sees(p.text('report.urgent'));
  await p.sees(p.text('report.here'));
  for (const asked of ['电梯编号', '被困人数']) await p.sees(asked);
  for (const none of ['report.wanted_open', 'more.add'])
    assert.equal(await p.page.getByText(p.text(none), { exact: true }).count(), 0);
  await p.presses('report.send');
  await p.sees(p.text('report.here_missing'));
  await p.presses('report.here_no');
  await p.finds('report.where', '3hl3czl', '3号楼 3层 走廊');
  await p.seesNot(p.text('report.here'));
  await p.writes('report.phone', '87051234');
  await p.goes('/report');
  await p.sees(p.text('report.restored'));
  const call = p.page.locator('.urgent a[href^="tel:"]');
  await p.settles();
  const covered = await call.evaluate((a) => {
    const box = a.getBoundingClientRect();
    return document.elementFromPoint(box.left + box.width / 2, box.top + box.height / 2) !== a;
  });
  assert.equal(covered, false, 'the number on duty is seen and can be pressed');
  await p.presses('report.send');
  await p.sees(p.text('report.done'));
  await p.presses('report.see');
  /* Sent at once, and the number still stands where one waits. */
  await p.seesState('dispatched');
  await p.page.locator('a.duty[href^="tel:"]').waitFor();
  await p.presses('verb.correct');
  assert.equal(await p.page.locator('dialog[open]').getByText(p.text('report.what'), { exact: true }).count(), 0);
  await p.writes('correct.place_note', '东侧那部');
  await p.page
    .locator('dialog[open] .modal-foot')
    .getByRole('button', { name: p.text('verb.correct') })
    .click();
  await p.sees('东侧那部');
  /* Met again, it is one's own. */
  await p.goes('/report');
  await p.settles();
  await p.finds('report.where', '3hl3czl', '3号楼 3层 走廊');
  await p.finds('report.what', '有人困在电梯里', '电梯困人');
  await p.sees(/您 .* 已报过/);
  assert.equal(await p.page.getByText(p.text('follow.add'), { exact: true }).count(), 0);
}

async function apart({ comes }: Cast): Promise<void> {
  const p = await comes('requester', 'phone', 'zh', '/report');
  await p.settles();
  await p.finds('report.what', '灯不亮，水龙头一直滴水', '灯具不亮');
  await p.presses('more.add');
  await p.finds('more.what', '水龙头', '龙头阀门滴漏');
  await p.page.waitForFunction(() => document.querySelectorAll('textarea')[0]?.value === '灯不亮');
  assert.equal(await p.page.getByLabel(p.text('report.description')).nth(1).inputValue(), '水龙头一直滴水');
}

/* Wanted before anybody would have to take it on: said in red, and to be telephoned. */
async function shortNotice({ comes }: Cast): Promise<void> {
  const p = await comes('requester', 'phone', 'zh', '/report');
  await p.settles();
  await p.finds('report.what', '会议室', '会议室预订');
  const from = p.page.locator('input[type=datetime-local]').first();
  /* As a clock in the page's zone shows it. */
  const local = (ms: number): Promise<string> =>
    from.evaluate((_, at) => new Date(at - new Date(at).getTimezoneOffset() * 60_000).toISOString().slice(0, 16), ms);
  await from.fill(await local(Date.now() + 10 * 60_000));
  await from.blur();
  await p.sees(p.text('report.short_notice'));
  await from.fill(await local(Date.now() + 30 * 86_400_000));
  await from.blur();
  await p.seesNot(p.text('report.short_notice'));
}

journey('help goes where it is needed: the place is asked, the lift is asked, the number is seen', lift);
journey('of two things said at once each item keeps its own', apart);
journey('what is wanted too soon is said to be, in red', shortNotice);
journey('a form that was left says that it is taken up again, and tells what was said last', takenUpAgain);
journey('gas and sudden illness are emergencies: what to do at once stands before the questions', gas);
journey('what is filled in after a refusal is not red any more', mended);
journey('of several items each keeps what was said of it, and its own number and promise', two);

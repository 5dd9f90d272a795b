/* The turns an order can take. */
import { strict as assert } from 'node:assert';
import { crewOf, opens, order, sent, takesUp, verb } from './deeds';
import { journey, type Cast } from './journey';

async function cancelAndReturn({ comes }: Cast): Promise<void> {
  const desk = await comes('desk', 'desk');
  const asker = await comes('requester', 'phone');

  const wrong = await order(asker, 'A04', '3-01-ZL');
  await asker.goes(`/orders/${wrong.id}`);
  await asker.does('cancel', { fill: { 'ask.reason': '灯自己亮了' } });
  await asker.seesState('cancelled');
  await asker.sees('灯自己亮了');

  const vague = await order(asker, 'A04', '3-02-ZL');
  await opens(desk, 'to_accept', vague.number);
  await desk.presses('verb.return');
  await desk.answers('return', {});
  await desk.sees('请填写“原因”', desk.page.locator('dialog[open]'));
  await desk.answers('return', { fill: { 'ask.reason': '请写明是哪一盏' } });
  await desk.page.locator('dialog[open]').waitFor({ state: 'detached' });
  await asker.sees(new RegExp(`${vague.number}.*已退回`));
  await asker.goes('/orders');
  await asker.page.locator('.tabs button', { hasText: '待我处理' }).click();
  await asker.page.locator('.order-card', { hasText: vague.number }).getByRole('link').first().click();
  await asker.sees('请写明是哪一盏');
  await asker.does('resubmit', { fill: { 'ask.description': '电梯口往东第二盏' } });
  await asker.seesState('submitted');
  await desk.page.locator('.panel .tag', { hasText: '已提交' }).waitFor();
  await desk.sees('电梯口往东第二盏', desk.page.locator('.panel'));
}

async function reopen({ comes }: Cast): Promise<void> {
  const desk = await comes('desk', 'desk');
  const crew = await comes('electrician', 'phone');
  const asker = await comes('requester', 'phone');
  const o = await order(asker, 'A04', '3-03-ZL');
  await sent(desk, o, 'electricians');
  for (const word of ['acknowledge', 'arrive', 'start']) await verb(crew, o, word);
  await verb(crew, o, 'complete', { result: '换了灯管' });
  await verb(asker, o, 'verify');
  await verb(asker, o, 'rate', { stars: 5 });
  await asker.goes(`/orders/${o.id}`);
  await asker.seesState('verified');
  await asker.does('reopen', { fill: { 'ask.reason': '又不亮了' } });
  await asker.seesState('accepted');
  await opens(desk, 'to_dispatch', o.number);
  await desk.sees('又不亮了', desk.page.locator('.panel'));
}

async function extension({ comes }: Cast): Promise<void> {
  const desk = await comes('desk', 'desk');
  const crew = await comes('electrician', 'phone');
  const asker = await comes('requester', 'phone');
  const o = await order(asker, 'A04', '3-04-ZL');
  await asker.goes(`/orders/${o.id}`);
  await asker.page.locator('.stages li').last().waitFor();
  const before = await asker.page.locator('.stages li').last().innerText();
  await sent(desk, o, 'electricians');
  await takesUp(crew, o.number);
  await crew.does('acknowledge');
  const until = new Date(Date.now() + 20 * 86_400_000);
  const local = `${until.toISOString().slice(0, 10)}T15:30`;
  await crew.does('ask_extension', { fill: { 'ask.until': local, 'ask.reason': '灯具要订货' } });
  await opens(desk, 'extension', o.number);
  await desk.sees('灯具要订货', desk.page.locator('.panel'));
  await desk.does('grant_extension', { fill: { 'ask.note': '同意' } });
  const after = `${until.getUTCMonth() + 1}月${until.getUTCDate()}日 15:30`;
  await asker.sees(new RegExp(`${after} 前`));
  assert.ok(!before.includes(after), 'the promise was another one before');
}

async function declineAndTransfer({ comes }: Cast): Promise<void> {
  const desk = await comes('desk', 'desk');
  const crew = await comes('electrician', 'phone');
  const asker = await comes('requester', 'phone');
  const o = await order(asker, 'A04', '3-05-ZL');
  await sent(desk, o, 'electricians');
  await takesUp(crew, o.number);
  await crew.does('decline', { fill: { 'ask.reason': '这是弱电的灯带' } });
  await crew.page.waitForURL('**/work');
  await opens(desk, 'to_dispatch', o.number);
  await desk.sees('这是弱电的灯带', desk.page.locator('.panel'));

  await verb(desk, o, 'dispatch', { crew_id: await crewOf(desk, 'electricians') });
  await takesUp(crew, o.number);
  await crew.seesState('dispatched');
  await opens(desk, 'under_way', o.number);
  await desk.presses('verb.transfer');
  const dialog = desk.page.locator('dialog[open]');
  await dialog.locator('.one', { hasText: '信息通讯班' }).click();
  await desk.answers('transfer', {});
  await desk.sees('请填写“原因”', dialog);
  await dialog.getByLabel('原因').fill('灯带归信息通讯班');
  await desk.answers('transfer', {});
  await dialog.waitFor({ state: 'detached' });
  await desk.sees('信息通讯班', desk.page.locator('.panel .facts'));
  await crew.goes('/work');
  await crew.page.locator('.job, .empty').first().waitFor();
  await crew.page.locator('.job', { hasText: o.number }).waitFor({ state: 'detached' });
}

async function approval({ comes }: Cast): Promise<void> {
  const desk = await comes('desk', 'desk');
  const boss = await comes('approver', 'phone', 'zh', '/approve');
  const asker = await comes('requester', 'phone');
  const o = await order(asker, 'A06', '1-03-ZL', { answers: { reason: '新增一台复印机' } });
  await asker.goes(`/orders/${o.id}`);
  await asker.seesState('awaiting_approval');
  assert.equal(
    await asker.page.getByRole('button', { name: '同意', exact: true }).count(),
    0,
    'nobody approves his own',
  );
  await opens(desk, 'approval', o.number);
  await boss.page.locator('.order-card', { hasText: o.number }).getByRole('link').first().click();
  await boss.page.waitForURL(`**/orders/${o.id}*`); /* the card itself tells the reason, and has buttons too */
  await boss.sees('新增一台复印机');
  await boss.does('approve', { fill: { 'ask.note': '经费已列支' } });
  await asker.seesState('submitted');
  await desk.page.locator('.panel .tag', { hasText: '已提交' }).waitFor();
  await opens(desk, 'to_accept', o.number);
}

async function plannedDay({ comes }: Cast): Promise<void> {
  const desk = await comes('desk', 'desk');
  const crew = await comes('electrician', 'phone');
  const asker = await comes('requester', 'phone');
  const boss = await comes('approver', 'phone', 'zh', '/approve');
  const o = await order(asker, 'A06', '1-04-ZL', { answers: { reason: '新增一台复印机' } });
  await verb(boss, o, 'approve');
  await sent(desk, o, 'electricians');
  await asker.goes(`/orders/${o.id}`);
  await takesUp(crew, o.number);
  await crew.does('acknowledge');
  const day = new Date(Date.now() + 20 * 86_400_000);
  const local = `${day.toISOString().slice(0, 10)}T15:30`;
  await crew.does('ask_extension', {
    called: 'verb_day.ask_extension',
    fill: { 'ask.until': local, 'ask.reason': '等料到货' },
  });
  await opens(desk, 'extension', o.number);
  await desk.sees('等料到货', desk.page.locator('.panel'));
  await desk.does('grant_extension', { called: 'verb_day.grant_extension', fill: { 'ask.note': '同意' } });
  await asker.sees(new RegExp(`${day.getUTCMonth() + 1}月${day.getUTCDate()}日 15:30 前`));
}

journey('an order is cancelled; another is returned with a reason and resubmitted', cancelAndReturn);
journey('an accepted and rated order is reopened', reopen);
journey('an extension is asked and granted, and the requester sees the new promise', extension);
journey('the day of planned work is proposed by the crew and agreed on by the desk', plannedDay);
journey('the crew declines, the desk transfers', declineAndTransfer);
journey('an order that needs approval waits for the approver', approval);

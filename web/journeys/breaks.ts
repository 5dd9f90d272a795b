/* What breaks in the middle of something, and costs nobody anything. */
import { strict as assert } from 'node:assert';
import type { Locator } from 'playwright-core';
import { opens, order, sent, verb } from './deeds';
import { journey, type Cast } from './journey';
import { PASSWORD } from './office';
import type { Person } from './person';

/* Fills in the form, but does not send it yet. */
async function begins(p: Person, words: string): Promise<void> {
  await p.goes('/report');
  await p.finds('report.where', '3号楼 2层 走廊', '3号楼 2层 走廊');
  await p.finds('report.what', '灯具不亮', '灯具不亮');
  await p.writes('report.description', words);
}

/* A field is filled in a moment after it is there. */
async function becomes(field: Locator, value: string): Promise<void> {
  for (let i = 0; i < 50 && (await field.inputValue()) !== value; i++) await field.page().waitForTimeout(100);
  assert.equal(await field.inputValue(), value);
}

async function signsInAgain(p: Person): Promise<void> {
  const box = p.page.locator('dialog[open]');
  await box.locator('input[type=password]').fill(PASSWORD);
  await box.locator('input[type=password]').press('Enter');
  await box.waitFor({ state: 'detached' });
}

async function sessionEnds({ comes }: Cast): Promise<void> {
  const p = await comes('requester', 'phone');
  p.expects(401, /./);
  await begins(p, '门口第一盏');
  await p.page.context().clearCookies({ name: 'liangcao_session' });
  /* The page may have noticed by itself, when something happened to an order. */
  const sent = await p.presses('report.send').then(
    () => true,
    () => false,
  );
  await p.page.locator('dialog[open] input[type=password]').waitFor();
  for (let i = 0; i < 3; i++) await p.page.keyboard.press('Escape');
  await p.page.locator('dialog[open] input[type=password]').fill('not-it-1');
  await p.page.keyboard.press('Enter');
  await p.page.locator('dialog[open] .field-error').waitFor();
  await signsInAgain(p);
  if (!sent) await p.presses('report.send');
  await p.page.locator('.done-number').waitFor();
  await p.presses('report.see');
  await p.sees('门口第一盏');
}

/* The page's clock runs on to the last minutes of a working day's sign-in. */
async function sessionGrowsOld({ stands }: Cast): Promise<void> {
  const p = await stands('requester', 'phone');
  await p.page.clock.install();
  await p.goes('/');
  await p.signsIn();
  await p.page.locator('.shell h1').first().waitFor({ state: 'attached' });
  await begins(p, '写到下班时候');
  const before = await p.asks<{ items: { id: number; own: boolean }[] }>('GET', '/sessions?sort=-id');
  /* Another tab is worked in all the while, or the page would be locked first. */
  await p.page.evaluate(() => localStorage.setItem('session-used', String(Date.now() + (11 * 60 + 55) * 60_000)));
  await p.page.clock.fastForward('11:56:00');
  await p.sees(/本次登录将满最长时限/);
  await signsInAgain(p);
  await becomes(p.page.getByLabel(p.text('report.description')), '写到下班时候');
  await p.presses('report.send');
  await p.page.locator('.done-number').waitFor();
  const after = await p.asks<{ items: { id: number; own: boolean }[] }>('GET', '/sessions?sort=-id');
  const own = before.items.find((s) => s.own)!;
  assert.ok(!after.items.some((s) => s.id === own.id), 'the old session ended with the new one');
}

/* Nobody presses anything: the stream says that it is over. */
async function signedOutElsewhere({ comes }: Cast): Promise<void> {
  const p = await comes('requester', 'phone');
  p.expects(401, /./);
  const listening = p.page.waitForResponse((r) => r.url().endsWith('/stream') && r.status() === 200);
  await begins(p, '还没写完');
  await listening;
  await p.page.evaluate(async () => {
    const { csrf } = (await (await fetch('/api/v1/session')).json()) as { csrf: string };
    const { items } = (await (await fetch('/api/v1/sessions')).json()) as { items: { id: number; own: boolean }[] };
    const own = items.find((s) => s.own)!;
    await fetch(`/api/v1/sessions/${own.id}`, { method: 'DELETE', headers: { 'X-CSRF-Token': csrf } });
  });
  await p.page.locator('dialog[open] input[type=password]').waitFor();
  await signsInAgain(p);
  await becomes(p.page.getByLabel(p.text('report.description')), '还没写完');
}

async function anotherTab({ comes }: Cast): Promise<void> {
  const p = await comes('requester', 'phone');
  p.expects(401, /./);
  p.expects(403, /./);
  const listening = p.page.waitForResponse((r) => r.url().endsWith('/stream') && r.status() === 200);
  await begins(p, '两个标签页');
  await listening;
  const tab = await p.page.context().newPage();
  await tab.goto(p.page.url().replace('/report', '/'));
  await tab.evaluate(async (password) => {
    const { csrf } = (await (await fetch('/api/v1/session')).json()) as { csrf: string };
    await fetch('/api/v1/session', {
      method: 'POST',
      headers: { 'X-CSRF-Token': csrf, 'Content-Type': 'application/json' },
      body: JSON.stringify({ account: 'leader', password }),
    });
  }, PASSWORD);
  await tab.close();
  /* The session before ended with it, and its stream says so. */
  await p.page.locator('dialog[open] input[type=password]').waitFor();
  await signsInAgain(p);
  await p.presses('report.send');
  await p.page.locator('.done-number').waitFor();
  await p.presses('report.see');
  await p.sees('两个标签页');
  const mine = await p.asks<{ account: string }>('GET', '/session');
  assert.equal(mine.account, 'requester', 'what was begun as one is not sent as the other');
}

async function streamRefused({ comes }: Cast): Promise<void> {
  const desk = await comes('desk', 'desk', 'zh', '/desk?tab=to_accept');
  const asker = await comes('requester', 'phone');
  desk.expects(503, /stream$/);
  const refused = desk.page.waitForResponse((r) => r.url().endsWith('/stream') && r.status() === 503);
  await desk.page.route('**/api/v1/stream', (r) => r.fulfill({ status: 503 }));
  await desk.goes('/desk?tab=to_accept');
  await refused;
  /* The list is there before the order: a page that still loads is quiet for moments, too. */
  await desk.page.locator('.desk-table tbody tr').first().waitFor();
  await desk.settles();
  const o = await order(asker, 'A04', '3-06-ZL');
  await desk.page.waitForFunction(() => !!document.querySelector('.lost'), undefined, { polling: 200 });
  assert.equal(await desk.page.locator('.desk-table tr', { hasText: o.number }).count(), 0, 'not heard of yet');
  await desk.page.unroute('**/api/v1/stream');
  await desk.page.locator('.desk-table tr', { hasText: o.number }).waitFor();
  await desk.page.locator('.lost').waitFor({ state: 'detached' });
}

/* The network goes while somebody turns to a page that was never opened. */
async function networkReturns({ comes }: Cast): Promise<void> {
  const p = await comes('requester', 'phone', 'zh', '/report');
  await p.settles();
  p.mayFail(/ERR_INTERNET_DISCONNECTED|console: .*(import|fetch|navigation)/i);
  await p.page.context().setOffline(true);
  await p.page
    .locator('.bottom-nav')
    .getByRole('link', { name: p.text('nav.mine') })
    .click();
  await p.sees(p.text('error.offline'));
  await p.page.context().setOffline(false);
  await p.page.waitForURL('**/orders');
  await p.page
    .locator('.shell h1')
    .filter({ hasText: p.text('nav.mine') })
    .waitFor();
}

/* The network goes while a step is said and a form is sent; what could not be reached then can be once it is back. */
async function backToWork({ comes }: Cast): Promise<void> {
  const desk = await comes('desk', 'desk');
  const asker = await comes('requester', 'phone');
  const crew = await comes('electrician', 'phone');
  const o = await order(asker, 'A04', '3-05-ZL');
  await sent(desk, o, 'electricians');
  await crew.goes('/work');
  const job = crew.page.locator('.job', { hasText: o.number });
  await job.waitFor();
  await crew.settles();
  crew.mayFail(/ERR_INTERNET_DISCONNECTED/);
  await crew.page.context().setOffline(true);
  const step = job.getByRole('button', { name: crew.text('verb.acknowledge') });
  await step.click();
  await crew.sees(crew.text('error.offline'));
  assert.equal(await crew.page.locator('dialog[open]').count(), 0, 'no sheet that cannot be sent');
  await crew.page.context().setOffline(false);
  await step.click();
  await crew.page
    .locator('.job', { hasText: o.number })
    .getByRole('button', { name: crew.text('verb.arrive') })
    .waitFor();

  await asker.goes('/report');
  await asker.settles();
  asker.mayFail(/ERR_INTERNET_DISCONNECTED/);
  await asker.page.getByRole('combobox').nth(1).fill('灯具不亮');
  await asker.page.getByRole('option', { name: '灯具不亮' }).first().click();
  await asker.page.getByRole('combobox').first().waitFor();
  await asker.page.context().setOffline(true);
  await asker.page.locator('.send button[type=submit]').click();
  const told = asker.page.locator('.send .alert', { hasText: asker.text('error.offline') });
  await told.waitFor();
  await asker.page.context().setOffline(false);
  await told.waitFor({ state: 'detached' });
}

async function somebodyWasFaster({ comes }: Cast): Promise<void> {
  const desk = await comes('desk', 'desk');
  const asker = await comes('requester', 'phone');
  desk.expects(412, /./);
  const o = await order(asker, 'A04', '2-03-ZL');
  await desk.page.route('**/api/v1/stream', (r) => r.fulfill({ status: 204 }));
  await desk.goes('/desk?tab=to_accept');
  await opens(desk, 'to_accept', o.number);
  await desk.presses('verb.return');
  await verb(asker, o, 'comment', { note: '是第二盏' });
  await desk.answers('return', { fill: { 'ask.reason': '请写明哪一盏' } });
  await desk.sees('是第二盏');
  assert.equal(await desk.page.locator('dialog[open] textarea').inputValue(), '请写明哪一盏', 'what was typed stays');
  await desk.answers('return', {});
  await desk.page.locator('.panel .tag', { hasText: '已退回' }).waitFor();
}

async function reloadAndDraft({ comes }: Cast): Promise<void> {
  const p = await comes('requester', 'phone');
  await begins(p, '写到一半');
  await p.page.reload();
  const words = p.page.getByLabel(p.text('report.description'));
  await becomes(words, '写到一半');
  await p.presses('report.keep');
  await p.page.waitForURL('**/orders?tab=drafts');
  await p.sees('写到一半');
  await p.goes('/report');
  await p.page.locator('form.report .areas').waitFor();
  await p.goes('/orders?tab=drafts');
  await p.presses('report.go_on');
  await becomes(words, '写到一半');
  await becomes(p.page.getByRole('combobox', { name: p.text('report.where') }), '3号楼 2层 走廊');
  await words.fill('写完了');
  await p.presses('report.send');
  await p.page.locator('.done-number').waitFor();
  await p.goes('/orders');
  await p.sees('写完了');
  assert.equal(
    await p.page.getByRole('tab', { name: p.text('mine.drafts') }).count(),
    0,
    'a draft that was sent is none any more',
  );
}

async function backAndReload({ comes }: Cast): Promise<void> {
  const { page } = await comes('desk', 'phone', 'zh', '/desk?tab=all');
  await page.locator('input[type=search]').fill('灯');
  await page.waitForURL(/q=/);
  await page.locator('.desk-table .row-button').first().click();
  await page.locator('.desk-side .timeline').waitFor();
  await page.reload();
  await page.locator('.desk-side .timeline').waitFor();
  await page.goBack();
  await page.locator('.desk-side').waitFor({ state: 'detached' });
  assert.equal(await page.locator('input[type=search]').inputValue(), '灯');
}

journey('what was typed outlives a reload, and waits as a draft for another day', reloadAndDraft);
journey('back closes the order that was opened, and a reload keeps list, search and order', backAndReload);
journey('a session that ends while a form is filled loses nothing that was typed', sessionEnds);
journey('a sign-in that grows old asks for the password in place, and nothing that was typed is lost', sessionGrowsOld);
journey('who is signed out elsewhere is asked at once, and what he typed stays', signedOutElsewhere);
journey('another account in another tab does not send what was begun as the first', anotherTab);
journey('an event stream that was refused comes back, and what was missed is seen', streamRefused);
journey('who was too late for a verb sees what is new and keeps what he typed', somebodyWasFaster);
journey('a step and a report that met no network are said again when it is back', backToWork);
journey('a page that was turned to without a network opens when there is one again', networkReturns);

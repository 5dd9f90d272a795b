/* Who may see what, and how one gets in. */
import { strict as assert } from 'node:assert';
import { order } from './deeds';
import { journey, type Cast } from './journey';
import { PASSWORD } from './office';
import type { Person } from './person';

const NAVIGATION: Record<string, string[]> = {
  requester: ['report', 'mine'],
  electrician: ['report', 'mine', 'work'],
  lead: ['report', 'mine', 'work', 'desk'],
  provider: ['report', 'mine', 'work', 'desk'],
  desk: ['report', 'mine', 'work', 'desk'],
  approver: ['report', 'overview', 'mine', 'approve', 'watch'],
  accountant: ['report', 'settling', 'mine', 'watch'],
  leader: ['report', 'overview', 'mine', 'watch'],
  sysadmin: ['report', 'mine', 'admin'],
  secadmin: ['report', 'mine', 'admin'],
  auditor: ['report', 'mine', 'admin'],
};

const ADMINISTRATION: Record<string, string[]> = {
  sysadmin: [
    'units',
    'persons',
    'crews',
    'providers',
    'places',
    'on-call',
    'import',
    'items',
    'areas',
    'sla-classes',
    'routing-rules',
    'calendar',
    'item-words',
    'unfound-words',
    'office-hours',
    'ready-phrases',
    'accounts',
    'changes',
    'settings',
    'tokens',
    'health',
  ],
  secadmin: ['grants', 'accounts', 'changes', 'health'],
  auditor: ['audit', 'changes', 'health'],
};

/* What the server calls the plain nouns. */
const PLAIN: Record<string, string> = {
  providers: '服务商',
  areas: '服务领域',
  'office-hours': '办公时间',
  'on-call': '值班',
  'item-words': '事项说法',
  'unfound-words': '未找到的说法',
  'ready-phrases': '完工常用语',
};

/* What the example of docs/TOUR.md adds, where it is in the program. */
const EXAMPLE = ['钥匙'];

async function navigation({ comes }: Cast): Promise<void> {
  for (const [account, nav] of Object.entries(NAVIGATION)) {
    const p = await comes(account, 'desk');
    const shown = await p.page.locator('.top-nav a').allInnerTexts();
    assert.deepEqual(
      shown.map((s) => s.trim()).filter((s) => nav.includes('matters') || s !== p.text('nav.matters')),
      nav.map((n) => p.text(`nav.${n}`)),
      account,
    );
    if (ADMINISTRATION[account]) {
      const parts = await p.page.locator('.side a').allInnerTexts();
      assert.deepEqual(
        parts.map((s) => s.trim().replace(/ \(\d+\)$/, '')).filter((s) => !EXAMPLE.includes(s)),
        ADMINISTRATION[account].map((n) => PLAIN[n] ?? p.text(`admin.part.${n}`)),
        account,
      );
    }
    await p.settles(); /* what the page has asked for is answered while he is signed in */
    await p.page.context().clearCookies();
  }
}

/* The page at PATH tells P nothing of what it must not. */
async function hidden(p: Person, path: string, secret: RegExp): Promise<void> {
  await p.goes(path);
  await p.page.locator('.shell').waitFor();
  await p.settles();
  assert.doesNotMatch(await p.page.locator('body').innerText(), secret, `${p.account} at ${path}`);
}

async function closedDoors({ comes }: Cast): Promise<void> {
  const asker = await comes('requester', 'phone');
  const o = await order(asker, 'A08', '4-01-ZL', { description: '只有我和服务台知道的事' });
  const secret = new RegExp(`只有我和服务台知道的事|${o.number}`);
  const stranger = await comes('secadmin', 'phone');
  const crew = await comes('driver', 'phone');
  for (const p of [stranger, crew]) {
    p.expects(404, /\/orders\/\d+/);
    p.expects(403, /\/orders\/\d+/);
    await hidden(p, `/orders/${o.id}`, secret);
    await hidden(p, `/work/${o.id}`, secret);
    await hidden(p, `/desk?tab=all&order=${o.id}`, secret);
  }
  for (const path of ['/desk', '/desk/intake', '/approve', '/work', '/admin/accounts', '/admin/audit']) {
    await asker.goes(path);
    await asker.page.waitForURL('**/report');
  }
  const sysadmin = await comes('sysadmin', 'desk');
  for (const part of ['grants', 'audit']) {
    await sysadmin.goes(`/admin/${part}`);
    await sysadmin.sees(sysadmin.text('absent.says'));
  }
}

async function theSessionEnds({ comes }: Cast): Promise<void> {
  const p = await comes('requester', 'phone');
  const o = await order(p, 'A04', '4-02-ZL');
  await p.goes(`/orders/${o.id}`);
  await p.seesState('submitted');
  await p.page.context().clearCookies({ name: /session/ });
  p.expects(401, /\/api\/v1\//);
  const password = p.page.locator('dialog[open] input[type=password]');
  const signsInAgain = async (): Promise<void> => {
    await password.fill(PASSWORD);
    await p.page.keyboard.press('Enter');
    await password.waitFor({ state: 'detached' });
  };
  const opens = (): Promise<void> => p.presses('verb.comment');
  const says = (): Promise<void> => p.answers('comment', { fill: { 'ask.comment': '请尽快' } });
  /* The page may notice by itself, between any two of these, when it hears of the order. */
  for (const step of [opens, says])
    await step().catch(async () => {
      await signsInAgain();
      await step();
    });
  const said = p.page.getByText('请尽快').filter({ visible: true }).first();
  await said.or(password).first().waitFor();
  if (await password.isVisible()) await signsInAgain();
  await p.sees('请尽快');
  await p.page.locator('dialog[open]').waitFor({ state: 'detached' });
  await p.page.locator('.me').click();
  await p.presses('nav.sign_out');
  await p.page.waitForURL(/sign-in/);
  await p.goes('/orders');
  await p.page.waitForURL(/sign-in/);
}

async function lockout({ comes, stands }: Cast): Promise<void> {
  const p = await stands('lead', 'phone');
  p.expects(401, /\/session/);
  p.expects(429, /\/session/);
  for (let i = 0; i < 5; i++) {
    await p.signsIn(`Wrong-${i}-word`);
    await p.page.locator('[role=alert]').waitFor();
    await p.page.waitForFunction(() => !(document.querySelector('button[type=submit]') as HTMLButtonElement).disabled);
  }
  await p.signsIn();
  await p.sees(/失败次数|次数过多|稍后再试|秒后再试/);
  assert.match(p.page.url(), /sign-in/);
  /* Whoever plays them next comes in. */
  const secadmin = await comes('secadmin', 'desk');
  const { items } = await secadmin.asks<{ items: { id: number }[] }>('GET', '/accounts?name=lead');
  await secadmin.asks('POST', `/accounts/${items[0].id}/unlock`);
  await p.signsIn();
  await p.page.locator('.shell h1').first().waitFor({ state: 'attached' });
}

async function forcedChange({ comes, stands }: Cast): Promise<void> {
  const sysadmin = await comes('sysadmin', 'desk', 'zh', '/admin/accounts');
  await sysadmin.page.getByRole('searchbox').fill('driver');
  await sysadmin.page.waitForFunction(() => document.querySelectorAll('.plain tbody tr').length === 1);
  await sysadmin.presses('accounts.reset');
  await sysadmin.presses('accounts.reset_go');
  const code = await sysadmin.page.locator('.slip dd.code').nth(1).innerText();
  await sysadmin.page.locator('dialog[open]').waitFor({ state: 'detached' });

  const p = await stands('driver', 'phone');
  await p.signsIn(code);
  await p.sees(/请改成只有自己知道的。如果密码不是您要求重设的，请立即告知安全管理员/);
  for (const path of ['/report', '/orders', '/work']) {
    await p.goes(path);
    await p.page.waitForURL('**/password');
  }
  await p.writes('password.old', code);
  await p.page.getByLabel('新密码', { exact: true }).fill('Lantern-5harbour');
  await p.writes('password.again', 'Lantern-5harbour');
  await p.presses('common.save');
  await p.page.waitForURL('**/work');
}

journey('each role sees only its navigation', navigation);
journey("addresses of pages that are not one's own show no data", closedDoors);
journey('a session that ended is taken up over the page and the verb is done; who signs out is out', theSessionEnds);
journey('five wrong passwords lock the account and say so', lockout);
journey('a reset password must be changed before anything else', forcedChange);

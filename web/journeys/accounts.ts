/* Accounts by the hundred, slips, one word for a batch, and what an empty office is told to do first. */
import { strict as assert } from 'node:assert';
import { order, sent, verb } from './deeds';
import { journey, type Cast } from './journey';
import type { Person } from './person';

/* Two who have no account: one is in no crew, one is. */
async function newcomers(p: Person): Promise<void> {
  const units = await p.asks<{ items: { id: number; name: string }[] }>('GET', '/units?limit=1&sort=id');
  const crews = await p.asks<{ items: { id: number }[] }>('GET', '/crews?code=plumbers');
  const root = units.items[0];
  for (const [code, name] of [
    ['new-clerk', '新来的文员'],
    ['new-plumber', '新来的水工'],
  ]) {
    const made = await p.asks<{ id: number }>('POST', '/persons', { code, name, unit_id: root.id });
    if (code === 'new-plumber')
      await p.asks('POST', '/crew-members', { crew_id: crews.items[0].id, person_id: made.id });
  }
}

async function byTheHundred({ comes, stands }: Cast): Promise<void> {
  const sysadmin = await comes('sysadmin', 'desk', 'zh', '/admin/accounts');
  await newcomers(sysadmin);
  await sysadmin.presses('accounts.open');
  const dialog = sysadmin.page.locator('dialog[open]');
  await dialog.locator('label.chip', { hasText: sysadmin.text('accounts.open_persons') }).click();
  for (const name of ['新来的文员', '新来的水工']) {
    await dialog.getByRole('combobox').fill(name);
    await dialog.getByRole('option').filter({ hasText: name }).first().click();
  }
  await sysadmin.sees(sysadmin.text('accounts.will_open', { n: 2 }));
  await sysadmin.sees(/待安全管理员确认后启用/);
  await sysadmin.presses('accounts.open_n', { n: 2 });
  await sysadmin.sees(sysadmin.text('accounts.opened', { n: 2 }));
  await sysadmin.presses('accounts.print_slips', { n: 2 });
  const slip = sysadmin.page.locator('.slip', { hasText: '新来的文员' });
  await slip.waitFor();
  assert.equal(await sysadmin.page.locator('.slip').count(), 2);
  const code = (await slip.locator('dd.code').nth(1).innerText()).trim();
  assert.match(code, /^[2-9A-HJ-NP-Z]{4}-[2-9A-HJ-NP-Z]{4}-[2-9A-HJ-NP-Z]{4}$/);
  await sysadmin.presses('slips.done');
  await sysadmin.page.getByRole('searchbox').fill('new-clerk');
  await sysadmin.sees(/密码条有效至/);

  /* The clerk comes in at once, and sets a password of their own. */
  const clerk = await stands('new-clerk', 'phone');
  await clerk.signsIn(code.toLowerCase().replaceAll('-', ''));
  await clerk.page.waitForURL('**/password');
  await clerk.writes('password.old', code);
  await clerk.page.getByLabel('新密码', { exact: true }).fill('Lantern-5harbour');
  await clerk.writes('password.again', 'Lantern-5harbour');
  await clerk.presses('common.save');
  await clerk.page.waitForURL('**/report');

  /* Whoever holds a slip that was used is told. */
  const late = await stands('new-clerk', 'phone');
  late.expects(401, /\/session/);
  await late.signsIn(code);
  await late.sees(/已被使用或已更换/);
}

async function oneWord({ comes }: Cast): Promise<void> {
  const sysadmin = await comes('sysadmin', 'desk', 'zh', '/admin/import');
  /* Of people whom no other journey plays: who holds the role sees more than they did. */
  const units = await sysadmin.asks<{ items: { id: number }[] }>('GET', '/units?limit=1&sort=id');
  const aide = { code: 'new-aide', name: '新来的助理', unit_id: units.items[0].id };
  const made = await sysadmin.asks<{ id: number }>('POST', '/persons', aide);
  await sysadmin.asks('POST', '/accounts/open', { person_ids: `${made.id}`, called: 'staff_number' });
  const accounts = await sysadmin.asks<{ items: { name: string }[] }>('GET', '/accounts?name.in=new-aide,new-clerk');
  assert.equal(accounts.items.length, 2);
  await sysadmin.page.locator('label.chip', { hasText: '授权' }).click();
  await sysadmin.page.locator('input[type=file]').setInputFiles({
    name: 'roles.csv',
    mimeType: 'text/csv',
    buffer: Buffer.from(`账号,角色,范围\n${accounts.items.map((a) => `${a.name},领导,全部\n`).join('')}`),
  });
  await sysadmin.presses('import.go');
  await sysadmin.sees(sysadmin.text('import.waiting', { n: accounts.items.length }));

  const secadmin = await comes('secadmin', 'desk', 'zh', '/admin/changes');
  const card = secadmin.page.locator('.batch', { hasText: `共 ${accounts.items.length} 项` }).first();
  await card.getByRole('button', { name: secadmin.text('changes.unfold') }).click();
  await secadmin.sees(/将被授予角色：领导/);
  await card.getByRole('button', { name: /整批同意/ }).click();
  await secadmin.sees(secadmin.text('changes.done_confirm', { n: accounts.items.length }));
}

/* An office without crews: the list leads there, and is gone when nothing is missing. */
async function startList({ comes }: Cast): Promise<void> {
  const desk = await comes('desk', 'desk');
  const asker = await comes('requester', 'phone');
  const crew = await comes('electrician', 'phone');
  /* One order was done. */
  const o = await order(asker, 'A04', '1-04-ZL');
  await verb(crew, await sent(desk, o, 'electricians'), 'acknowledge');
  await verb(crew, o, 'arrive');
  await verb(crew, o, 'complete', { result: '已换灯管', cause: 'wear' });
  await verb(asker, o, 'verify');
  const p = await comes('sysadmin', 'desk', 'zh', '/admin/units');
  await p.settles();
  assert.equal(await p.page.locator('.start').count(), 0, 'an office that runs is told nothing');
  await p.page.evaluate(() => localStorage.removeItem('liangcao.started'));
  await p.page.route('**/api/v1/crew-members?*', (r) => r.fulfill({ json: { items: [], next: null, total: 0 } }));
  await p.goes('/admin/units');
  await p.sees(p.text('start.title'));
  /* The rules that the catalogue brings lead to crews of nobody. */
  await p.sees(p.text('start.done', { n: 6, of: 8 }));
  await p.sees(p.text('start.rules_wait'));
  await p.page.locator('.start .next a').click();
  await p.page.waitForURL('**/admin/crews');
  /* Beside other work it is one line. */
  assert.equal(await p.page.locator('.start ol').count(), 0);
  await p.presses('start.unfold');
  await p.page.unroute('**/api/v1/crew-members?*');
  await p.presses('start.again');
  await p.page.locator('.start').waitFor({ state: 'detached' });
}

journey('accounts for many are told before, made, and come in by slips that tell when they were used', byTheHundred);
journey('roles of a table are given by one word of the security administrator', oneWord);
journey('an office that lacks something is led to it, in order', startList);

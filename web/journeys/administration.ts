/* The three administrators, each at his own work. */
import { strict as assert } from 'node:assert';
import { readFileSync } from 'node:fs';
import { journey, type Cast } from './journey';
import type { Person } from './person';

async function brings(p: Person, name: string, lines: string[]): Promise<void> {
  await p.page
    .locator('input[type=file]')
    .setInputFiles({ name, mimeType: 'text/csv', buffer: Buffer.from(`${lines.join('\r\n')}\r\n`) });
}

async function placesByCsv({ comes }: Cast): Promise<void> {
  const p = await comes('sysadmin', 'desk', 'zh', '/admin/import');
  await p.page.locator('label.chip', { hasText: '地点' }).click();
  await brings(p, 'bad.csv', [
    '编码,名称,类型,上级编码,面积',
    'E2E-1,一号岗亭,building,,12',
    'E2E-2,二号岗亭,building,NOWHERE,12',
    'E2E-3,,building,,12',
    'E2E-4,四号岗亭,castle,,12',
  ]);
  await p.sees(p.text('import.tried_bad'));
  const lines = await p.page.locator('.plain tbody tr td:first-child').allInnerTexts();
  assert.deepEqual([...new Set(lines)], ['3', '4', '5'], 'every bad row is listed with its line');
  assert.equal(
    await p.page.getByRole('button', { name: p.text('import.go') }).count(),
    0,
    'a bad file cannot be imported',
  );
  const none = await p.asks<{ items: unknown[] }>('GET', '/places?code=E2E-1');
  assert.equal(none.items.length, 0, 'nothing was changed');

  await brings(p, 'good.csv', [
    '编码,名称,类型,上级编码,面积',
    'E2E-1,一号岗亭,building,,12',
    'E2E-11,值班室,room,E2E-1,6',
  ]);
  await p.sees(p.text('import.tried_good'));
  await p.sees(p.text('import.figures', { rows: 2, added: 2, changed: 0, unchanged: 0 }));
  await p.presses('import.go');
  await p.sees(p.text('import.done'));
  const there = await p.asks<{ items: { full_name: string }[] }>('GET', '/places?code=E2E-11');
  assert.equal(there.items[0].full_name, '一号岗亭 值班室');
}

async function doubles({ comes }: Cast): Promise<void> {
  const p = await comes('sysadmin', 'desk', 'zh', '/admin/places');
  const site = (await p.asks<{ items: { id: number }[] }>('GET', '/places?kind=site&limit=1')).items[0];
  for (const [code, name] of [
    ['E2E-D1', '东门警卫室'],
    ['E2E-D2', '东门岗亭'],
  ])
    await p.asks('POST', '/places', { code, name, kind: 'building', parent_id: site.id });
  await p.goes('/admin/places?all=1');
  await p.page.getByRole('searchbox').fill('E2E-D1');
  const row = p.page.locator('tbody tr').filter({ hasText: 'E2E-D1' });
  await p.page.locator('tbody tr').filter({ hasNotText: 'E2E-D1' }).first().waitFor({ state: 'detached' });
  await row.getByRole('button', { name: p.text('admin.merge') }).click();
  await p.presses('admin.merge');
  await p.sees(p.text('error.missing.into'));
  await p.finds('admin.merge_into', '东门岗亭', '东门岗亭');
  await p.presses('admin.merge');
  await row
    .locator('td', { hasText: p.text('common.no') })
    .or(row.locator('.tone-quiet'))
    .first()
    .waitFor();
  const there = await p.asks<{ items: { active: boolean }[] }>('GET', '/places?code=E2E-D1');
  assert.equal(there.items[0].active, false, 'the double is out of use');
}

/* Whoever stays signs in and would have the double's orders: a second administrator agrees. */
async function doublesByTwo({ comes }: Cast): Promise<void> {
  const p = await comes('sysadmin', 'desk', 'zh', '/admin/persons');
  const units = await p.asks<{ items: { id: number }[] }>('GET', '/units?limit=1');
  const accounts = await p.asks<{ items: { person_id: number; person_name: string }[] }>(
    'GET',
    '/accounts?name=leader',
  );
  const stays = accounts.items[0];
  await p.asks('POST', '/persons', { code: 'E2E-M', name: '重名甲', unit_id: units.items[0].id });
  await p.page.getByRole('searchbox').fill('E2E-M');
  const row = p.page.locator('tbody tr').filter({ hasText: 'E2E-M' });
  await p.page.locator('tbody tr').filter({ hasNotText: 'E2E-M' }).first().waitFor({ state: 'detached' });
  await row.getByRole('button', { name: p.text('admin.merge') }).click();
  await p.finds('admin.merge_into', stays.person_name, stays.person_name);
  await p.presses('admin.merge');
  await p.sees(p.text('changes.waits'));
  const is = async (): Promise<boolean> =>
    (await p.asks<{ items: { active: boolean }[] }>('GET', '/persons?code=E2E-M')).items[0].active;
  assert.equal(await is(), true, 'until then nothing of it is done');

  const secadmin = await comes('secadmin', 'desk', 'zh', '/admin/changes');
  await secadmin.page.locator('.change label', { hasText: `重名甲（E2E-M） → ${stays.person_name}` }).click();
  await secadmin.page.getByRole('button', { name: /同意并生效（1）/ }).click();
  await secadmin.sees(secadmin.text('changes.done_confirm', { n: 1 }));
  assert.equal(await is(), false, 'the double is out of use');
}

/* A unit of the tree, by name. */
async function choosesUnit(p: Person, name: string): Promise<void> {
  await p.page
    .locator('.el-tree-node__label', { hasText: new RegExp(`^${name}$`) })
    .first()
    .click();
  await p.page.locator('.card h2', { hasText: name }).waitFor();
}

async function addsUnit(p: Person, code: string, name: string): Promise<void> {
  await p.asks('POST', '/units', { code, name, valid_from: '2026-01-01' });
}

async function units({ comes }: Cast): Promise<void> {
  const p = await comes('sysadmin', 'desk');
  await addsUnit(p, 'E2E-A', '接待处');
  await addsUnit(p, 'E2E-B', '礼宾处');
  await p.goes('/admin/units');
  await choosesUnit(p, '接待处');
  await p.presses('units.verb.rename');
  await p.writes('units.ask.name', '外事接待处');
  await p.writes('ask.reason', '府办发〔2026〕9号');
  await p.page.locator('dialog[open] .modal-foot .main').click();
  await p.sees('由“接待处”更名为“外事接待处”');
  await p.sees('府办发〔2026〕9号');

  await choosesUnit(p, '礼宾处');
  await p.presses('units.verb.merge');
  await p.finds('units.ask.into_id', '外事接待', '外事接待处');
  await p.page.locator('dialog[open] .modal-foot .main').click();
  await p.page.locator('dialog[open]').waitFor({ state: 'detached' });
  await p.page.locator('.el-tree-node__label', { hasText: /^礼宾处$/ }).waitFor({ state: 'detached' });
  await p.page.locator('input[type=date]').fill('2026-06-01');
  await p.page.locator('.el-tree-node__label', { hasText: /^礼宾处$/ }).waitFor();
  await p.page.locator('.el-tree-node__label', { hasText: /^接待处$/ }).waitFor();
}

/* Somebody whom no other journey plays: what they are given changes nobody's first page. */
async function newAccount(sysadmin: Person, name: string, called: string): Promise<void> {
  const units = await sysadmin.asks<{ items: { id: number }[] }>('GET', '/units?limit=1');
  const person = await sysadmin.asks<{ id: number }>('POST', '/persons', {
    code: name.toUpperCase(),
    name: called,
    unit_id: units.items[0].id,
  });
  await sysadmin.asks('POST', '/accounts', { name, person_id: person.id });
}

async function grants({ comes }: Cast): Promise<void> {
  await newAccount(await comes('sysadmin', 'desk'), 'e2e-led', '章领导');
  const secadmin = await comes('secadmin', 'desk', 'zh', '/admin/grants');
  await secadmin.presses('grants.add');
  await secadmin.finds('grants.account', 'e2e-led', 'e2e-led');
  await secadmin.page.locator('dialog[open]').getByLabel('角色').selectOption('leader');
  await secadmin.page.locator('dialog[open] .modal-foot .main').click();
  await secadmin.page.locator('dialog[open]').waitFor({ state: 'detached' });
  await secadmin.page.getByRole('searchbox').fill('e2e-led');
  await secadmin.page.locator('.plain tbody tr', { hasText: '领导' }).waitFor();

  /* Two of the three administrators are never one person. */
  secadmin.expects(403, /\/grants/);
  secadmin.expects(409, /\/grants/);
  secadmin.expects(422, /\/grants/);
  await secadmin.presses('grants.add');
  await secadmin.finds('grants.account', 'auditor', 'auditor');
  await secadmin.page.locator('dialog[open]').getByLabel('角色').selectOption('system_admin');
  await secadmin.page.locator('dialog[open] .modal-foot .main').click();
  const refusal = secadmin.page.locator('dialog[open]').locator('.alert, .field-error');
  await refusal.waitFor();
  assert.match(await refusal.innerText(), /[\u4e00-\u9fff]/, 'the refusal is in Chinese');

  const sysadmin = await comes('sysadmin', 'desk');
  assert.equal(await sysadmin.page.locator('.side a', { hasText: '授权' }).count(), 0);
  sysadmin.expects(403, /\/grants/);
  await assert.rejects(sysadmin.asks('POST', '/grants', { account_id: 1, role: 'leader', scope: 'all' }), /403/);
}

/* Two who sign in are put into a crew; the second administrator agrees to both at once. */
async function twoPersons({ comes }: Cast): Promise<void> {
  const sysadmin = await comes('sysadmin', 'desk', 'zh', '/admin/crews');
  const crews = await sysadmin.asks<{ items: { id: number }[] }>('GET', '/crews?code=plumbers');
  await newAccount(sysadmin, 'e2e-one', '田一新');
  await newAccount(sysadmin, 'e2e-two', '田二新');
  const accounts = await sysadmin.asks<{ items: { person_id: number; person_name: string }[] }>(
    'GET',
    '/accounts?name.in=e2e-one,e2e-two',
  );
  await sysadmin.goes(`/admin/crews?crew=${crews.items[0].id}`);
  for (const a of accounts.items) {
    await sysadmin.page
      .locator('.nouns')
      .first()
      .getByRole('button', { name: sysadmin.text('common.add'), exact: true })
      .click();
    const dialog = sysadmin.page.locator('dialog[open]');
    await dialog.getByRole('combobox').first().fill(a.person_name);
    await dialog.getByRole('option').filter({ hasText: a.person_name }).first().click();
    await dialog.locator('.modal-foot .main').click();
    await dialog.waitFor({ state: 'detached' });
    await sysadmin.sees(sysadmin.text('changes.waits'));
  }
  await sysadmin.goes('/admin/changes');
  await sysadmin.sees(/加入班组/);
  assert.equal(
    await sysadmin.page.getByRole('button', { name: /同意并生效/ }).count(),
    0,
    'nobody confirms what he asked for',
  );

  const secadmin = await comes('secadmin', 'phone', 'zh', '/admin/changes');
  for (const a of accounts.items)
    await secadmin.page.locator('.change label', { hasText: new RegExp(`${a.person_name}（[^）]+）加入班组`) }).click();
  await secadmin.page.getByRole('button', { name: /同意并生效（2）/ }).click();
  await secadmin.sees(secadmin.text('changes.done_confirm', { n: 2 }));
  const members = await sysadmin.asks<{ items: { person_id: number }[] }>(
    'GET',
    `/crew-members?crew_id=${crews.items[0].id}&limit=100`,
  );
  for (const a of accounts.items)
    assert.ok(
      members.items.some((m) => m.person_id === a.person_id),
      `${a.person_name} is in the crew now`,
    );
}

async function theChain({ comes }: Cast): Promise<void> {
  const p = await comes('auditor', 'desk');
  await p.page.waitForURL('**/admin/audit');
  await p.presses('audit.verify');
  await p.sees(/[\d,]+ 条记录、[\d,]+ 行数据均与写入时一致/);
  await p.page.getByRole('tab', { name: p.text('audit.tab.signing') }).click();
  await p.page.locator('table.audit tbody tr', { hasText: '登录' }).first().waitFor();
}

/* The table that the server writes: the rows that are shown, and no others. */
async function listToFile({ comes }: Cast): Promise<void> {
  const p = await comes('sysadmin', 'desk', 'zh', '/admin/persons');
  const some = await p.asks<{ items: { name: string }[] }>('GET', '/persons?limit=1');
  await p.page.locator('.nouns input[type=search]').fill(some.items[0].name);
  await p.page.waitForURL('**/admin/persons*');
  const link = p.page.getByRole('link', { name: p.text('admin.to_file') });
  await p.page.waitForFunction(() => /[?&]q=/.test(document.querySelector('a[download]')?.getAttribute('href') ?? ''));
  const [file] = await Promise.all([p.page.waitForEvent('download'), link.click()]);
  const lines = readFileSync(await file.path(), 'utf8')
    .trimEnd()
    .split('\r\n');
  const there = await p.asks<{ total: number }>('GET', `/persons?limit=1&q=${encodeURIComponent(some.items[0].name)}`);
  assert.match(lines[0], /编码|工号/, 'the first row tells the fields in words');
  assert.equal(lines.length - 1, there.total);
}

journey('a list of administration becomes a file, as it is narrowed', listToFile);
journey('the system administrator tries a bad table of places, then brings in a good one', placesByCsv);
journey('of two records of one place one stays', doubles);
journey('a double goes into who signs in when the security administrator agrees', doublesByTwo);
journey('units are renamed and merged, and the past keeps them', units);
journey('the security administrator grants a role; the system administrator cannot', grants);
journey('what the system administrator gives takes effect when the security administrator agrees', twoPersons);
journey('the audit administrator verifies the chain', theChain);

/* What is read afterwards: the audit, by whoever has to, and the desk's list on paper. */
import { strict as assert } from 'node:assert';
import { crewOf, order, sent, verb } from './deeds';
import { journey, type Cast } from './journey';
import type { Person } from './person';

/* The entries in sight, once the list answers to what was typed. */
async function rowsFor(p: Person, words: string): Promise<string[]> {
  const answered = p.page.waitForResponse((r) => r.url().includes(`q=${encodeURIComponent(words)}&`));
  await p.page.getByRole('searchbox').fill(words);
  await answered;
  await p.page.waitForTimeout(200);
  return p.page.locator('table.audit tbody tr').allInnerTexts();
}

/* Ids, names of fields, and what only programs say. */
const SHEET = /MediaBox \[0 0 ([\d.]+) ([\d.]+)\]/g; /* of a PDF, in points */
const RAW = /\d{12,}|\b[a-z]+_[a-z_]+\b|\b(?:true|false|null|undefined)\b|[{}[\]]/;

async function found({ comes }: Cast): Promise<void> {
  const asker = await comes('requester', 'phone');
  const desk = await comes('desk', 'desk');
  const o = await order(asker, 'A04', '2-05-ZL', { description: '走廊灯忽明忽暗' });
  const at = await sent(desk, o, 'electricians');
  await verb(desk, at, 'raise_priority', { priority: 2, reason: '五楼有会' });

  const p = await comes('auditor', 'desk', 'zh', '/admin/audit');
  await p.page.locator('table.audit tbody tr').first().waitFor();
  const about = await rowsFor(p, o.number);
  assert.equal(about.length, 4, 'an order’s number finds what was done to it and nothing else');
  for (const words of [/提交/, /已受理/, /已派工/, /已调整紧急程度[\s\S]*理由：五楼有会/])
    assert.ok(
      about.some((row) => words.test(row)),
      `${String(words)} in ${about.join(' / ')}`,
    );

  const named = await rowsFor(p, '五楼有会');
  assert.equal(named.length, 1, 'a word that was written finds where it stands');
  assert.match(named[0], /五楼有会/);

  const me = await asker.asks<{ name: string }>('GET', '/session');
  const done = await rowsFor(p, me.name);
  assert.ok(
    done.some((row) => row.includes(o.number)),
    `a person is found by what they did: ${done.join(' / ')}`,
  );
  assert.deepEqual(
    [...about, ...named, ...done].filter((row) => RAW.test(row)),
    [],
    'nothing stands there as the program writes it',
  );
}

journey('the audit is found by number, person and word, and is in words', found);

journey('the audit’s sign-ins stand apart, and whatever is done can be chosen', async ({ comes }) => {
  const p = await comes('auditor', 'desk', 'zh', '/admin/audit');
  await p.page.locator('table.audit tbody tr').first().waitFor();
  const sign = p.text('audit.did.sign_in');
  const seen = await p.page.locator('table.audit tbody tr td:nth-child(4)').allInnerTexts();
  assert.ok(!seen.includes(sign), 'who signed in does not drown what was done');
  const actions = await p.page.locator('.bar select').first().locator('option').allInnerTexts();
  for (const word of ['已受理', '已派工', '已合并', '已更正']) assert.ok(actions.includes(word), word);
  assert.deepEqual(
    actions.filter((a) => RAW.test(a) || /^[a-z]/.test(a)),
    [],
    'every action has its word',
  );
  assert.ok(!seen.includes(p.text('audit.did.audit_read')), 'nor who read of it');
  await p.page.getByRole('tab', { name: p.text('audit.tab.reading') }).click();
  await p.page
    .locator('table.audit tbody tr', { hasText: p.text('audit.did.audit_read') })
    .first()
    .waitFor();
  await p.page.getByRole('tab', { name: p.text('audit.tab.signing') }).click();
  await p.page.locator('table.audit tbody tr', { hasText: sign }).first().waitFor();
});

journey('the desk’s list prints as it is narrowed, and nothing else of the page', async ({ comes }) => {
  const desk = await comes('desk', 'desk');
  const crew = await crewOf(desk, 'electricians');
  await desk.goes(`/desk?tab=all&crew_id=${crew}`);
  await desk.page.locator('.desk-table tbody tr').first().waitFor();
  const lines = await desk.page.locator('.desk-table tbody tr').count();
  await desk.page.emulateMedia({ media: 'print' });
  const paper = desk.page.locator('.list-paper');
  await paper.waitFor();
  assert.ok((await paper.locator('tbody tr').count()) >= lines);
  assert.deepEqual(await paper.locator('th').allInnerTexts(), [
    '单号',
    '紧急程度',
    '事项',
    '地点',
    '申请人',
    '班组',
    '状态',
    '时限',
  ]);
  const text = await paper.innerText();
  assert.match(text, /电工班/);
  assert.doesNotMatch(text, RAW);
  for (const part of ['.top', '.desk-table', '.tabs'])
    assert.ok(!(await desk.page.locator(part).first().isVisible()), part);
  /* Sideways from the first sheet to the last, and none of them blank. */
  const sheets = [...(await desk.page.pdf({ preferCSSPageSize: true })).toString('latin1').matchAll(SHEET)];
  assert.ok(sheets.length > 0);
  for (const [, wide, high] of sheets) assert.ok(Number(wide) > Number(high), `${wide} × ${high}`);
});

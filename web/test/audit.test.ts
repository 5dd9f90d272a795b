/* What the audit page makes of an entry: words, and nothing else. */
import { strict as assert } from 'node:assert';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { test } from 'node:test';
import { actionGroups, actionWords, brief, facts, know } from '../src/admin/auditWords';
import type { AuditEntry, Form } from '../src/api/types';
import { i18n } from '../src/common/i18n';
import { flat, locale } from './files';

i18n.global.setLocaleMessage('zh', locale('zh'));
const zh = flat(locale('zh'));
const SRC = fileURLToPath(new URL('../../src', import.meta.url));
const c = (readdirSync(SRC, { recursive: true }) as string[])
  .filter((n) => n.endsWith('.c'))
  .map((n) => readFileSync(join(SRC, n), 'utf8'))
  .join('\n');

know('order', {
  fields: [
    { name: 'priority', label: '紧急程度' },
    { name: 'crew_id', label: '班组' },
    { name: 'path', label: 'path' },
  ],
} as Form);
know('place', {
  fields: [
    { name: 'kind', label: '类型', choices: [{ value: 'room', label: '房间' }] },
    { name: 'parent_id', label: '上级地点' },
    { name: 'restricted', label: '涉密区域' },
    { name: 'version', label: 'version' },
  ],
} as Form);
const entry = (e: Partial<AuditEntry>): AuditEntry => ({ names: null, detail: null, noun: null, ...e }) as AuditEntry;
const said = (noun: string, action: string, detail: object, names?: Record<string, string>): string =>
  brief(entry({ noun, action, detail: detail as never, names }));

test('a detail is told by the labels of the forms, states and words by theirs', () => {
  assert.equal(said('order', 'order.accept', { from: 'submitted', to: 'accepted' }), '原状态：已提交；新状态：已受理');
  assert.equal(said('order', 'order.raise_priority', { from: 'dispatched', to: 'dispatched' }), '');
  assert.equal(said('order', 'order.late', { clock: 'on_site' }), '时限：到场');
  assert.equal(said('order', 'order.suspend', { reason: 'awaiting_parts' }), '理由：待料');
  assert.equal(said('order', 'order.raise_priority', { priority: [4, 2] }), '紧急程度：一般 → 加急');
  assert.equal(
    said('place', 'place.set', { kind: 'room', restricted: [false, true], version: [1, 2] }),
    '类型：房间；涉密区域：否 → 是',
  );
  assert.equal(said('account', 'session_end', { reason: [null, 'password'] }), '理由：密码已修改');
});

test('no id is shown: it is the name of what it means, or gone', () => {
  const id = 893440368033949;
  assert.equal(said('place', 'place.add', { parent_id: id }, { [id]: '1号楼' }), '上级地点：1号楼');
  assert.equal(said('place', 'place.add', { parent_id: id }), '上级地点：（已不存在）');
  assert.equal(said('order', 'audit.cover', { rows: 20, first: id, last: id }), '行数：20');
});

test('what has no label is the business of the program alone', () => {
  assert.deepEqual(facts(entry({ noun: 'order', detail: { path: '1/2/', unheard_of: 'x' } as never })), []);
});

test('every action that the program writes has its words', () => {
  const written = [...c.matchAll(/(?:model_audit|audit_write|audit_note)\(\s*[\w>-]+,\s*"([\w.]+)"/g)].map((m) => m[1]);
  const signing = [...(/#define SIGNING([\s\S]*?)\n\n/.exec(c)?.[1] ?? '').matchAll(/'([\w.]+)'/g)].map((m) => m[1]);
  assert.ok(written.length > 20 && signing.length > 5);
  for (const action of [
    ...written,
    ...signing,
    ...actionGroups().flatMap((g) => g.choices.flatMap((x) => x.action.split(','))),
  ])
    assert.notEqual(actionWords(action), action, action);
});

test('every event of an order says what was done', () => {
  const lives = readFileSync(new URL('../../docs/ARCHITECTURE.md', import.meta.url), 'utf8');
  const order = lives.slice(lives.indexOf('### order'), lives.indexOf('### right_change'));
  const verbs = [...order.matchAll(/^\| (\w+) \| [\w, ()-]+ \|/gm)].map((m) => m[1]).filter((v) => v !== 'verb');
  const told = [...c.matchAll(/\.verb = "(\w+)"/g)].map((m) => m[1]);
  assert.ok(verbs.length > 30 && told.length > 4);
  assert.deepEqual(
    [...new Set([...verbs, ...told])].filter((v) => !zh.has(`did.${v}`)),
    [],
  );
});

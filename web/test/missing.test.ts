import { strict as assert } from 'node:assert';
import { test } from 'node:test';
import { i18n } from '../src/common/i18n';
import { isPicked, missing } from '../src/common/missing';
import { locale } from './files';

test('what is typed is filled in, what is picked is chosen, and a few say it in a sentence of their own', () => {
  i18n.global.setLocaleMessage('zh', locale('zh'));
  assert.equal(missing('联系电话'), '请填写“联系电话”。');
  assert.equal(missing('接站或送站', isPicked({ kind: 'choice' })), '请选择“接站或送站”。');
  assert.equal(missing('角色', true, 'role'), '请选择角色。');
  assert.equal(missing('延期至', true, 'until'), '请选择延期至何时。');
  for (const kind of ['datetime', 'place', 'person', 'yes_no']) assert.ok(isPicked({ kind }), kind);
  for (const kind of ['text', 'number']) assert.ok(!isPicked({ kind }), kind);
  assert.ok(isPicked({ kind: 'number', refers: 'crew' }));
});

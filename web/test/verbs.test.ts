import { strict as assert } from 'node:assert';
import { test } from 'node:test';
import { verbs } from '../src/common/verbs';
import { flat, locale } from './files';

const zh = flat(locale('zh'));

test('every verb has a button and says what was done', () => {
  for (const v of Object.keys(verbs)) {
    assert.ok(zh.has(`verb.${v}`), `verb.${v}`);
    assert.ok(zh.has(`did.${v}`), `did.${v}`);
  }
});

test('everything a verb asks has a label, and every choice its words', () => {
  for (const [v, verb] of Object.entries(verbs)) {
    for (const a of verb.asks) {
      const name = a.label ?? a.name;
      assert.ok(zh.has(`ask.${name}`), `${v} asks ask.${name}`);
      for (const c of a.choices ?? []) {
        const key = a.kind === 'tags' ? `rating.tag.${c}` : `choice.${name}.${c}`;
        assert.ok(zh.has(key), `${v} offers ${key}`);
      }
    }
  }
});

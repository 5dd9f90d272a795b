import { strict as assert } from 'node:assert';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { flat, locale } from './files';

const zh = flat(locale('zh'));
const api = JSON.parse(readFileSync(new URL('../../build/web/openapi.json', import.meta.url), 'utf8')) as {
  paths: Record<string, { post?: unknown; get?: unknown }>;
};

test('every verb that the server knows has a button and says what was done', () => {
  const given = Object.keys(api.paths)
    .filter((p) => api.paths[p].post && !api.paths[p].get)
    .map((p) => /\/orders\/\{id\}\/(\w+)$/.exec(p)?.[1])
    .filter((v) => v !== undefined);
  assert.ok(given.length > 20);
  for (const v of given) {
    assert.ok(zh.has(`verb.${v}`), `verb.${v}`);
    assert.ok(zh.has(`did.${v}`), `did.${v}`);
  }
});

/* What the interface believes of the server, against the server's own description.
   Its types are made from that. */
import { strict as assert } from 'node:assert';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { states } from '../src/order/order';
import { sources } from './files';

interface Schema {
  properties: Record<string, { enum?: string[] }>;
}

const api = JSON.parse(readFileSync(new URL('../../build/web/openapi.json', import.meta.url), 'utf8')) as {
  paths: Record<string, Record<string, unknown>>;
  components: { schemas: Record<string, Schema> };
};

test('the interface knows the states that the server knows', () => {
  assert.deepEqual([...states].sort(), [...api.components.schemas.order_view.properties.state.enum!].sort());
});

/* "post /orders/*": by which method the sources ask for what. */
function asked(): Map<string, string> {
  const all = new Map<string, string>();
  for (const { name, text } of sources()) {
    for (const m of text.matchAll(
      /\b(get|post|patch|put|remove|call|address)(?:<[^()]*?>)?\(\s*(?:'([A-Z]+)',\s*)?(['`])(\/[^'`]*)\3/g,
    )) {
      const method = m[2]?.toLowerCase() ?? { remove: 'delete', address: 'get' }[m[1]] ?? m[1];
      all.set(`${method} ${m[4].replace(/\$\{[^}]*\}/g, '*')}`, name);
    }
  }
  return all;
}

test('every address that the interface asks for is one of the API, and takes the method', () => {
  const known = Object.entries(api.paths).flatMap(([path, item]) =>
    Object.keys(item).map((method) => `${method} ${path.replace('/api/v1', '').replace(/\{\w+\}/g, '*')}`),
  );
  const all = asked();
  assert.ok(all.size > 30, 'the sources are looked through');
  const free = [/^get \/stream$/, /^\w+ \/\*/]; /* a verb or a noun of the caller's choosing */
  const like = (a: string, b: string): boolean => new RegExp(`^${a.replace(/\*/g, '[^/]+')}$`).test(b);
  const wrong = [...all].filter(
    ([path]) => !free.some((f) => f.test(path)) && !known.some((k) => like(k, path) || like(path, k)),
  );
  assert.deepEqual(wrong, []);
});

/* What the interface believes of the server, against the server's own description. */
import { strict as assert } from 'node:assert';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { states } from '../src/order/order';
import { sources } from './files';

interface Schema {
  properties: Record<string, { enum?: string[] }>;
}

const api = JSON.parse(readFileSync(new URL('../../docs/api/openapi.json', import.meta.url), 'utf8')) as {
  paths: Record<string, Record<string, unknown>>;
  components: { schemas: Record<string, Schema> };
};
const types =
  sources().find((s) => s.name === 'api/types.ts')!.text + sources().find((s) => s.name === 'order/calls.ts')!.text;

/* The members of an interface, by its name. */
function members(name: string): string[] {
  const body = new RegExp(`interface ${name} \\{([\\s\\S]*?)\\n\\}`).exec(types)?.[1] ?? '';
  return [...body.matchAll(/^ {2}(\w+)\??:/gm)].map((m) => m[1]);
}

const twins: Record<string, string[]> = {
  Order: ['order_view', 'order_candidate'],
  NewOrder: ['order_wish_input'],
  OrderEvent: ['order_event'],
  Promised: ['order_promise'],
  Area: ['service_area'],
  Item: ['service_item'],
  Place: ['place'],
  Person: ['person_card', 'person'],
  Crew: ['crew'],
  Unit: ['unit'],
  Notice: ['notice'],
};

test('every member that the interface reads is one that the server gives', () => {
  for (const [name, schemas] of Object.entries(twins)) {
    const known = new Set(schemas.flatMap((s) => Object.keys(api.components.schemas[s].properties)));
    assert.ok(members(name).length > 2, `${name} is found`);
    assert.deepEqual(
      members(name).filter((m) => !known.has(m)),
      [],
      `${name} against ${schemas.join(', ')}`,
    );
  }
});

test('the interface knows the states that the server knows', () => {
  assert.deepEqual([...states].sort(), [...api.components.schemas.order_view.properties.state.enum!].sort());
});

test('every address that the interface asks for is one of the API', () => {
  const known = new Set(Object.keys(api.paths).map((p) => p.replace('/api/v1', '').replace(/\{\w+\}/g, '*')));
  const asked = new Map<string, string>();
  for (const { name, text } of sources()) {
    for (const m of text.matchAll(
      /\b(?:get|post|patch|put|remove|call|address)(?:<[^()]*?>)?\(\s*(?:'[A-Z]+',\s*)?(['`])(\/[^'`]*)\1/g,
    )) {
      asked.set(m[2].replace(/\$\{[^}]*\}/g, '*'), name);
    }
  }
  assert.ok(asked.size > 30, 'the sources are looked through');
  const free = [/^\/stream$/, /^\/\*/]; /* a verb or a noun of the caller's choosing */
  const like = (a: string, b: string): boolean => new RegExp(`^${a.replace(/\*/g, '[^/]+')}$`).test(b);
  const wrong = [...asked].filter(
    ([path]) => !free.some((f) => f.test(path)) && ![...known].some((k) => like(k, path) || like(path, k)),
  );
  assert.deepEqual(wrong, []);
});

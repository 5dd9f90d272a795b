// SPDX-License-Identifier: Apache-2.0
/*
 * The OpenAPI document on standard input as a text that people read: a line
 * for each parameter and field, everything that may change on it.  A member of
 * the document that this does not know is an error, so that nothing changes
 * unseen.
 */
import { readFileSync } from 'node:fs';

const doc = JSON.parse(readFileSync(0, 'utf8'));
const lines = [];
const put = (depth, ...words) => lines.push('  '.repeat(depth) + words.filter((w) => w !== '').join(' '));

/* Its members, each of which the caller takes. */
function only(what, o, ...known) {
  for (const k of Object.keys(o)) if (!known.includes(k)) throw new Error(`${what}: what is "${k}"?`);
  return o;
}

// -- schemas ------------------------------------------------------------------

const nameOf = (ref) => ref.replace(/^#\/components\/(schemas|responses)\//, '');

/* Of the largest whole number nobody sees whether a digit is missing. */
const number = (n) => (Math.abs(n) === Number.MAX_SAFE_INTEGER ? (n < 0 ? '-max' : 'max') : (n ?? ''));

function limits(s) {
  const words = [];
  if (s.minimum !== undefined || s.maximum !== undefined) words.push(`${number(s.minimum)}..${number(s.maximum)}`);
  if (s.minLength !== undefined || s.maxLength !== undefined) words.push(`${s.minLength ?? 0}..${s.maxLength ?? ''} long`);
  if (s.minItems !== undefined) words.push(`${s.minItems} or more`);
  if (s.pattern !== undefined) words.push(`/${s.pattern}/`);
  return words.join(' ');
}

/* "a" and "-a", as a list is sorted, are said as "±a". */
function words(list) {
  const both = (w) => list.includes(w) && list.includes(`-${w}`);
  return list.filter((w) => !(w?.startsWith('-') && both(w.slice(1)))).map((w) => (both(w) ? `±${w}` : w)).join('|');
}

/* A schema in a line: what is in it besides the members of an object, which stand below. */
function type(s) {
  only('schema', s, '$ref', 'type', 'format', 'enum', 'items', 'properties', 'required', 'additionalProperties',
    'minimum', 'maximum', 'minLength', 'maxLength', 'minItems', 'pattern', 'description');
  if (s.$ref) return nameOf(s.$ref);
  const types = [s.type].flat();
  const says = types.filter((t) => t !== 'null').join('|') || 'anything';
  const of = s.items ? ` of ${type(s.items)}` : '';
  const more = s.additionalProperties && s.additionalProperties !== true ? ` of ${type(s.additionalProperties)} by name` : '';
  const open = s.properties && s.additionalProperties !== false ? ' and more' : '';
  return [
    (s.format ?? says) + (types.includes('null') ? '?' : '') + of + more + open,
    s.enum ? words(s.enum.filter((w) => w !== null)) : '', limits(s),
  ].filter(Boolean).join(' ');
}

const said = (text) => (text ? `-- ${text}` : '');

/* The members that must be there stand with "!". */
function members(depth, s) {
  const inner = s.items ?? s;
  if (inner !== s) return members(depth, inner);
  if (typeof s.additionalProperties === 'object') members(depth, s.additionalProperties);
  for (const [name, p] of Object.entries(s.properties ?? {})) {
    put(depth, name + (s.required?.includes(name) ? '!' : ''), type(p), said(p.description));
    members(depth + 1, p);
  }
}

// -- operations ---------------------------------------------------------------

const same = (a, b) => JSON.stringify(a) === JSON.stringify(b);

/* Is "field.op" what goes with "field"?  Then only its op is said. */
function follows(p, base) {
  const op = p.name.slice(base.name.length + 1);
  if (p.in !== base.in || p.required || p.description) return false;
  if (op === 'set') return same(p.schema, { type: 'string', enum: ['yes', 'no'] });
  if (op === 'has') return same(p.schema, { type: 'string' });
  if (op === 'in') return p.explode === false && same(p.schema, { type: 'array', minItems: 1, items: base.schema });
  return same(p.schema, base.schema);
}

function parameters(list) {
  const rows = [];
  for (const p of list) {
    only(p.name, p, 'name', 'in', 'required', 'schema', 'description', 'explode');
    const last = rows[rows.length - 1];
    if (last && p.name.startsWith(`${last.p.name}.`) && follows(p, last.p)) last.ops.push(p.name.slice(last.p.name.length));
    else rows.push({ p, ops: [] });
  }
  for (const { p, ops } of rows) {
    const where = { query: '?', path: '/', header: '^' }[p.in];
    put(1, `${where}${p.name}${p.required ? '!' : ''}`, type(p.schema), p.explode === false ? 'with commas' : '', ops.join(' '), said(p.description));
  }
}

function content(depth, label, c) {
  for (const [media, { schema }] of Object.entries(c)) {
    put(depth, label, media === 'application/json' ? '' : media, type(schema));
    members(depth + 1, schema);
  }
}

function answers(responses) {
  const problems = new Map();
  for (const [status, r] of Object.entries(responses)) {
    if (r.$ref) {
      const name = nameOf(r.$ref);
      problems.set(name, [...(problems.get(name) ?? []), status]);
      continue;
    }
    only(status, r, 'description', 'content', 'headers');
    put(1, `= ${status}`, Object.keys(r.headers ?? {}).map((h) => `with ${h}`).join(' '), said(r.description));
    content(2, '', r.content ?? {});
  }
  for (const [name, list] of problems) put(1, `= ${list.sort().join(' ')}`, name);
}

function operation(method, path, o) {
  only(path, o, 'summary', 'description', 'operationId', 'tags', 'x-right', 'security', 'parameters', 'requestBody', 'responses');
  put(0, `\n${method.toUpperCase()}`, path, o.operationId, (o.tags ?? []).map((t) => `#${t}`).join(' '),
    o['x-right'] ? `may ${o['x-right']}` : '', o.security ? `by ${o.security.flatMap(Object.keys).join('|') || 'anybody'}` : '');
  put(1, said(o.summary));
  if (o.description) put(1, said(o.description));
  parameters(o.parameters ?? []);
  if (o.requestBody) content(1, o.requestBody.required ? '+ body!' : '+ body', only('body', o.requestBody, 'required', 'content').content);
  answers(o.responses);
}

// -- the whole ----------------------------------------------------------------

only('document', doc, 'openapi', 'info', 'security', 'paths', 'components');
only('components', doc.components, 'schemas', 'responses', 'securitySchemes');
lines.push(
  'What the API takes and answers: made from its description by "make openapi", for review.',
  'The description itself, for programs: GET /api/openapi.json, or "liangcao routes --openapi".',
  '',
  '/path ?query ^header = answer + body; ! must be there, ? may be null; .op: field.op=, too; ±: also backwards; max: 2^53 - 1.',
  '',
  `openapi ${doc.openapi} ${JSON.stringify(doc.info)}`,
  `signed in by ${doc.security.flatMap(Object.keys).join('|')} ${JSON.stringify(doc.components.securitySchemes)}`,
);
for (const [path, item] of Object.entries(doc.paths))
  for (const [method, o] of Object.entries(item)) operation(method, path, o);
for (const [name, r] of Object.entries(doc.components.responses)) {
  put(0, `\nanswer ${name}`, said(r.description));
  content(1, '', r.content);
}
for (const [name, s] of Object.entries(doc.components.schemas)) {
  put(0, `\nschema ${name}`, type(s));
  members(1, s);
}
process.stdout.write(`${lines.join('\n')}\n`);

// SPDX-License-Identifier: Apache-2.0
/*
 * The OpenAPI document against the server that gives it out: what conforms is
 * never answered 5xx, every answer has the status, media type and schema that
 * the document promises, and what breaks the document is refused.
 *
 *   node check.mjs http://127.0.0.1:8080 [SEED] [ROUNDS] [PART OF A PATH]
 *
 * The server is a demo office; it is changed.  Ends with "N passed, N failed".
 */
const [base, seedText = '1', roundsText = '6', only = ''] = process.argv.slice(2);
let seed = Number(seedText) >>> 0;
const rounds = Number(roundsText);
const password = 'Liangcao-2026';
const people = ['sysadmin', 'secadmin', 'auditor', 'desk', 'lead', 'requester', 'leader', ''];

// -- chance -----------------------------------------------------------------
function chance() { // mulberry32
  seed = (seed + 0x6d2b79f5) >>> 0;
  let t = seed;
  t = Math.imul(t ^ (t >>> 15), t | 1);
  t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
  return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
}
const below = (n) => Math.floor(chance() * n);
const pick = (list) => list[below(list.length)];

// -- JSON Schema, as much of it as the document uses --------------------------
let doc;
const resolve = (s) => (s && s.$ref ? resolve(s.$ref.slice(2).split('/').reduce((o, k) => o[k], doc)) : s);
const typeOf = (v) => (v === null ? 'null' : Array.isArray(v) ? 'array' : typeof v === 'number' && Number.isInteger(v) ? 'integer' : typeof v);
const formats = {
  'date-time': /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/,
  date: /^\d{4}-\d\d-\d\d$/,
};
function wrong(v, schema, at = '') {
  const s = resolve(schema);
  const t = typeOf(v);
  if (s.type !== undefined) {
    const types = [].concat(s.type);
    if (!types.includes(t) && !(t === 'integer' && types.includes('number'))) return `${at}: ${t}, not ${types}`;
  }
  if (s.enum && !s.enum.includes(v)) return `${at}: ${JSON.stringify(v)} is not one of ${s.enum}`;
  if (t === 'string') {
    const n = [...v].length;
    if (s.maxLength !== undefined && n > s.maxLength) return `${at}: too long`;
    if (s.minLength !== undefined && n < s.minLength) return `${at}: too short`;
    if (s.pattern && !new RegExp(s.pattern, 'u').test(v)) return `${at}: not like ${s.pattern}`;
    if (s.format && formats[s.format] && !formats[s.format].test(v)) return `${at}: ${v} is no ${s.format}`;
  }
  if (t === 'integer' || t === 'number') {
    if (s.minimum !== undefined && v < s.minimum) return `${at}: below ${s.minimum}`;
    if (s.maximum !== undefined && v > s.maximum) return `${at}: above ${s.maximum}`;
  }
  if (t === 'array' && s.items) for (let i = 0; i < v.length; i++) {
    const w = wrong(v[i], s.items, `${at}[${i}]`);
    if (w) return w;
  }
  if (t === 'object') {
    for (const k of s.required ?? []) if (!(k in v)) return `${at}.${k} is missing`;
    for (const [k, x] of Object.entries(v)) {
      const p = s.properties?.[k] ?? s.additionalProperties;
      if (p === false || (p === undefined && s.additionalProperties === false)) return `${at}.${k} is not known`;
      if (p && typeof p === 'object') {
        const w = wrong(x, p, `${at}.${k}`);
        if (w) return w;
      }
    }
  }
  return '';
}

// -- values -------------------------------------------------------------------
const texts = ['漏水了', 'light', 'A04', ' x ', "'; DROP TABLE x;--", '%_\\', '"quoted"', '中文😀', '=1+1', '\u202e', 'a\tb\nc', '{}', 'null', '0', '*', 'AND OR NOT', '(((', '-', '\u0001', 'x'.repeat(300)];
const days = ['2026-11-23', '0001-01-01', '9999-12-31', '2000-02-29', '1969-12-31', '2027-06-01'];
const times = ['2026-11-23T08:30:00Z', '0001-01-01T00:00:00Z', '9999-12-31T23:59:59.999Z', '2026-11-23T08:30:00.123456+08:00', '1970-01-01T00:00:00Z', '2026-12-01T09:00:00-14:00'];
const ids = new Map(); // of the first part of a path
function knownId(path) {
  const list = ids.get(path.split('/')[3]) ?? [];
  return list.length && chance() < 0.8 ? pick(list) : pick([1, 999999999, 4611686018427387]);
}
const refers = { place_id: 'places', unit_id: 'units', parent_id: 'units', person_id: 'persons', crew_id: 'crews', account_id: 'accounts', area_id: 'areas', into_id: 'units', lead_id: 'persons', provider_id: 'providers', assignee_id: 'persons', requester_id: 'persons', leader_id: 'persons' };
function good(schema, name = '') {
  const s = resolve(schema);
  const types = [].concat(s.type ?? ['object']);
  if (types.includes('null') && chance() < 0.25) return null;
  if (s.enum) return pick(s.enum.filter((x) => x !== null));
  const t = types.find((x) => x !== 'null');
  if (t === 'boolean') return chance() < 0.5;
  if (t === 'integer' || t === 'number') {
    if (refers[name] && ids.get(refers[name])?.length && chance() < 0.8) return pick(ids.get(refers[name]));
    const low = s.minimum ?? -1e6, high = s.maximum ?? 1e6;
    const n = pick([low, high, low, high, Math.round(low + chance() * (high - low))]);
    return Math.min(high, Math.max(low, n));
  }
  if (t === 'string') {
    if (s.format === 'date') return pick(days);
    if (s.format === 'date-time') return pick(times);
    if (name === 'item_code') return pick(['A01', 'A04', 'A06', 'B01', 'C01']);
    if (s.pattern?.startsWith('^-?[0-9]')) return pick(['12.50', '0', '-3.1', '999999999999999']);
    if (name === 'If-Match') return pick(['"1"', '*', 'W/"2"', '"999999999999999"']);
    let v = pick(texts);
    if (chance() < 0.1) v = 'long'.repeat(4000);
    if (chance() < 0.15) v = '';
    if (s.minLength && [...v].length < s.minLength) v = 'x'.repeat(s.minLength);
    if (s.maxLength !== undefined) v = [...v].slice(0, s.maxLength).join('');
    if (s.pattern && !new RegExp(s.pattern, 'u').test(v)) v = 'x'.repeat(Math.max(1, s.minLength ?? 1));
    return v;
  }
  if (t === 'array') return Array.from({ length: Math.max(s.minItems ?? 0, s.items ? below(4) : 0) }, () => good(s.items, name.replace(/\..*/, '')));
  const out = {};
  if (!s.properties) return pick([{}, { a: 1 }, { led: 'x', count: 3 }, []]);
  for (const [k, p] of Object.entries(s.properties)) if ((s.required ?? []).includes(k) || chance() < 0.4) out[k] = good(p, k);
  return out;
}
/* A value that breaks the schema, or undefined when there is none. */
function bad(schema) {
  const s = resolve(schema);
  const types = [].concat(s.type ?? ['object']);
  const tries = [];
  if (!types.includes('integer') && !types.includes('number')) tries.push(5, 1e300);
  if (!types.includes('string')) tries.push('5', '', 'NaN', 'true');
  if (!types.includes('boolean')) tries.push(true);
  if (!types.includes('array')) tries.push([], [1]);
  if (!types.includes('object')) tries.push({}, { a: {} });
  if (!types.includes('null')) tries.push(null);
  if (s.enum) tries.push('no such word', '');
  if (types.includes('integer')) tries.push(1.5, 1e18, -1e18);
  if (s.minimum !== undefined) tries.push(s.minimum - 1);
  if (s.maximum !== undefined) tries.push(s.maximum + 2);
  if (s.maxLength !== undefined) tries.push('y'.repeat(s.maxLength + 1));
  if (s.minLength !== undefined) tries.push('');
  if (s.format) tries.push('yesterday', '2026-13-01', '2026-02-30T00:00:00Z', '', '10000-01-01');
  if (s.pattern) tries.push('   ');
  return pick(tries.filter((x) => wrong(x, s)));
}

// -- asking ---------------------------------------------------------------------
const sessions = new Map();
async function signIn(account) {
  if (!account) return {};
  const r = await fetch(`${base}/api/v1/session`, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify({ account, password }) });
  if (r.status !== 201) return {};
  const j = await r.json();
  return { Cookie: r.headers.get('set-cookie').split(';')[0], 'X-CSRF-Token': j.csrf };
}
async function ask(who, method, path, { body, type, headers = {} } = {}) {
  const h = { ...sessions.get(who), ...headers };
  if (body !== undefined) h['Content-Type'] = type ?? 'application/json';
  const r = await fetch(base + path, { method, headers: h, body, redirect: 'manual', signal: AbortSignal.timeout(20000) });
  return { status: r.status, type: r.headers.get('content-type') ?? '', allow: r.headers.get('allow'), text: await r.text() };
}

// -- judging ----------------------------------------------------------------------
let passed = 0, failed = 0;
const told = new Set();
function judge(ok, what, detail) {
  if (ok) { passed++; return; }
  failed++;
  const key = what.replace(/[0-9]{3,}/g, '#');
  if (told.has(key)) return;
  told.add(key);
  console.log(`not ok: ${what}${detail ? `\n        ${String(detail).slice(0, 700)}` : ''}`);
}
/* Status, media type and schema as documented; '' or what is wrong. */
function unlike(op, r) {
  if (r.status >= 500 && r.status !== 503) return `${r.status}`;
  const answer = resolve(op.responses[String(r.status)]);
  if (!answer) return `${r.status} is not documented`;
  if (!answer.content) return r.text === '' ? '' : `${r.status} has a body`;
  const media = r.type.split(';')[0];
  const schema = answer.content[media]?.schema;
  if (!schema) return `${r.status} with ${media || 'no type'} is not documented`;
  if (!media.includes('json')) return '';
  let v;
  try { v = JSON.parse(r.text); } catch { return `${r.status} is not JSON`; }
  const w = wrong(v, schema);
  return w ? `${r.status}${w}` : '';
}
const enc = encodeURIComponent;
function address(path, op, values, query) {
  const q = Object.entries(query).map(([k, v]) => `${enc(k)}=${enc(v)}`).join('&');
  return path.replace(/{(\w+)}/g, (_, k) => enc(values[k])) + (q ? `?${q}` : '');
}
function makeRequest(path, op) {
  const values = {}, query = {}, headers = {};
  for (const p of op.parameters ?? []) {
    if (p.in === 'path') values[p.name] = p.name.endsWith('id') ? knownId(path) : p.name === 'kind' ? pick(['units', 'persons', 'places', 'x']) : p.name === 'noun' ? pick(['unit', 'person', 'orders', '漏']) : 'x';
    else if (p.in === 'query' && (p.required || chance() < 3 / op.parameters.length)) {
      let v = good(p.schema, p.name);
      query[p.name] = String(v).slice(0, 400);
    } else if (p.in === 'header' && chance() < 0.2) {
      const v = String(good(p.schema, p.name)).replace(/[^\x21-\x7e]/g, 'x');
      if (v) headers[p.name] = v;
    }
  }
  let body, type;
  const content = op.requestBody?.content ?? {};
  if (content['application/json']) body = good(content['application/json'].schema);
  if (content['text/csv']) { type = 'text/csv'; body = pick(['', 'code,name\nx,y\n', 'a;b\n1;2', '\ufeffcode,name\n"']); }
  return { values, query, headers, body, type };
}
const send = (who, method, path, op, q) => ask(who, method, address(path, op, q.values, q.query), {
  headers: q.headers, type: q.type,
  body: q.body === undefined ? undefined : q.type ? q.body : q.text ?? JSON.stringify(q.body),
});

const madBodies = ['', '{', '[]', '5', 'null', '"x"', '{"a":1,"a":2}', '{"name":"\\u0000"}', '{"name":"\\ud800"}', '{"id":NaN}', '{"id":1e999}', '{"id":123456789012345678901234567890}', '['.repeat(5000), '{"a":'.repeat(3000), '\ufeff{}', '{} {}', "{'a':1}", '{"no_such_field":1}', '\u0000', 'x'.repeat(70000)];

async function tryOperation(path, method, op, who) {
  const name = `${method.toUpperCase()} ${path}`;
  const M = method.toUpperCase();
  const check = (q, r, what, mustRefuse) => {
    const w = unlike(op, r);
    judge(!w, `${name} (${what}, as ${who || 'nobody'}): ${w}`, `${address(path, op, q.values, q.query)} ${JSON.stringify(q.headers)} ${q.text ?? JSON.stringify(q.body)}\n        ${r.text}`);
    if (mustRefuse) judge(r.status >= 400 && r.status < 500, `${name} (${what}, as ${who || 'nobody'}): not refused: ${r.status}`, `${address(path, op, q.values, q.query)} ${q.text ?? JSON.stringify(q.body)}`);
  };
  for (let i = 0; i < rounds; i++) {
    let q = makeRequest(path, op);
    check(q, await send(who, M, path, op, q), 'as documented', false);

    q = makeRequest(path, op);
    q.query.no_such_word = '1';
    if (path.startsWith('/api/v1') && !path.endsWith('/stream')) check(q, await send(who, M, path, op, q), 'unknown query word', true);

    /* In a query a list is its entries with commas between: one bad entry is enough. */
    const entry = (p) => (p.schema.type === 'array' ? resolve(p.schema.items) : p.schema);
    const params = (op.parameters ?? []).filter((p) => p.in === 'query' && (entry(p).type !== 'string' || entry(p).enum || entry(p).format));
    if (params.length) {
      q = makeRequest(path, op);
      const p = pick(params);
      q.query[p.name] = entry(p).enum ? 'no such word' : pick(['abc', '1.5.1', '', 'NaN', '0x10', 'Infinity', '2026-13-45', 'null']);
      check(q, await send(who, M, path, op, q), `bad ${p.name}`, true);
    }
    if (Object.keys(makeRequest(path, op).values).some((k) => k.endsWith('id'))) {
      q = makeRequest(path, op);
      for (const k of Object.keys(q.values)) q.values[k] = pick(['abc', '-1', '0', '1.5', '99999999999999999999999', '5\u0000', '%', '漏', 'null']);
      const r = await send(who, M, path, op, q);
      check(q, r, 'bad id', true);
      judge([400, 401, 403, 404, 422].includes(r.status), `${name} (bad id): ${r.status}`);
    }
    const json = op.requestBody?.content?.['application/json']?.schema;
    if (json) {
      const s = resolve(json);
      q = makeRequest(path, op);
      q.body.no_such_field = 1;
      check(q, await send(who, M, path, op, q), 'unknown field', true);
      q = makeRequest(path, op);
      const k = pick(Object.keys(s.properties));
      const v = k === undefined ? undefined : bad(s.properties[k]);
      if (v !== undefined) {
        q.body[k] = v;
        check(q, await send(who, M, path, op, q), `bad ${k}`, true);
      }
      if (s.required?.length) {
        q = makeRequest(path, op);
        const gone = pick(s.required);
        delete q.body[gone];
        check(q, await send(who, M, path, op, q), `without ${gone}`, true);
      }
      q = makeRequest(path, op);
      q.text = pick(madBodies);
      check(q, await send(who, M, path, op, q), 'mad body', q.text !== '' || s.required?.length > 0);
      q = makeRequest(path, op);
      q.type = pick(['text/plain', 'application/x-www-form-urlencoded', 'application/xml', 'multipart/form-data; boundary=x', 'application/jsonx']);
      q.body = '{"a":1}';
      const r = await send(who, M, path, op, q);
      check(q, r, `type ${q.type}`, true);
      judge([401, 403, 404, 415].includes(r.status) || r.text.includes('Idempotency-Key'), `${name}: ${q.type} is answered ${r.status}`);
    }
    if (chance() < 0.3) {
      q = makeRequest(path, op);
      q.headers['If-Match'] = pick(['', '"', 'x', '"x"', '"-1"', '"99999999999999999999"', 'W/', '"1","2"', '\\']);
      check(q, await send(who, M, path, op, q), 'mad If-Match', false);
    }
  }
}

async function tryMethods(path, item) {
  for (const m of ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']) {
    if (item[m.toLowerCase()]) continue;
    const r = await ask('desk', m, path.replace(/{\w+}/g, '1'));
    const documented = Object.keys(item).map((x) => x.toUpperCase());
    // /orders/{id} is also asked for by /orders/duplicates
    judge(r.status === 405 || r.status === 404 || r.status === 403, `${m} ${path} is answered ${r.status}, not 405`);
    if (r.status === 405) judge(documented.every((x) => (r.allow ?? '').split(', ').includes(x)), `${m} ${path}: Allow: ${r.allow}`, documented);
    if (r.status === 405) judge(r.type.startsWith('application/problem+json') && JSON.parse(r.text).status === 405, `${m} ${path}: 405 is no problem document`, r.text);
  }
}

async function gatherIds() {
  for (const path of Object.keys(doc.paths)) {
    const op = doc.paths[path].get;
    if (!op || path.includes('{') || !path.startsWith('/api/v1/') || path.endsWith('stream')) continue;
    for (const who of ['sysadmin', 'desk', 'secadmin']) {
      const r = await ask(who, 'GET', path);
      let v = {};
      try { v = JSON.parse(r.text); } catch { continue; }
      if (r.status !== 200 || !Array.isArray(v.items)) continue;
      const key = path.split('/')[3];
      ids.set(key, [...(ids.get(key) ?? []), ...v.items.map((x) => x.id).filter(Boolean).slice(0, 30)]);
    }
  }
}

doc = await (await fetch(`${base}/api/openapi.json`)).json();
for (const p of people) sessions.set(p, await signIn(p));
await gatherIds();
const last = /accounts|grants|tokens|session|persons/;
const paths = Object.keys(doc.paths).filter((p) => p.includes(only)).sort((a, b) => last.test(a) - last.test(b));
for (const path of paths) {
  const item = doc.paths[path];
  await tryMethods(path, item);
  for (const [method, op] of Object.entries(item)) {
    if (method === 'delete' && path.endsWith('/session')) continue;
    for (const who of people) {
      try {
        await tryOperation(path, method, op, who);
      } catch (e) {
        judge(false, `${method} ${path} as ${who}: ${e}`, e.cause ?? e.stack);
      }
    }
  }
}
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed ? 1 : 0);

/* The contract's answers from memory, for building the interface; never shipped. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Plugin } from 'vite';
import * as d from './data';
import type { Row } from './data';

interface Asked {
  method: string;
  path: string;
  query: URLSearchParams;
  body: any;
  who: string | null;
}

const moves: Record<string, { from: string[]; to: string; may: string; stamp?: string }> = {
  accept: { from: ['submitted'], to: 'accepted', may: 'order.accept', stamp: 'accepted_at' },
  return: { from: ['submitted', 'accepted'], to: 'returned', may: 'order.accept' },
  merge: { from: ['submitted', 'accepted'], to: 'merged', may: 'order.accept' },
  dispatch: { from: ['accepted'], to: 'dispatched', may: 'order.dispatch', stamp: 'dispatched_at' },
  approve: { from: ['awaiting_approval'], to: 'accepted', may: 'order.approve', stamp: 'accepted_at' },
  refuse: { from: ['awaiting_approval'], to: 'returned', may: 'order.approve' },
  transfer: { from: ['dispatched', 'acknowledged'], to: 'dispatched', may: 'order.dispatch' },
  grab: { from: ['accepted'], to: 'acknowledged', may: 'order.work', stamp: 'acknowledged_at' },
  acknowledge: { from: ['dispatched'], to: 'acknowledged', may: 'order.work', stamp: 'acknowledged_at' },
  decline: { from: ['dispatched'], to: 'accepted', may: 'order.work' },
  arrive: { from: ['acknowledged'], to: 'on_site', may: 'order.work', stamp: 'on_site_at' },
  start: { from: ['on_site'], to: 'in_progress', may: 'order.work' },
  make_safe: { from: ['on_site', 'in_progress'], to: '', may: 'order.work', stamp: 'safe_at' },
  suspend: { from: ['in_progress'], to: 'suspended', may: 'order.work', stamp: 'suspended_at' },
  resume: { from: ['suspended'], to: 'in_progress', may: 'order.work' },
  ask_extension: { from: ['acknowledged', 'on_site', 'in_progress'], to: '', may: 'order.work' },
  complete: { from: ['in_progress'], to: 'completed', may: 'order.work', stamp: 'completed_at' },
  verify: { from: ['completed'], to: 'verified', may: 'own', stamp: 'verified_at' },
  rework: { from: ['completed'], to: 'in_progress', may: 'own' },
  rate: { from: ['verified', 'closed'], to: '', may: 'own' },
  reopen: { from: ['closed'], to: 'accepted', may: 'own' },
  cancel: { from: ['submitted', 'accepted', 'dispatched', 'acknowledged', 'awaiting_approval'], to: 'cancelled', may: 'own' },
  raise_priority: { from: ['submitted', 'accepted', 'dispatched'], to: '', may: 'order.dispatch' },
  add_leg: { from: ['accepted', 'dispatched'], to: '', may: 'order.dispatch' },
  comment: { from: [], to: '', may: '' },
};

const streams = new Set<ServerResponse>();

class Refusal extends Error {
  constructor(readonly status: number, readonly code: string, detail: string, readonly field: string | null = null) {
    super(detail);
  }
}

function rightsOf(who: string | null): string[] {
  return who ? ['order.create', ...d.accounts[who].rights] : [];
}

function mayMove(verb: string, o: Row, who: string): boolean {
  const m = moves[verb];
  if (m.from.length && !m.from.includes(o.state)) return false;
  if (m.may === 'own') return o.requester_id === d.accounts[who].person;
  if (m.may === 'order.work') return d.accounts[who].crews.includes(o.crew_id) && rightsOf(who).includes('order.work');
  return !m.may || rightsOf(who).includes(m.may);
}

function shown(o: Row, who: string): Row {
  return { ...o, fields: d.items.find((i) => i.code === o.item_code)?.fields, verbs: Object.keys(moves).filter((v) => mayMove(v, o, who)), legs: d.orders.filter((l) => l.parent_id === o.id) };
}

function tell(o: Row, verb: string): void {
  const id = d.newId();
  const data = JSON.stringify({ id: o.id, number: o.number, state: o.state, verb, version: o.version });
  streams.forEach((s) => s.write(`event: order\nid: ${id}\ndata: ${data}\n\n`));
}

function move(a: Asked, id: number, verb: string): Row {
  const o = d.orders.find((x) => x.id === id);
  if (!o) throw new Refusal(404, 'absent', '没有这张单');
  if (!moves[verb] || !mayMove(verb, o, a.who!)) throw new Refusal(409, 'conflict', '现在不能这样做');
  const from = o.state;
  if (moves[verb].to) o.state = moves[verb].to;
  if (moves[verb].stamp) o[moves[verb].stamp!] = new Date().toISOString();
  if (a.body?.crew_id) Object.assign(o, { crew_id: a.body.crew_id, crew_name: d.crews.find((c) => c.id === a.body.crew_id)?.name });
  if (a.body?.assignee_id) Object.assign(o, { assignee_id: a.body.assignee_id, assignee_name: d.persons.find((p) => p.id === a.body.assignee_id)?.name });
  if (verb === 'suspend') o.suspend_reason = a.body.reason;
  if (verb === 'complete') Object.assign(o, { result: a.body.result, cause: a.body.cause });
  o.version++;
  const who = d.persons.find((p) => p.id === d.accounts[a.who!].person)!;
  d.events.push({ id: d.newId(), order_id: o.id, at: new Date().toISOString(), actor_name: who.name, verb, from_state: from, to_state: o.state, reason: a.body?.reason, note: a.body?.note, internal: a.body?.internal });
  tell(o, verb);
  return shown(o, a.who!);
}

function seen(a: Asked): Row[] {
  const acc = d.accounts[a.who!];
  const view = a.query.get('view');
  const done = ['completed', 'verified', 'closed', 'returned', 'merged', 'cancelled'];
  for (const o of d.orders) o.is_open = done.includes(o.state) ? 'no' : 'yes';
  if (view === 'crew') return d.orders.filter((o) => acc.crews.includes(o.crew_id));
  if (view === 'grab') return d.orders.filter((o) => o.state === 'accepted');
  if (view === 'todo') return d.orders.filter((o) => o.requester_id === acc.person && ['completed', 'verified', 'returned'].includes(o.state));
  if (view === 'mine' || !rightsOf(a.who).includes('order.see') && !acc.crews.length) return d.orders.filter((o) => o.requester_id === acc.person);
  return d.orders;
}

function page(rows: Row[], q: URLSearchParams): unknown {
  let found = rows;
  for (const [k, v] of q) {
    const [name, op] = k.split('.');
    if (['limit', 'cursor', 'sort', 'total', 'view', 'as_of', 'year'].includes(name)) continue;
    if (k === 'q') found = found.filter((r) => JSON.stringify(r).includes(v));
    else if (op === 'in') found = found.filter((r) => v.split(',').includes(String(r[name])));
    else if (op === 'has') found = found.filter((r) => String(r[name] ?? '').includes(v));
    else if (op === 'before') found = found.filter((r) => r[name] && r[name] < v);
    else if (op === 'from') found = found.filter((r) => r[name] >= v);
    else if (op === 'set') found = found.filter((r) => (r[name] != null) === (v === 'yes'));
    else found = found.filter((r) => String(r[name]) === v);
  }
  const sort = q.get('sort') ?? 'id';
  const key = sort.replace('-', '');
  found = [...found].sort((x, y) => (x[key] < y[key] ? -1 : 1) * (sort.startsWith('-') ? -1 : 1));
  const start = Number(q.get('cursor') ?? 0);
  const limit = Number(q.get('limit') ?? 50);
  return { items: found.slice(start, start + limit), next: start + limit < found.length ? String(start + limit) : null, total: found.length, total_more: false };
}

const tables: Record<string, Row[]> = {
  areas: d.areas, items: d.items, 'sla-classes': d.slaClasses, places: d.places, units: d.units, persons: d.persons, crews: d.crews,
  'crew-members': d.members, shifts: [], providers: [], accounts: [], grants: [], tokens: [], 'routing-rules': [], 'calendar-days': [],
  'office-hours': [], notices: [], 'right-changes': [], 'audit-entries': [], ratings: [],
};

const forms: Record<string, unknown[]> = {
  place: [
    { name: 'code', kind: 'text', label: '编码', required: true, max: 40 }, { name: 'name', kind: 'text', label: '名称', required: true },
    { name: 'name_en', kind: 'text', label: '英文名称' }, { name: 'kind', kind: 'word', label: '类别', required: true, choices: ['site', 'building', 'floor', 'room'] },
    { name: 'parent_id', kind: 'int', label: '上级', refers: 'place' }, { name: 'full_name', kind: 'text', label: '全称', given: true },
    { name: 'restricted', kind: 'bool', label: '涉密区域' }, { name: 'active', kind: 'bool', label: '在用' }],
};

function session(who: string): unknown {
  const acc = d.accounts[who];
  return { account: who, name: d.persons.find((p) => p.id === acc.person)!.name, person_id: acc.person, csrf: 'mock', rights: rightsOf(who), roles: [{ role: acc.role, scope: 'all', scope_id: null }], crews: acc.crews, provider_id: null, lang: null, must_change: false, ends_in_s: null, reset_by: null, reset_at: null };
}

function create(a: Asked): Row {
  if (!/^[0-9 +-]{5,}$/.test(a.body.phone ?? '')) throw new Refusal(422, 'invalid', '电话号码不像是真的', 'phone');
  const o = d.order({ requester_id: d.accounts[a.who!].person, ...a.body }, 'submitted', 0);
  tell(o, 'submit');
  return shown(o, a.who!);
}

function load(id: number): unknown {
  const mine = d.members.filter((m) => m.crew_id === id);
  const open = d.orders.filter((o) => o.crew_id === id && !['closed', 'verified', 'completed'].includes(o.state));
  return { open: open.length, on_hand: open.length, overdue: 1, members: mine.map((m) => ({ ...m, name: d.persons.find((p) => p.id === m.person_id)!.name, open: open.length, on_duty: m.lead })) };
}

function orderRoute(a: Asked, parts: string[]): unknown {
  if (a.method === 'POST' && parts.length === 1) return create(a);
  if (parts.length === 1) return page(seen(a), a.query);
  if (parts[1] === 'board') return { overdue: 2, states: d.orders.reduce<Record<string, number>>((n, o) => ({ ...n, [o.state]: (n[o.state] ?? 0) + 1 }), {}) };
  if (parts[1] === 'promise') return { item_code: a.query.get('item_code'), accept_due: d.at(30), on_site_due: d.at(240), complete_due: d.at(1440) };
  if (parts[1] === 'duplicates') return page(d.orders.filter((o) => !['closed', 'cancelled', 'verified'].includes(o.state)), a.query);
  const id = Number(parts[1]);
  if (parts[2] === 'events') return page(d.events.filter((e) => e.order_id === id), a.query);
  if (a.method === 'POST') return move(a, id, parts[2]);
  const o = d.orders.find((x) => x.id === id);
  if (!o) throw new Refusal(404, 'absent', '没有这张单');
  return shown(o, a.who!);
}

function answer(a: Asked): unknown {
  const parts = a.path.split('/').filter(Boolean);
  if (parts[0] === 'demo') return { items: Object.entries(d.accounts).map(([account, x]) => ({ account, password: 'demo', role: x.role, says: d.persons.find((p) => p.id === x.person)!.name, says_en: x.role })) };
  if (!a.who) throw new Refusal(401, 'unsigned', '请先登录');
  if (parts[0] === 'session') return session(a.who);
  if (parts[0] === 'orders') return orderRoute(a, parts);
  if (parts[0] === 'people') return page(d.persons, a.query);
  if (parts[0] === 'forms') return { noun: parts[1], fields: forms[parts[1]] ?? [] };
  if (parts[0] === 'calendar') return { year: Number(a.query.get('year')), published: a.query.get('year') === '2026', days: [] };
  if (parts[0] === 'crews' && parts[2] === 'load') return load(Number(parts[1]));
  if (parts[0] === 'crews' && parts[2] === 'ratings') return { n: 12, average: 4.6, stars: [0, 0, 1, 3, 8], tags: {} };
  const table = tables[parts[0]];
  if (!table) throw new Refusal(404, 'absent', 'no such route');
  if (a.method === 'POST' && parts.length === 1) return table[table.push({ ...a.body, id: d.newId(), version: 1, active: true }) - 1];
  if (parts.length === 1) return page(table, a.query);
  const row = table.find((r) => r.id === Number(parts[1]));
  if (!row) throw new Refusal(404, 'absent', 'absent');
  return a.method === 'PATCH' ? Object.assign(row, a.body, { version: row.version + 1 }) : row;
}

function reply(res: ServerResponse, status: number, body: unknown): void {
  res.writeHead(status, { 'Content-Type': 'application/json' }).end(JSON.stringify(body));
}

async function handle(req: IncomingMessage, res: ServerResponse): Promise<void> {
  const url = new URL(req.url!, 'http://x');
  let text = '';
  for await (const chunk of req) text += chunk;
  const who = /mock=(\w+)/.exec(req.headers.cookie ?? '')?.[1] ?? null;
  const a: Asked = { method: req.method!, path: url.pathname.replace('/api/v1', ''), query: url.searchParams, body: text ? JSON.parse(text) : {}, who };
  if (a.path === '/stream') {
    res.writeHead(200, { 'Content-Type': 'text/event-stream' }).write(': hello\n\n');
    streams.add(res);
    req.on('close', () => streams.delete(res));
    return;
  }
  if (a.path === '/session' && a.method !== 'GET') {
    const ok = a.method === 'DELETE' || d.accounts[a.body.account];
    res.setHeader('Set-Cookie', `mock=${a.method === 'POST' && ok ? a.body.account : ''}; Path=/`);
    if (!ok) reply(res, 401, { status: 401, code: 'unsigned', detail: '账号或密码不对' });
    else reply(res, 201, a.method === 'POST' ? session(a.body.account) : {});
    return;
  }
  try {
    reply(res, a.method === 'POST' ? 201 : 200, answer(a));
  } catch (e) {
    if (!(e instanceof Refusal)) throw e;
    reply(res, e.status, { type: 'about:blank', status: e.status, code: e.code, detail: e.message, field: e.field });
  }
}

export function mock(): Plugin {
  return { name: 'mock', configureServer: (s) => void s.middlewares.use('/api/v1', (req, res) => { req.url = `/api/v1${req.url}`; void handle(req, res); }) };
}

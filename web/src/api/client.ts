/*
 * The one way to the server: JSON in and out, the CSRF token on changes,
 * problem documents as errors that know their field.
 */
import { language } from '@/common/i18n';

const BASE = '/api/v1';

/* What a locked page asks for: never a use of the session. */
export const ALARMS = '/session/alarms';

/* An RFC 9457 problem document; `field` names the input that is at fault. */
export class Problem extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    detail: string,
    readonly field: string | null = null,
  ) {
    super(detail);
  }
}

export type Query = Record<string, string | number | boolean | null | undefined>;

export interface Ask {
  query?: Query;
  body?: unknown;
  text?: string | Blob; /* a body that is not JSON, with its type */
  type?: string;
  version?: number; /* sent as If-Match */
  key?: string; /* sent as Idempotency-Key */
  signal?: AbortSignal;
}

let csrf = '';

/* Whether what was asked for last waits for a second administrator (202). */
export const answered = { waits: false };
let restore: () => Promise<boolean> = async () => false;

/* The token of the session; changes are refused without it. */
export function setCsrf(token: string): void {
  csrf = token;
}

/* How a session that has ended, or is another's now, is brought back; true: the call may be sent again. */
export function whenUnsigned(act: () => Promise<boolean>): void {
  restore = act;
}

/* A key for one creation: sending it again makes nothing twice. */
export function newKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (b) => b.toString(16).padStart(2, '0')).join('');
}

export function address(path: string, query?: Query): string {
  const q = new URLSearchParams();
  for (const [k, v] of Object.entries(query ?? {})) {
    if (v !== undefined && v !== null && v !== '') q.set(k, String(v));
  }
  const s = q.toString();
  return BASE + path + (s ? `?${s}` : '');
}

/* Lists that follow the event stream are asked for with nobody at the desk:
   after this long without a touch they do not keep the session open. */
const ATTENDED_MS = 60_000;
let touched = Date.now();
for (const event of ['pointerdown', 'keydown', 'wheel', 'touchstart', 'click'])
  globalThis.addEventListener?.(event, () => (touched = Date.now()), { passive: true, capture: true });

/* When the session was last used, by this page or by another tab of the browser. */
const USED = 'session-used';
let used = Date.now();

export function lastUse(): number {
  const now = Date.now();
  const elsewhere = Number(globalThis.localStorage?.getItem(USED)) || 0;
  /* What lies ahead was written before the clock was put back. */
  return Math.max(Math.min(used, now), elsewhere <= now ? elsewhere : 0);
}

function markUse(): void {
  used = Date.now();
  globalThis.localStorage?.setItem(USED, String(used));
}

function headersOf(method: string, ask: Ask): Record<string, string> {
  const h: Record<string, string> = { Accept: 'application/json', 'Accept-Language': language() };
  if (Date.now() - touched > ATTENDED_MS) h['X-Unattended'] = 'yes';
  if (method !== 'GET' && csrf) h['X-CSRF-Token'] = csrf;
  if (ask.body !== undefined) h['Content-Type'] = 'application/json';
  if (ask.text !== undefined) h['Content-Type'] = ask.type ?? 'text/plain';
  if (ask.version) h['If-Match'] = `"${ask.version}"`;
  if (ask.key) h['Idempotency-Key'] = ask.key;
  return h;
}

async function problemOf(r: Response): Promise<Problem> {
  const p = await r.json().catch(() => ({}));
  return new Problem(r.status, p.code ?? 'broken', p.detail ?? p.title ?? `${r.status}`, p.field ?? null);
}

/* Nobody is signed in any more, or another tab has signed in anew. */
function unsigned(p: Problem, path: string): boolean {
  return path !== '/session' && (p.status === 401 || p.field === 'X-CSRF-Token');
}

export async function call<T>(method: string, path: string, ask: Ask = {}, again = true): Promise<T> {
  let r: Response;
  const headers = headersOf(method, ask);
  try {
    r = await fetch(address(path, ask.query), {
      method,
      headers,
      body: ask.text ?? (ask.body === undefined ? undefined : JSON.stringify(ask.body)),
      credentials: 'same-origin',
      signal: ask.signal,
    });
  } catch (e) {
    if ((e as Error).name === 'AbortError') throw e;
    throw new Problem(0, 'offline', '');
  }
  if (!r.ok) {
    const p = await problemOf(r);
    if (again && unsigned(p, path) && (await restore())) return call<T>(method, path, ask, false);
    throw p;
  }
  if (!headers['X-Unattended'] && path !== ALARMS) markUse();
  if (method !== 'GET') answered.waits = r.status === 202;
  const said = await r.text();
  return (said ? JSON.parse(said) : undefined) as T;
}

export const get = <T>(path: string, query?: Query, signal?: AbortSignal): Promise<T> =>
  call<T>('GET', path, { query, signal });
export const post = <T>(path: string, body: unknown = {}, ask: Ask = {}): Promise<T> =>
  call<T>('POST', path, { ...ask, body });
export const patch = <T>(path: string, body: unknown, version?: number): Promise<T> =>
  call<T>('PATCH', path, { body, version });
export const put = <T>(path: string, body: unknown): Promise<T> => call<T>('PUT', path, { body });
export const remove = (path: string): Promise<void> => call<void>('DELETE', path);

/* Who is signed in and what they may do. */
import { computed, reactive } from 'vue';
import { call, get, lastUse, post, Problem, setCsrf } from './client';
import type { Session } from './types';
import { forget } from './facts';

interface Kept {
  who: Session | null;
  known: boolean; /* the server has been asked */
  ended: '' | 'idle' | 'other' | 'age'; /* they must sign in again to go on; other: somebody else did; age: soon */
}

export const session = reactive<Kept>({ who: null, known: false, ended: '' });

/* So long before a session's life is over the password is asked for: what is
   being typed stays, and a change under way has the server's grace besides. */
const NEAR_MS = 5 * 60_000;
const CHECK_MS = 15_000;
const FAR_MS = 2 ** 31 - 1;
let ends = 0; /* by this machine's clock, whatever it shows */
let near: ReturnType<typeof setTimeout> | undefined;

/* A timer alone would sleep with the machine, so it is looked at again. */
function watchEnd(): void {
  clearTimeout(near);
  if (!session.who?.ends_in_s || session.who.must_change) return;
  const left = ends - NEAR_MS - Date.now();
  if (left <= 0 && !session.ended) session.ended = 'age';
  else near = setTimeout(watchEnd, Math.min(Math.max(left, CHECK_MS), FAR_MS));
}

function take(who: Session | null): void {
  session.who = who;
  session.known = true;
  setCsrf(who?.csrf ?? '');
  ends = Date.now() + (who?.ends_in_s ?? 0) * 1000;
  watchEnd();
}

export async function loadSession(): Promise<void> {
  try {
    take(await get<Session>('/session'));
  } catch {
    take(null);
  }
}

export async function signIn(account: string, password: string): Promise<void> {
  const ask = (): Promise<Session> => post<Session>('/session', { account, password });
  take(
    await ask().catch(async (e: unknown) => {
      if (!(e instanceof Problem) || e.field !== 'X-CSRF-Token') throw e;
      /* Another tab has signed in: its session is taken over, then replaced. */
      setCsrf((await get<Session>('/session')).csrf ?? '');
      return ask();
    }),
  );
}

export async function signOut(): Promise<void> {
  sessionStorage.clear();
  await call('DELETE', '/session').catch(() => undefined);
  leave();
}

/* Calls that wait for the session to come back. */
const waiting: ((back: boolean) => void)[] = [];

function askAgain(why: 'idle' | 'other' | 'age'): Promise<boolean> {
  session.ended = why;
  return new Promise((done) => waiting.push(done));
}

let renewed = (): void => {};

/* What has to begin anew with a new session, the event stream. */
export function whenRenewed(act: () => void): void {
  renewed = act;
}

/* The same person signs in over the page they were on; what waited goes on. */
export async function signInAgain(password: string): Promise<void> {
  await signIn(session.who!.account, password);
  session.ended = '';
  renewed();
  for (const done of waiting.splice(0)) done(true);
}

/* As somebody else one begins anew: nothing of the page is left, nor of a session that the server takes for one in use. */
export async function anew(): Promise<void> {
  await call('DELETE', '/session').catch(() => undefined);
  location.assign('/');
}

/* Is it still the same person?  If not, ask them; false when nobody is known. */
export async function checkSession(): Promise<boolean> {
  if (!session.who) return false;
  if (session.ended) return askAgain(session.ended);
  try {
    const now = await get<Session>('/session');
    if (now.account !== session.who.account) return await askAgain('other');
    take(now);
    return true;
  } catch (e) {
    if (e instanceof Problem && e.status === 401) return askAgain('idle');
    throw e;
  }
}

const REST_MS = 30_000;
let checked = Date.now();

/* So long before it is locked the page says so, and counts. */
const TELL_MS = 30_000;
export const idle = reactive({ left: 0 /* seconds until it is locked; 0: not soon */ });

/* The page is locked by its own clock, in step with the server's: a machine that slept is locked when it wakes. */
function watchIdle(): void {
  const free = !!session.who?.idle_s && !session.who.must_change && !session.ended;
  const left = free ? lastUse() + session.who!.idle_s! * 1000 - Date.now() : Infinity;
  if (left <= 0) session.ended = 'idle';
  idle.left = left > 0 && left <= TELL_MS ? Math.ceil(left / 1000) : 0;
}

/* Who types or presses is not idle, even when the page asks the server nothing. */
export function stayAwake(): void {
  const seen = (): void => {
    if (!session.who || session.ended || (!idle.left && Date.now() - checked < REST_MS)) return;
    checked = Date.now();
    void checkSession().catch(() => undefined);
  };
  setInterval(watchIdle, 1000);
  for (const kind of ['keydown', 'pointerdown']) window.addEventListener(kind, seen, { passive: true });
  /* Another tab may have signed in as another meanwhile. */
  document.addEventListener('visibilitychange', () => {
    if (document.visibilityState === 'visible' && !session.ended) void checkSession().catch(() => undefined);
  });
}

/* Forget the session without telling the server: it has ended. */
export function leave(): void {
  take(null);
  session.known = true;
  forget();
}

export function may(...rights: string[]): boolean {
  return rights.some((r) => session.who?.rights.includes(r));
}

export const isCrew = computed(() => !!session.who && (session.who.crews.length > 0 || !!session.who.provider_id));
export const isDesk = computed(() => may('order.accept', 'order.dispatch', 'order.for_others'));
/* Who may look at orders, and neither hands them out nor does them. */
export const isWatcher = computed(() => may('order.see') && !isDesk.value && !isCrew.value);
/* Of these, who takes orders out to compare bills with them, and reads no votes: an accountant. */
export const isAccountant = computed(() => isWatcher.value && may('order.export') && !may('rating.see'));
export const isApprover = computed(() => may('order.approve'));
export const isAdmin = computed(() =>
  may('org.edit', 'catalog.edit', 'account.edit', 'grant.edit', 'audit.see', 'setting.edit', 'import'),
);

/* Where each of us starts. */
export function home(): string {
  if (isDesk.value) return '/desk';
  if (isCrew.value) return '/work';
  if (isAdmin.value) return '/admin';
  if (isApprover.value) return '/approve';
  if (isAccountant.value) return '/settling';
  if (isWatcher.value) return '/overview';
  return '/report';
}

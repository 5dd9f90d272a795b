/* Who is signed in and what he may do. */
import { computed, reactive } from 'vue';
import { call, get, post, setCsrf } from './client';
import type { Session } from './types';
import { forget } from './facts';

interface Kept {
  who: Session | null;
  known: boolean; /* the server has been asked */
}

export const session = reactive<Kept>({ who: null, known: false });

function take(who: Session | null): void {
  session.who = who;
  session.known = true;
  setCsrf(who?.csrf ?? '');
}

export async function loadSession(): Promise<void> {
  try {
    take(await get<Session>('/session'));
  } catch {
    take(null);
  }
}

export async function signIn(account: string, password: string): Promise<void> {
  take(await post<Session>('/session', { account, password }));
}

export async function signOut(): Promise<void> {
  await call('DELETE', '/session').catch(() => undefined);
  leave();
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
export const isApprover = computed(() => may('order.approve'));
export const isAdmin = computed(() =>
  may('org.edit', 'catalog.edit', 'account.edit', 'grant.edit', 'audit.see', 'setting.edit', 'import'));

/* Where each of us starts. */
export function home(): string {
  if (isDesk.value) return '/desk';
  if (isCrew.value) return '/work';
  if (isAdmin.value) return '/admin';
  return '/report';
}

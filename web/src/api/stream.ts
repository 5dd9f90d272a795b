/*
 * Live changes: one event stream for all pages that want to know.  It comes
 * back by itself, however it was lost; then the pages look again.  A page
 * that is not seen has none, unless it must sound an alarm: a browser opens only six connections to one
 * server, and each stream takes one.
 */
import { onBeforeUnmount, onMounted, ref } from 'vue';
import { address } from './client';
import { checkSession } from './session';
import type { State } from './types';

const TELL_MS = 5_000; /* so long without a line before one is told */
const HIDE_MS = 20_000;
const WAIT_MS = { first: 1_000, most: 30_000 };

export interface OrderChange {
  id: number;
  number: string;
  state: State;
  verb: string;
  version: number;
}

export interface NoticeCome {
  id: number;
  noun: string;
  noun_id: number;
  kind: string;
  text: string;
}

interface Listener {
  order?: (change: OrderChange) => void;
  notice?: (notice: NoticeCome) => void;
  again?: () => void; /* some may have been missed */
  always?: boolean; /* also while the page is not seen: an alarm is heard */
}

const listeners = new Set<Listener>();
let source: EventSource | null = null;
let missed = false;
let wait = WAIT_MS.first;
let retry: ReturnType<typeof setTimeout> | undefined;
let tell: ReturnType<typeof setTimeout> | undefined;
let hide: ReturnType<typeof setTimeout> | undefined;

/* What is on the page may be old. */
export const lost = ref(false);

function calm(): void {
  clearTimeout(tell);
  tell = undefined;
  lost.value = false;
}

function shut(): void {
  source?.close();
  source = null;
  clearTimeout(retry);
}

function again(): void {
  listeners.forEach((l) => l.again?.());
}

function opened(): void {
  calm();
  wait = WAIT_MS.first;
  if (missed) again();
  missed = false;
}

function later(): void {
  clearTimeout(retry);
  retry = setTimeout(() => void reopen(), wait);
  wait = Math.min(wait * 2, WAIT_MS.most);
}

/* The browser tries again by itself when the line breaks, but not after a refusal. */
function failed(): void {
  missed = true;
  tell ??= setTimeout(() => (lost.value = true), TELL_MS);
  if (source?.readyState !== EventSource.CLOSED) return;
  shut();
  later();
}

/* Whoever is signed out meanwhile is asked to sign in; what they type stays. */
function bye(): void {
  missed = true;
  shut();
  void reopen();
}

async function reopen(): Promise<void> {
  try {
    if (listeners.size && !source && (await checkSession()) && !source && listeners.size) open();
  } catch {
    later();
  }
}

function open(): void {
  shut();
  source = new EventSource(address('/stream'));
  source.addEventListener('open', opened);
  source.addEventListener('error', failed);
  source.addEventListener('reload', again);
  source.addEventListener('bye', bye);
  source.addEventListener('order', (e) => {
    const change = JSON.parse((e as MessageEvent<string>).data) as OrderChange;
    listeners.forEach((l) => l.order?.(change));
  });
  source.addEventListener('notice', (e) => {
    const notice = JSON.parse((e as MessageEvent<string>).data) as NoticeCome;
    listeners.forEach((l) => l.notice?.(notice));
  });
}

document.addEventListener('visibilitychange', () => {
  clearTimeout(hide);
  if (document.visibilityState === 'visible') {
    if (!source && listeners.size) open();
    return;
  }
  if ([...listeners].some((l) => l.always)) return;
  hide = setTimeout(() => {
    missed = true;
    shut();
    calm();
  }, HIDE_MS);
});
/* A line that has outlived the break has missed nothing, but what was asked for meanwhile was not answered. */
window.addEventListener('online', () => (source?.readyState === EventSource.OPEN ? again() : void reopen()));

/* The session is another: the old stream has nothing to tell any more. */
export function renew(): void {
  if (!source) return;
  missed = true;
  open();
}

export function listen(l: Listener): () => void {
  listeners.add(l);
  if (!source) open();
  return () => {
    listeners.delete(l);
    if (listeners.size) return;
    shut();
    calm();
  };
}

/* Listen as long as the calling component is on the page. */
export function useStream(l: Listener): void {
  let stop = () => {};
  onMounted(() => (stop = listen(l)));
  onBeforeUnmount(() => stop());
}

/* Call ACT once for many changes that come together. */
export function gathered(act: () => void, ms = 400): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  return () => {
    clearTimeout(timer);
    timer = setTimeout(act, ms);
  };
}

/* Live changes: one event stream for all pages that want to know. */
import { onBeforeUnmount, onMounted } from 'vue';
import { address } from './client';
import type { State } from './types';

export interface OrderChange {
  id: number;
  number: string;
  state: State;
  verb: string;
  version: number;
}

export interface NoticeCome {
  id: number;
  order_id: number | null;
  kind: string;
  text: string;
}

interface Listener {
  order?: (change: OrderChange) => void;
  notice?: (notice: NoticeCome) => void;
}

const listeners = new Set<Listener>();
let source: EventSource | null = null;

function open(): void {
  source = new EventSource(address('/stream'));
  source.addEventListener('order', (e) => {
    const change = JSON.parse((e as MessageEvent<string>).data) as OrderChange;
    listeners.forEach((l) => l.order?.(change));
  });
  source.addEventListener('notice', (e) => {
    const notice = JSON.parse((e as MessageEvent<string>).data) as NoticeCome;
    listeners.forEach((l) => l.notice?.(notice));
  });
}

export function listen(l: Listener): () => void {
  listeners.add(l);
  if (!source) open();
  return () => {
    listeners.delete(l);
    if (listeners.size === 0) {
      source?.close();
      source = null;
    }
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

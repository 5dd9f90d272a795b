/* A list of orders that grows page by page and follows live changes. */
import { onMounted, ref, watch, type Ref } from 'vue';
import type { Query } from '@/api/client';
import { listOrders } from './calls';
import { gathered, useStream } from '@/api/stream';
import type { Order } from '@/api/types';
import { wordsOf } from '@/common/toast';

export interface OrderList {
  rows: Ref<Order[]>;
  total: Ref<number>;
  totalMore: Ref<boolean>;
  more: Ref<boolean>;
  loading: Ref<boolean>; /* the first time, or after another question */
  wrong: Ref<string>;
  fresh: Ref<Set<number>>; /* changed a moment ago */
  reload: () => Promise<void>;
  next: () => Promise<void>;
}

export function useOrders(query: () => Query, live = true): OrderList {
  const rows = ref<Order[]>([]);
  const total = ref(0);
  const totalMore = ref(false);
  const more = ref(false);
  const loading = ref(true);
  const wrong = ref('');
  const fresh = ref(new Set<number>());
  let cursor: string | null = null;
  let turn = 0;

  /* Ask for as many as are shown, so that nothing jumps. */
  async function fetchFirst(): Promise<void> {
    const mine = ++turn;
    const limit = Math.min(500, Math.max(50, rows.value.length));
    try {
      const list = await listOrders({ limit, ...query() });
      if (mine !== turn) return;
      rows.value = list.items;
      cursor = list.next;
      more.value = !!list.next;
      total.value = list.total ?? list.items.length;
      totalMore.value = !!list.total_more;
      wrong.value = '';
    } catch (e) {
      if (mine === turn) wrong.value = wordsOf(e);
    } finally {
      if (mine === turn) loading.value = false;
    }
  }

  async function next(): Promise<void> {
    if (!cursor) return;
    const mine = turn;
    const list = await listOrders({ limit: 50, ...query(), cursor, total: 'no' });
    if (mine !== turn) return;
    const known = new Set(rows.value.map((o) => o.id));
    rows.value.push(...list.items.filter((o) => !known.has(o.id)));
    cursor = list.next;
    more.value = !!cursor;
  }

  function flash(id: number): void {
    fresh.value = new Set(fresh.value).add(id);
    setTimeout(() => {
      const rest = new Set(fresh.value);
      rest.delete(id);
      fresh.value = rest;
    }, 2500);
  }

  const soon = gathered(() => void fetchFirst());
  if (live)
    useStream({
      order: (c) => {
        flash(c.id);
        soon();
      },
      again: soon,
    });
  onMounted(fetchFirst);
  watch(
    () => JSON.stringify(query()),
    () => {
      rows.value = [];
      loading.value = true;
      void fetchFirst();
    },
  );
  return { rows, total, totalMore, more, loading, wrong, fresh, reload: fetchFirst, next };
}

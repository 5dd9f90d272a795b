/* One order with its history, following live changes. */
import { ref, watch, type Ref } from 'vue';
import { eventsOf, getOrder } from './calls';
import { useStream } from '@/api/stream';
import type { Order, OrderEvent } from '@/api/types';
import { wordsOf } from '@/common/toast';

export interface OneOrder {
  order: Ref<Order | null>;
  events: Ref<OrderEvent[]>;
  wrong: Ref<string>;
  load: () => Promise<void>;
  took: (o: Order) => Promise<void>;
}

export function useOrder(id: () => number | string): OneOrder {
  const order = ref<Order | null>(null);
  const events = ref<OrderEvent[]>([]);
  const wrong = ref('');

  async function history(of: number | string): Promise<void> {
    const list = await eventsOf(of).catch(() => []);
    events.value = [...list].sort((a, b) => b.id - a.id);
  }

  async function load(): Promise<void> {
    const now = id();
    try {
      const o = await getOrder(now);
      if (now !== id()) return;
      order.value = o;
      wrong.value = '';
      await history(now);
    } catch (e) {
      wrong.value = wordsOf(e);
    }
  }

  /* A verb answered with the order as it is now. */
  async function took(o: Order): Promise<void> {
    if (o.id === order.value?.id) order.value = o;
    await history(o.id);
  }

  watch(
    id,
    () => {
      order.value = null;
      void load();
    },
    { immediate: true },
  );
  useStream({
    order: (c) => {
      if (String(c.id) === String(id()) && c.version !== order.value?.version) void load();
    },
    again: () => void load(),
  });
  return { order, events, wrong, load, took };
}

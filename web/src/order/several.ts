/* Verbs on several orders in one request; each is done or refused by itself. */
import { newKey, post } from '@/api/client';
import type { Deed, Order } from '@/api/types';
import { t } from '@/common/i18n';
import { say } from '@/common/toast';

export interface Asked {
  order: Order;
  verb: string;
  with?: Record<string, unknown>;
}

const MOST = 100; /* the server takes no more at a time */

export async function doSeveral(asked: Asked[]): Promise<Deed[]> {
  const out: Deed[] = [];
  for (let i = 0; i < asked.length; i += MOST) {
    const deeds = asked
      .slice(i, i + MOST)
      .map((a) => ({ verb: a.verb, id: a.order.id, version: a.order.version, with: a.with ?? null }));
    const answer = await post<{ items: Deed[] }>('/orders/several', { deeds }, { key: newKey() });
    out.push(...answer.items);
  }
  return out;
}

/* How many were done, LEFT of them left to a crew to take; of those that were not, the reason of the first. */
export function sayWhat(done: Deed[], asked: Asked[], left = 0): void {
  const bad = done.filter((d) => !d.done);
  const good = done.length - bad.length;
  if (good) say(t(left ? 'desk.several_left' : 'desk.several_done', { n: good, left }));
  if (!bad.length) return;
  const first = asked.find((a) => a.order.id === bad[0].id)?.order;
  const why = bad[0].code === 'stale' ? t('error.stale') : (bad[0].detail ?? t('error.broken'));
  say(t('desk.several_not', { n: bad.length, number: first?.number ?? '', why }), true);
}

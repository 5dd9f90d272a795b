/*
 * What sets an order apart from the one it would be merged into.  The server's rule (src/engine/order/merge.c):
 * where there is any of it, it wants a reason.
 */
import type { Order } from '@/api/types';
import { t } from '@/common/i18n';

export type Apart = 'item' | 'place' | 'crew' | 'begun';

export function apartFrom(o: Order, main: Order): Apart[] {
  const is: Record<Apart, boolean> = {
    item: o.item_code !== main.item_code,
    place: o.place_id !== main.place_id,
    crew: !!o.crew_id && o.crew_id !== main.crew_id,
    begun: o.state === 'acknowledged' || !!o.on_site_at,
  };
  return (Object.keys(is) as Apart[]).filter((k) => is[k]);
}

/* Only before the work has begun is it merged. */
export const isMergeable = (o: Order): boolean =>
  ['submitted', 'accepted', 'dispatched', 'acknowledged'].includes(o.state);

/* Why it is not merged into that one; nothing: it may be.  Of one whose verbs are known it is the server's word. */
export function refusedInto(o: Order, main: Order): string {
  if (!isMergeable(o)) return t('merging.not', { state: t(`state.${o.state}`) });
  if (o.parent_id && o.parent_id !== main.parent_id) return t('merging.leg');
  if (!o.verbs || o.verbs.includes('merge')) return '';
  const why = (o.why_not as Record<string, string> | null)?.merge;
  return why ? t('merging.refused', { why }) : t('merging.not', { state: t(`state.${o.state}`) });
}

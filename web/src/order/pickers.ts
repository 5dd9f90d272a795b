/* Orders by their words, for a search box. */
import { get } from '@/api/client';
import type { List, Order } from '@/api/types';
import type { Option } from '@/common/Combo.vue';
import { titleOf, whereOf } from './order';

export async function searchOrders(words: string): Promise<Option<Order>[]> {
  if (!words) return [];
  const found = await get<List<Order>>('/orders', { q: words, limit: 12, sort: '-id', total: 'no' });
  return found.items.map((o) => ({ value: o, label: `${o.number} ${titleOf(o)}`, hint: whereOf(o) }));
}

/* Changes of rights that wait for a second administrator. */
import { ref } from 'vue';
import { get } from '@/api/client';
import { may } from '@/api/session';
import type { List, RightChange } from '@/api/types';

/* How many wait for the reader. */
export const count = ref(0);

export async function countChanges(): Promise<void> {
  if (!may('grant.edit', 'audit.see', 'account.edit')) return;
  const list = await get<List<RightChange>>('/right-changes', { state: 'waiting', limit: 500, total: 'no' }).catch(
    () => null,
  );
  if (list) count.value = list.items.filter((c) => c.mine).length;
}

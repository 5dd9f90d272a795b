/* Changes of rights that wait for a second administrator. */
import { ref } from 'vue';
import { get } from '@/api/client';
import { may } from '@/api/session';
import type { List } from '@/api/types';

export interface Change {
  id: number;
  kind: string;
  says: string;
  person_name: string;
  confirmer: string;
  state: 'waiting' | 'confirmed' | 'refused' | 'withdrawn';
  asked_name: string;
  asked_at: string;
  decided_name: string | null;
  decided_at: string | null;
  own: boolean;
  mine: boolean;
}

/* How many wait for the reader. */
export const count = ref(0);

export async function countChanges(): Promise<void> {
  if (!may('grant.edit', 'audit.see', 'account.edit')) return;
  const list = await get<List<Change>>('/right-changes', { state: 'waiting', limit: 500, total: 'no' }).catch(
    () => null,
  );
  if (list) count.value = list.items.filter((c) => c.mine).length;
}

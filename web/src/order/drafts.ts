/* Drafts: what somebody began to ask for and keeps for later. */
import { call, get, newKey, patch, post, remove } from '@/api/client';
import type { Draft, List, NewOrder, Order } from '@/api/types';

export const drafts = async (): Promise<Draft[]> =>
  (await get<List<Draft>>('/drafts', { sort: '-id', limit: 100, total: 'no' })).items;

export async function draftById(id: number): Promise<Draft | null> {
  return (await get<List<Draft>>('/drafts', { id, limit: 1, total: 'no' })).items[0] ?? null;
}

export const keepDraft = (content: Partial<NewOrder>, old?: Draft | null): Promise<Draft> =>
  old
    ? patch<Draft>(`/drafts/${old.id}`, { content }, old.version)
    : post<Draft>('/drafts', { content }, { key: newKey() });
export const dropDraft = (id: number): Promise<void> => remove(`/drafts/${id}`);
export const sendDraft = (id: number, key: string): Promise<Order> =>
  call<Order>('POST', `/drafts/${id}/submit`, { key });

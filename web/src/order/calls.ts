/* Orders: lists, one, verbs. */
import { get, newKey, post, type Query } from '@/api/client';
import type { Board, Candidate, Figures, List, NewOrder, Order, OrderEvent, Promised } from '@/api/types';

export const listOrders = (query: Query, signal?: AbortSignal): Promise<List<Order>> =>
  get<List<Order>>('/orders', query, signal);
export const getOrder = (id: number | string): Promise<Order> => get<Order>(`/orders/${id}`);
export const createOrder = (order: NewOrder, key = newKey()): Promise<Order> => post<Order>('/orders', order, { key });
export const doVerb = (o: Order, verb: string, body: Record<string, unknown> = {}): Promise<Order> =>
  post<Order>(`/orders/${o.id}/${verb}`, body, { version: o.version });

export async function eventsOf(id: number | string): Promise<OrderEvent[]> {
  return (await get<List<OrderEvent>>(`/orders/${id}/events`, { limit: 200 })).items;
}

export async function duplicatesOf(item_code: string, place_id: number): Promise<Candidate[]> {
  return (await get<List<Candidate>>('/orders/duplicates', { item_code, place_id })).items;
}

export const promiseOf = (item_code: string, wanted_from?: string | null): Promise<Promised> =>
  get<Promised>('/orders/promise', { item_code, ...(wanted_from ? { wanted_from } : {}) });

export const board = (): Promise<Board> => get<Board>('/orders/board');
export const figures = (): Promise<Figures> => get<Figures>('/orders/figures');

/* Orders: lists, one, verbs. */
import { get, newKey, post, type Query } from '@/api/client';
import type { List, Order, OrderEvent, Promised } from '@/api/types';

export interface NewOrder {
  item_code: string;
  place_id?: number | null;
  place_note?: string;
  description?: string;
  phone?: string;
  answers?: Record<string, unknown>;
  wanted_from?: string | null;
  wanted_to?: string | null;
  requester_id?: number;
  channel?: string;
  priority?: number;
  priority_reason?: string;
  legs?: { item_code: string; description?: string; answers?: Record<string, unknown> }[];
}

export const listOrders = (query: Query, signal?: AbortSignal): Promise<List<Order>> =>
  get<List<Order>>('/orders', query, signal);
export const getOrder = (id: number | string): Promise<Order> => get<Order>(`/orders/${id}`);
export const createOrder = (order: NewOrder, key = newKey()): Promise<Order> => post<Order>('/orders', order, { key });
export const doVerb = (o: Order, verb: string, body: Record<string, unknown> = {}): Promise<Order> =>
  post<Order>(`/orders/${o.id}/${verb}`, body, { version: o.version });

export async function eventsOf(id: number | string): Promise<OrderEvent[]> {
  return (await get<List<OrderEvent>>(`/orders/${id}/events`, { limit: 200 })).items;
}

export async function duplicatesOf(item_code: string, place_id: number): Promise<Order[]> {
  return (await get<List<Order>>('/orders/duplicates', { item_code, place_id })).items;
}

export const promiseOf = (item_code: string): Promise<Promised> => get<Promised>('/orders/promise', { item_code });

export interface Board {
  states: Record<string, number>;
  overdue: number;
}

export const board = (): Promise<Board> => get<Board>('/orders/board');

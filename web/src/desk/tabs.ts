/* The desk's ready-made questions; each is a list the server can answer. */
import type { Query } from '@/api/client';
import type { State } from '@/api/types';

export const tabs = [
  'rescue',
  'to_accept',
  'to_dispatch',
  'under_way',
  'suspended',
  'due_soon',
  'overdue',
  'extension',
  'escalated',
  'approval',
  'completed',
  'open',
  'all',
] as const;
export type Tab = (typeof tabs)[number];

/* The columns of the board. */
export const boardStates: State[] = [
  'submitted',
  'accepted',
  'dispatched',
  'acknowledged',
  'on_site',
  'in_progress',
  'suspended',
  'completed',
];

/* Oldest first where work waits; newest first where one looks back. */
export function questionOf(tab: Tab, now: string): Query {
  switch (tab) {
    case 'rescue':
      return { is_open: 'yes', emergency: 'yes', 'completed_at.set': 'no', sort: 'nearest_due' };
    case 'to_accept':
      return { state: 'submitted', sort: 'id' };
    case 'to_dispatch':
      return { state: 'accepted', sort: 'id' };
    case 'under_way':
      return { 'state.in': 'dispatched,acknowledged,on_site,in_progress', sort: 'nearest_due' };
    case 'suspended':
      return { state: 'suspended', sort: 'id' };
    case 'due_soon':
      return { is_open: 'yes', 'escalation.from': 1, 'nearest_due.from': now, sort: 'nearest_due' };
    case 'overdue':
      return { is_open: 'yes', 'nearest_due.before': now, sort: 'nearest_due' };
    case 'extension':
      return { is_open: 'yes', 'extension_asked_until.set': 'yes', sort: 'id' };
    case 'escalated':
      return { is_open: 'yes', 'escalation.from': 3, sort: 'nearest_due' };
    case 'approval':
      return { state: 'awaiting_approval', sort: 'id' };
    case 'completed':
      return { state: 'completed', sort: '-id' };
    case 'open':
      return { is_open: 'yes', 'completed_at.set': 'no', sort: '-id' };
    case 'all':
      return { sort: '-id' };
  }
}

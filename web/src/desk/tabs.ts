/* The desk's ready-made questions; each is a list the server can answer. */
import type { Query } from '@/api/client';
import type { State } from '@/api/types';

export const tabs = [
  'rescue',
  'open',
  'to_accept',
  'to_dispatch',
  'to_be_taken',
  'under_way',
  'suspended',
  'due_soon',
  'overdue',
  'extension',
  'escalated',
  'approval',
  'completed',
  'all',
  'dissatisfied',
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

/* Nobody's daily list: it is there for whoever was led to it. */
export const led: readonly Tab[] = ['dissatisfied'];

/* Of all there ever were, the newest first: no other order has an index among them. */
export const sorts = (tab: Tab): boolean => tab !== 'all' && tab !== 'dissatisfied';

/* By urgency where work waits. */
export function questionOf(tab: Tab, now: string): Query {
  return { sort: 'urgency', ...narrowOf(tab, now) };
}

function narrowOf(tab: Tab, now: string): Query {
  switch (tab) {
    case 'rescue':
      return { is_open: 'yes', emergency: 'yes', 'completed_at.set': 'no' };
    case 'to_accept':
      return { state: 'submitted' };
    case 'to_dispatch':
      return { view: 'to_dispatch' };
    case 'to_be_taken':
      return { view: 'to_be_taken' };
    case 'under_way':
      return { 'state.in': 'dispatched,acknowledged,on_site,in_progress' };
    case 'suspended':
      return { state: 'suspended' };
    case 'due_soon':
      return { view: 'soon' };
    case 'overdue':
      return { is_open: 'yes', 'nearest_due.before': now };
    case 'extension':
      return { is_open: 'yes', 'extension_asked_until.set': 'yes' };
    case 'escalated':
      return { is_open: 'yes', 'escalation.from': 3 };
    case 'approval':
      return { state: 'awaiting_approval' };
    case 'completed':
      return { state: 'completed', sort: '-completed_at' };
    case 'open':
      return { is_open: 'yes', 'completed_at.set': 'no' };
    case 'dissatisfied':
      return { view: 'dissatisfied', sort: '-id' };
    case 'all':
      return { sort: '-id' };
  }
}

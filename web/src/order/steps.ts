/* The one step that a crew does next with an order. */
import { session } from '@/api/session';
import type { Order, State } from '@/api/types';

const nextOf: Partial<Record<State, string>> = {
  dispatched: 'acknowledge',
  acknowledged: 'arrive',
  on_site: 'complete',
  in_progress: 'complete',
  suspended: 'resume',
};

export const nextStep = (o: Order): string | null => nextOf[o.state] ?? null;

/* Given to somebody else of the crew: whoever does a step with it does it in their place. */
export const isColleagues = (o: Order): boolean => !!o.assignee_id && o.assignee_id !== session.who?.person_id;

/* What the hands themselves do. */
const byHand = ['acknowledge', 'arrive', 'start', 'complete', 'resume', 'make_safe', 'suspend'];
export const isByHand = (verb: string): boolean => byHand.includes(verb);

/* Cannot wait: an emergency, or what was made a matter of the first priority. */
export const isUrgent = (o: Order): boolean =>
  (o.emergency || o.priority === 1) && !['suspended', 'completed'].includes(o.state);

/* The one step that a crew does next with an order. */
import type { Order, State } from '@/api/types';

const nextOf: Partial<Record<State, string>> = {
  dispatched: 'acknowledge',
  acknowledged: 'arrive',
  on_site: 'complete',
  in_progress: 'complete',
  suspended: 'resume',
};

export const nextStep = (o: Order): string | null => nextOf[o.state] ?? null;

/* Cannot wait: an emergency, or what was made a matter of the first priority. */
export const isUrgent = (o: Order): boolean =>
  (o.emergency || o.priority === 1) && !['suspended', 'completed'].includes(o.state);

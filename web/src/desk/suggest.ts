/* What the desk would do next with an order, when nobody knows better. */
import type { Crew, Order } from '@/api/types';

export interface Suggestion {
  verb: 'accept' | 'dispatch' | 'in_turn';
  with: Record<string, unknown>;
  crew: Crew | null;
}

/* The crew is the one that the rules named when it was asked for; one that takes
   its orders for itself is only let know of them. */
export function suggestionOf(o: Order, crews: ReadonlyMap<number, Crew>): Suggestion | null {
  const crew = (o.crew_id && crews.get(o.crew_id)) || null;
  if (o.state !== 'submitted' && o.state !== 'accepted') return null;
  if (!crew?.active || crew.dispatch === 'grab')
    return o.state === 'submitted' ? { verb: 'accept', with: {}, crew } : null;
  return { verb: crew.dispatch === 'in_turn' ? 'in_turn' : 'dispatch', with: { crew_id: crew.id }, crew };
}

/* Accepted, and its crew takes its orders for itself: no more is to be done at the desk. */
export const waitsToBeTaken = (o: Order, crews: ReadonlyMap<number, Crew>): boolean => {
  const crew = o.crew_id && crews.get(o.crew_id);
  return o.state === 'accepted' && !!crew && crew.active && crew.dispatch === 'grab';
};

/* The key of what its button says. */
export function suggestionKey(o: Order, s: Suggestion): string {
  if (s.verb === 'accept') return s.crew ? 'desk.do.accept_grab' : 'desk.do.accept';
  return o.state === 'submitted' ? `desk.do.accept_${s.verb}` : `desk.do.${s.verb}`;
}

/* What an order's facts mean to people: tones, stages, clocks. */
import type { Order, State } from '@/api/types';
import { crewNames, itemNames } from '@/api/facts';
import { language, t } from './i18n';
import { span } from './time';

export type Tone = 'quiet' | 'busy' | 'good' | 'warn' | 'bad';

const tones: Record<State, Tone> = {
  submitted: 'warn', awaiting_approval: 'warn', accepted: 'busy', dispatched: 'busy',
  acknowledged: 'busy', on_site: 'busy', in_progress: 'busy', suspended: 'warn', completed: 'good',
  verified: 'good', closed: 'quiet', returned: 'bad', merged: 'quiet', cancelled: 'quiet',
};

export const states = Object.keys(tones) as State[];
export const openStates: State[] = ['submitted', 'awaiting_approval', 'accepted', 'dispatched', 'acknowledged',
  'on_site', 'in_progress', 'suspended'];

export function toneOf(state: State): Tone {
  return tones[state] ?? 'quiet';
}

export function isOpen(o: Order): boolean {
  return openStates.includes(o.state);
}

/* One promised stage: when it is due, when it was reached. */
export interface Stage {
  name: 'accept' | 'on_site' | 'safe' | 'complete';
  due: string | null;
  done: string | null;
  late: boolean;
}

type Clocks = Partial<Pick<Order, 'accept_due' | 'accepted_at' | 'accept_late' | 'on_site_due' | 'on_site_at' | 'on_site_late' | 'safe_due'
  | 'safe_at' | 'safe_late' | 'complete_due' | 'completed_at' | 'complete_late'>>;

export function stagesOf(o: Clocks): Stage[] {
  const stage = (name: Stage['name'], due?: string | null, done?: string | null, late?: boolean): Stage => ({
    name, due: due ?? null, done: done ?? null, late: !!late || (!!due && !!done && done > due),
  });
  return [
    stage('accept', o.accept_due, o.accepted_at, o.accept_late),
    stage('on_site', o.on_site_due, o.on_site_at, o.on_site_late),
    stage('safe', o.safe_due, o.safe_at, o.safe_late),
    stage('complete', o.complete_due, o.completed_at, o.complete_late),
  ].filter((s) => s.due || s.done);
}

/* The clock that matters now: the first stage not reached yet. */
export interface Clock {
  stage: Stage;
  left: number; /* ms; below zero: overdue */
  level: 'ok' | 'soon' | 'over' | 'paused';
  words: string;
}

function levelOf(left: number, whole: number): Clock['level'] {
  if (left < 0) return 'over';
  return left < Math.max(whole * 0.25, 10 * 60_000) ? 'soon' : 'ok';
}

export function clockOf(o: Order, now: number): Clock | null {
  if (!isOpen(o)) return null;
  const stage = stagesOf(o).find((s) => s.due && !s.done);
  if (!stage?.due) return null;
  const due = new Date(stage.due).getTime();
  const left = due - now;
  if (o.state === 'suspended' && stage.name === 'complete') {
    return { stage, left, level: 'paused', words: t('clock.paused') };
  }
  const words = t(left < 0 ? 'clock.over' : 'clock.left', { stage: t(`stage.${stage.name}`), span: span(left) });
  return { stage, left, level: levelOf(left, due - new Date(o.submitted_at ?? stage.due).getTime()), words };
}

/* Where it is, in words: a known place and what was added to it. */
export function whereOf(o: Order): string {
  return [o.place_name, o.place_note].filter(Boolean).join(' · ');
}

/* The crew in the language in use. */
export function crewOf(o: Order): string {
  return (o.crew_id && language() === 'en' && crewNames()[o.crew_id]) || o.crew_name || '';
}

/* What was asked for, in the language in use; the order itself keeps the Chinese name. */
export function titleOf(o: { item_code: string; item_name: string }): string {
  return (language() === 'en' && itemNames()[o.item_code]) || o.item_name;
}

/* What an order's facts mean to people: tones, stages, clocks. */
import type { Order, SlaClass, State } from '@/api/types';
import { t } from './i18n';
import { span } from './time';

export type Tone = 'quiet' | 'busy' | 'good' | 'warn' | 'bad';

const tones: Record<State, Tone> = {
  draft: 'quiet', submitted: 'warn', awaiting_approval: 'warn', accepted: 'busy', dispatched: 'busy',
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

export function stagesOf(o: Order): Stage[] {
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

/* A class's promise in words, before any clock runs. */
export function promiseOf(c: SlaClass): { stage: string; words: string }[] {
  const minutes = (n: number, working?: boolean) => {
    const words = span(n * 60_000);
    return t(working ? 'promise.within_working' : 'promise.within', { span: words });
  };
  const out: { stage: string; words: string }[] = [];
  if (c.accept_min) out.push({ stage: 'accept', words: minutes(c.accept_min, c.accept_working) });
  if (c.on_site_min) out.push({ stage: 'on_site', words: minutes(c.on_site_min, c.on_site_working) });
  if (c.safe_min) out.push({ stage: 'safe', words: minutes(c.safe_min, c.safe_working) });
  if (c.complete_days) out.push({ stage: 'complete', words: t('promise.working_days', { n: c.complete_days }) });
  else if (c.complete_min) out.push({ stage: 'complete', words: minutes(c.complete_min, c.complete_working) });
  return out;
}

/* Where it is, in words: a known place and what was added to it. */
export function whereOf(o: Order): string {
  return [o.place_name, o.place_note].filter(Boolean).join(' · ');
}

/* What an order's facts mean to people: tones, stages, clocks. */
import type { Order, State } from '@/api/types';
import { crewNames, itemNames } from '@/api/facts';
import { language, t } from '@/common/i18n';
import { span, when } from '@/common/time';

export type Tone = 'quiet' | 'busy' | 'good' | 'warn' | 'bad';

const tones: Record<State, Tone> = {
  submitted: 'warn',
  awaiting_approval: 'warn',
  accepted: 'busy',
  dispatched: 'busy',
  acknowledged: 'busy',
  on_site: 'busy',
  in_progress: 'busy',
  suspended: 'warn',
  completed: 'good',
  verified: 'good',
  closed: 'quiet',
  returned: 'bad',
  merged: 'quiet',
  cancelled: 'quiet',
};

export const states = Object.keys(tones) as State[];
export const openStates: State[] = [
  'submitted',
  'awaiting_approval',
  'accepted',
  'dispatched',
  'acknowledged',
  'on_site',
  'in_progress',
  'suspended',
];

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

type Clocks = Partial<
  Pick<
    Order,
    | 'state'
    | 'suspended_at'
    | 'resume_expected_at'
    | 'accept_due'
    | 'accepted_at'
    | 'accept_late'
    | 'on_site_due'
    | 'on_site_at'
    | 'on_site_late'
    | 'safe_due'
    | 'safe_at'
    | 'safe_late'
    | 'complete_due'
    | 'completed_at'
    | 'complete_late'
  >
>;

export function stagesOf(o: Clocks): Stage[] {
  const stage = (name: Stage['name'], due?: string | null, done?: string | null, late?: boolean): Stage => ({
    name,
    due: due ?? null,
    done: done ?? null,
    late: !!late || (!!due && !!done && done > due),
  });
  return [
    stage('accept', o.accept_due, o.accepted_at, o.accept_late),
    stage('on_site', o.on_site_due, o.on_site_at, o.on_site_late),
    stage('safe', o.safe_due, o.safe_at, o.safe_late),
    stage('complete', o.complete_due, o.completed_at, o.complete_late),
  ].filter((s) => s.due || s.done);
}

/* Does the order's clock for this stage stand still, and since when? */
function stoppedAt(o: Clocks, stage: Stage): string | null {
  return o.state === 'suspended' && stage.name === 'complete' ? (o.suspended_at ?? null) : null;
}

/* What is left until a stage is due, in ms; below zero: overdue.  A clock that was stopped before it ran out is paused. */
export function leftOf(o: Clocks, stage: Stage, now: number): { left: number; paused: boolean } {
  const stopped = stoppedAt(o, stage);
  const left = new Date(stage.due ?? 0).getTime() - (stopped ? new Date(stopped).getTime() : now);
  return { left, paused: !!stopped && left >= 0 };
}

/* That the clock stands still, and until which day as far as that is known. */
export function pausedWords(o: Clocks): string {
  return o.resume_expected_at ? t('clock.paused_until', { when: when(o.resume_expected_at) }) : t('clock.paused');
}

/* The clock that matters now: the last stage that has run out, else the first one to run out. */
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
  const open = stagesOf(o)
    .filter((s) => s.due && !s.done)
    .map((stage) => ({ stage, ...leftOf(o, stage, now) }));
  const worst =
    open.filter((c) => c.left < 0).at(-1) ??
    open.filter((c) => !c.paused).sort((a, b) => a.left - b.left)[0] ??
    open[0];
  if (!worst) return null;
  const { stage, left, paused } = worst;
  if (paused) return { stage, left, level: 'paused', words: pausedWords(o) };
  const words = t(left < 0 ? 'clock.over' : 'clock.left', { stage: t(`stage.${stage.name}`), span: span(left) });
  return {
    stage,
    left,
    level: levelOf(left, new Date(stage.due!).getTime() - new Date(o.submitted_at ?? stage.due!).getTime()),
    words,
  };
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

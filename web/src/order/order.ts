/* What an order's facts mean to people: tones, stages, clocks. */
import type { BareAlarm, Order, State } from '@/api/types';
import { crewNames, itemNames } from '@/api/facts';
import { placeWords } from '@/api/placeNames';
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
  paused: boolean;
}

type Clocks = Partial<
  Pick<
    Order,
    | 'state'
    | 'resume_expected_at'
    | 'accept_due'
    | 'accepted_at'
    | 'on_site_due'
    | 'on_site_at'
    | 'safe_due'
    | 'safe_at'
    | 'complete_due'
    | 'completed_at'
  >
>;

export function stagesOf(o: Clocks): Stage[] {
  /* Of this round: what an earlier one was judged stands with that one. */
  const stage = (name: Stage['name'], due?: string | null, done?: string | null, paused = false): Stage => ({
    name,
    due: due ?? null,
    done: done ?? null,
    late: !!due && !!done && done > due,
    paused,
  });
  return [
    stage('accept', o.accept_due, o.accepted_at),
    stage('on_site', o.on_site_due, o.on_site_at),
    stage('safe', o.safe_due, o.safe_at),
    stage('complete', o.complete_due, o.completed_at, isPaused(o)),
  ].filter((s) => s.due || s.done || s.paused);
}

/* What was called off or joined to another comes no further: only what was reached is told. */
export const shownStages = (o: Clocks): Stage[] =>
  stagesOf(o).filter((s) => s.done || !['cancelled', 'merged'].includes(o.state ?? ''));

/* While it is suspended it promises no end, but where that had run out before. */
function isPaused(o: Clocks): boolean {
  return o.state === 'suspended' && !o.complete_due && !o.completed_at;
}

/* That the clock stands still, and until which day as far as that is known. */
export function pausedWords(o: Clocks): string {
  return o.resume_expected_at ? t('clock.paused_until', { when: when(o.resume_expected_at) }) : t('clock.paused');
}

/* A clock of minutes is nearly over as soon as it runs, whatever part of it is left. */
const SHORT_MS = 30 * 60_000;

/* The clock that matters now: the one that ends first of those still to be met.  Which that is, and whether most of it
   is used up (its level), the server says; the same is in every list and count. */
export interface Clock {
  name: Stage['name'];
  due: string | null;
  level: 'ok' | 'soon' | 'over' | 'paused';
  words: string;
}

export function clockOf(o: Order, now: number): Clock | null {
  const name = o.nearest_clock;
  if (!isOpen(o)) return null;
  if (!name || !o.nearest_due) return isPaused(o) ? still(pausedWords(o)) : inHand(o, now);
  const left = new Date(o.nearest_due).getTime() - now;
  const soon = left < SHORT_MS || (o.escalation ?? 0) > (o.emergency ? 1 : 0);
  return {
    name,
    due: o.nearest_due,
    level: left < 0 ? 'over' : soon ? 'soon' : 'ok',
    words: leftWords(name, left),
  };
}

const still = (words: string): Clock => ({ name: 'complete', due: null, level: 'paused', words });

/* Of an emergency without an end that is promised: that it is safe, or how long it is in hand. */
function inHand(o: Order, now: number): Clock | null {
  if (!o.emergency || o.completed_at) return null;
  if (o.safe_at) return still(t('clock.safe_at', { when: when(o.safe_at) }));
  const since = o.acknowledged_at ?? o.on_site_at;
  return since ? still(t('clock.in_hand', { span: span(now - new Date(since).getTime()) })) : null;
}

/* How much of a clock's time is left, or that it is over. */
function leftWords(clock: string, left: number): string {
  return t(left < 0 ? 'clock.over' : 'clock.left', { stage: t(`stage.${clock}`), span: span(left) });
}

export function bareClock(a: BareAlarm, now: number): string {
  if (!a.nearest_clock || !a.nearest_due) return '';
  return leftWords(a.nearest_clock, new Date(a.nearest_due).getTime() - now);
}

/* A locked page may not ask for names: they come with the alarm. */
export function barePlace(a: BareAlarm): string {
  return (language() === 'en' && a.place_name_en) || a.place_name || '';
}

/* Where it is, in words: a known place and what was added to it. */
export function whereOf(o: Order): string {
  return [placeWords(o.place_id, o.place_name), o.place_note].filter(Boolean).join(' · ');
}

/* A place's parts as they are called in the language in use, the house first: the Chinese name goes from the house
   down, the English one up to it. */
function partsOf(o: Order): string[] {
  const words = placeWords(o.place_id, o.place_name);
  return words === o.place_name ? words.split(' ') : words.split(', ').reverse();
}

export const houseOf = (o: Order): string => partsOf(o)[0];

/* Where in the house, and what was added to it. */
export function withinOf(o: Order): string {
  const rest = partsOf(o).slice(1);
  const english = placeWords(o.place_id, o.place_name) !== o.place_name;
  const place = english ? rest.reverse().join(', ') : rest.join(' ');
  return o.place_name ? [place, o.place_note].filter(Boolean).join(' · ') : '';
}

/* What was done last time, while it is done anew: it is not what was done now. */
export function resultKey(o: Order): 'result' | 'result_before' {
  return o.completed_at || !(o.reworks || o.reopens) ? 'result' : 'result_before';
}

/* The crew in the language in use. */
export function crewOf(o: Order): string {
  return (o.crew_id && language() === 'en' && crewNames()[o.crew_id]) || o.crew_name || '';
}

/* What was asked for, in the language in use; the order itself keeps the Chinese name. */
export function titleOf(o: { item_code: string; item_name: string }): string {
  return (language() === 'en' && itemNames()[o.item_code]) || o.item_name;
}

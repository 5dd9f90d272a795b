/*
 * What each verb asks for before it is sent.  Which verbs are offered is the
 * server's word (order.verbs); this table only says how they are asked.
 */
import type { Order } from '@/api/types';

export type AskKind = 'line' | 'area' | 'choice' | 'instant' | 'crew' | 'assignee' | 'order' | 'item' | 'stars'
  | 'tags' | 'priority' | 'yes_no' | 'place';

export interface Ask {
  name: string;
  kind: AskKind;
  required?: boolean;
  label?: string; /* locale key; the name's own when not said */
  choices?: string[]; /* words, labelled choice.<name>.<word> */
  preset?: unknown;
}

export interface Verb {
  asks: Ask[];
  tone: 'main' | 'plain' | 'danger';
  confirm?: boolean; /* asks nothing, yet wants a second look */
}

const reason: Ask = { name: 'reason', kind: 'area', required: true };
const note: Ask = { name: 'note', kind: 'area' };
const crew: Ask = { name: 'crew_id', kind: 'crew', required: true };
const assignee: Ask = { name: 'assignee_id', kind: 'assignee' };
const until: Ask = { name: 'until', kind: 'instant', required: true };

export const suspendReasons = ['awaiting_parts', 'awaiting_approval', 'awaiting_provider', 'requester_reschedule',
  'safety_stop'];
export const ratingTags = ['on_time', 'polite', 'good_work', 'tidy', 'late', 'rude', 'poor_work', 'untidy'];

const main = (...asks: Ask[]): Verb => ({ asks, tone: 'main' });
const plain = (...asks: Ask[]): Verb => ({ asks, tone: 'plain' });
const danger = (...asks: Ask[]): Verb => ({ asks, tone: 'danger' });

export const verbs: Record<string, Verb> = {
  approve: main(note),
  refuse: danger(reason),
  accept: main(),
  return: danger(reason),
  resubmit: main({ name: 'description', kind: 'area' }, note),
  merge: plain({ name: 'into_id', kind: 'order', required: true }, note),
  dispatch: main(crew, assignee, note),
  grab: main(),
  in_turn: plain(crew),
  acknowledge: main(),
  decline: danger(reason),
  transfer: plain(crew, assignee, reason),
  arrive: main(),
  make_safe: main(note),
  start: main(),
  suspend: plain(
    { name: 'reason', kind: 'choice', required: true, choices: suspendReasons, label: 'suspend_reason' },
    { name: 'until', kind: 'instant', label: 'resume_expected' }, note),
  resume: main(),
  ask_extension: plain(until, reason),
  grant_extension: main(note),
  refuse_extension: danger(reason),
  complete: main({ name: 'result', kind: 'area', required: true },
    { name: 'cause', kind: 'choice', choices: ['wear', 'human', 'quality', 'nature', 'unknown'] }),
  verify: main(),
  rework: danger(reason),
  reopen: plain(reason),
  cancel: danger(reason),
  comment: plain({ name: 'note', kind: 'area', required: true, label: 'comment' }, { name: 'internal', kind: 'yes_no' }),
  add_leg: plain({ name: 'item_code', kind: 'item', required: true }, { name: 'description', kind: 'area' }),
  raise_priority: plain({ name: 'priority', kind: 'priority', required: true }, reason),
  rate: main({ name: 'stars', kind: 'stars', required: true }, { name: 'tags', kind: 'tags', choices: ratingTags },
    { name: 'comment', kind: 'area' }),
};

/* The order in which buttons stand: what moves the work on comes first. */
const rank = Object.keys(verbs);
const first = ['approve', 'accept', 'dispatch', 'grab', 'acknowledge', 'arrive', 'start', 'complete', 'resume',
  'verify', 'rate', 'resubmit', 'grant_extension', 'make_safe'];
const last = ['comment', 'cancel'];

function place(verb: string): number {
  if (first.includes(verb)) return first.indexOf(verb);
  return (last.includes(verb) ? 2000 : 1000) + rank.indexOf(verb);
}

export function sorted(list: readonly string[]): string[] {
  return list.filter((v) => v in verbs).sort((a, b) => place(a) - place(b));
}

/* Of an order without a promised time no more time is asked for, but a day is agreed on. */
const days: Record<string, string> = {
  ask_extension: 'verb_day.ask_extension', grant_extension: 'verb_day.grant_extension', refuse_extension: 'verb_day.refuse_extension',
};

/* What a verb is called: the key of its words. */
export function verbKey(verb: string, order: Order): string {
  return (!order.complete_due && days[verb]) || `verb.${verb}`;
}

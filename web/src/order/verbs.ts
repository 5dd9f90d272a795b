/*
 * Verbs of an order.  Which are offered is the server's word (order.verbs), what
 * each asks for is the server's form; here is only how the buttons stand.
 */
import { reactive } from 'vue';
import { get } from '@/api/client';
import type { Form, Order, Step } from '@/api/types';
import { i18n } from '@/common/i18n';

/* The order in which buttons stand: what moves the work on comes first; the others as in the server's table. */
const first = [
  'acknowledge_alarm',
  'approve',
  'accept',
  'dispatch',
  'grab',
  'acknowledge',
  'arrive',
  'start',
  'complete',
  'resume',
  'verify',
  'rate',
  'resubmit',
  'grant_extension',
  'make_safe',
];
const last = ['comment', 'cancel'];

function place(verb: string): number {
  return first.includes(verb) ? first.indexOf(verb) - first.length : last.indexOf(verb) + 1;
}

/* Does it move the work on?  The others are there to be found, not to be pressed. */
export const movesOn = (verb: string): boolean => first.includes(verb);

/* Array.sort leaves those of one place as they came. */
export function sorted(list: readonly string[]): string[] {
  return [...list].sort((a, b) => place(a) - place(b));
}

/* -- what the server says of verbs, asked for once -- */

const steps = reactive<Record<string, Step>>({});
let asked: Promise<void> | undefined;

/* The first row of each verb.  Fails where the server is not reached: whoever presses a button must know. */
export function needSteps(): Promise<void> {
  asked ??= get<Step[]>('/orders/transitions').then((rows) => {
    for (const s of rows) steps[s.verb] ??= s;
  });
  asked.catch(() => (asked = undefined));
  return asked;
}

export const learnSteps = (): Promise<void> => needSteps().catch(() => undefined);

export const isGrave = (verb: string): boolean => !!steps[verb]?.grave;
export const isAtOnce = (verb: string): boolean => !!steps[verb]?.at_once;

const forms = new Map<string, Promise<Form>>();

/* What comes with the verb, in the language in use. */
export function formOf(verb: string): Promise<Form> {
  const key = `${i18n.global.locale.value}.${verb}`;
  let form = forms.get(key);
  if (!form) {
    form = get<Form>(`/forms/order.${verb}`);
    form.catch(() => forms.delete(key));
    forms.set(key, form);
  }
  return form;
}

/* So that a button's dialog is there at once, be the session over or the network gone when it is pressed. */
export function learnForms(offered: readonly string[]): void {
  for (const v of offered) if (!isAtOnce(v)) formOf(v).catch(() => undefined);
}

/* Of an order without a promised time no more time is asked for, but a day is agreed on. */
const days: Record<string, string> = {
  ask_extension: 'verb_day.ask_extension',
  grant_extension: 'verb_day.grant_extension',
  refuse_extension: 'verb_day.refuse_extension',
};

/* What a verb is called: the key of its words. */
export function verbKey(verb: string, order: Order): string {
  return (!order.complete_due && !order.held_due && days[verb]) || `verb.${verb}`;
}

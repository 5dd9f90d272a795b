/*
 * An entry of the audit in words: what was done, to what, and its detail by the
 * labels of the forms.  Nothing is shown as the program writes it: what has no
 * label is the program's own business, an id is the name of what it means.
 */
import { reactive, shallowRef } from 'vue';
import { get } from '@/api/client';
import type { AuditEntry, Form, Step } from '@/api/types';
import { i18n, t } from '@/common/i18n';
import { stamp } from '@/common/time';
import { nounOf, nouns } from './nouns';

const te = (key: string): boolean => i18n.global.te(key);

/* -- what was done ----------------------------------------------------------- */

/* The verbs of whatever has a life, "order.accept": as the server calls them. */
const verbs = shallowRef<Record<string, string>>({});

export async function learnVerbs(): Promise<void> {
  const told = await Promise.all(
    nouns.value
      .filter((n) => n.alive)
      .map(async (n) => {
        const steps = await get<Step[]>(`/${n.plural}/transitions`).catch(() => []);
        return steps.map((s): [string, string] => [`${n.noun}.${s.verb}`, s.label]);
      }),
  );
  verbs.value = Object.fromEntries(told.flat());
}

/* What is done to any noun, and what to none; a dot before or behind: whatever ends or begins so. */
const common = ['.add', '.set', '.remove'];
const special = [
  'account.password',
  'account.slip',
  'account.unlock',
  'import',
  'order.import',
  'export',
  'refused',
  'order.late',
  'order.escalate',
  'audit.',
  'backup',
  'restore',
];

export interface Choice {
  action: string; /* or several, with a comma between: what is said in the same words is one choice */
  words: string;
}

/* Those of one noun that are said alike are one. */
function choicesOf(actions: string[]): Choice[] {
  const by = new Map<string, string[]>();
  for (const a of actions) by.set(actionWords(a), [...(by.get(actionWords(a)) ?? []), a]);
  return [...by].map(([words, all]) => ({ words, action: all.join(',') }));
}

/* What the list can be narrowed to, by what it is done to; what is said alike of several nouns has its noun beside
   it, as a list that is folded shows no heads. */
export function actionGroups(): { noun: string; choices: Choice[] }[] {
  const lives = Object.keys(verbs.value);
  const alive = [...new Set(lives.map((v) => v.split('.')[0]))];
  const groups = [
    { noun: '', choices: choicesOf([...common, ...special.filter((a) => !lives.includes(a))]) },
    ...alive.map((noun) => ({
      noun,
      choices: choicesOf([
        ...(noun === 'order' ? ['order.submit'] : []),
        ...lives.filter((v) => v.startsWith(`${noun}.`)),
      ]),
    })),
  ];
  const times = new Map<string, number>();
  for (const c of groups.flatMap((g) => g.choices)) times.set(c.words, (times.get(c.words) ?? 0) + 1);
  for (const g of groups)
    for (const c of g.choices)
      if (g.noun && times.get(c.words)! > 1) c.words = t('audit.of_noun', { words: c.words, noun: nounWords(g.noun) });
  return groups;
}

export const nounWords = (noun?: string | null): string =>
  noun ? (te(`audit.noun.${noun}`) ? t(`audit.noun.${noun}`) : (nounOf(noun)?.one ?? noun)) : '';

/* "person.add" is said as "added", as the noun stands beside it. */
export function actionWords(action: string): string {
  const whole = action.replaceAll('.', '_');
  if (te(`audit.did.${whole}`)) return t(`audit.did.${whole}`);
  const [noun, verb] = action.split('.');
  if (noun === 'order' && verb && te(`did.${verb}`)) return t(`did.${verb}`);
  if (verbs.value[action]) return verbs.value[action];
  return verb && te(`audit.did.${verb}`) ? t(`audit.did.${verb}`) : action;
}

export const channelWords = (c?: string | null): string =>
  c && te(`audit.channel.${c}`) ? t(`audit.channel.${c}`) : (c ?? '');

/* -- the detail ---------------------------------------------------------------- */

/* What the fields of a noun are called, and the words they hold; asked once for
   each noun in sight. */
const labels = reactive<Record<string, Record<string, string>>>({});
const choices = reactive<Record<string, Record<string, Record<string, string>>>>({});

export function know(noun: string, form: Form): void {
  labels[noun] = Object.fromEntries(form.fields.map((f) => [f.name, f.label === f.name ? '' : f.label]));
  choices[noun] = Object.fromEntries(
    form.fields.map((f) => [f.name, Object.fromEntries((f.choices ?? []).map((c) => [c.value, c.label]))]),
  );
}

/* The nouns whose fields an entry speaks of: its own, and of a wish or a draft what is wished for. */
const wished: Record<string, string> = { content: 'order_request' };
const formOf = (noun?: string | null): string => (noun === 'orders' ? 'order' : (noun ?? ''));

function read(s: string): unknown {
  try {
    return JSON.parse(s);
  } catch {
    return s;
  }
}

const detailOf = (e: AuditEntry): unknown => (typeof e.detail === 'string' ? read(e.detail) : e.detail);

function nounsOf(e: AuditEntry): string[] {
  const d = detailOf(e);
  const drafts = d && typeof d === 'object' && 'content' in d;
  return [formOf(e.noun), nounWithin(e, 'wish'), drafts ? wished.content : ''].filter((n) => n);
}

/* Whose fields stand in a field that holds several. */
function nounWithin(e: AuditEntry, k: string): string {
  if (k !== 'wish') return wished[k] ?? formOf(e.noun);
  const noun = (detailOf(e) as { noun?: unknown } | null)?.noun;
  return formOf(String((Array.isArray(noun) ? noun.at(-1) : noun) ?? ''));
}

export async function learn(entries: AuditEntry[]): Promise<void> {
  for (const noun of new Set(entries.flatMap(nounsOf))) {
    if (labels[noun] || (!nounOf(noun) && !Object.values(wished).includes(noun))) continue;
    labels[noun] = {};
    const form = await get<Form>(`/forms/${noun}`).catch(() => null);
    if (form) know(noun, form);
  }
}

/* A field in words; of a filter such as "state.in" its field.  Nothing: it has none. */
function factWords(noun: string, k: string): string {
  const bare = k.split('.')[0];
  return labels[noun]?.[bare] ?? (te(`audit.fact.${k}`) ? t(`audit.fact.${k}`) : '');
}

export function facts(e: AuditEntry): [string, string][] {
  const d = detailOf(e);
  if (!d || typeof d !== 'object') return d ? [['', String(d)]] : [];
  return within(e, formOf(e.noun), d);
}

/* A verb that leaves the state as it was, and a number that stands beside the
   entry already. */
function saidElsewhere(e: AuditEntry, k: string, v: unknown, d: object): boolean {
  if (k === 'number') return !!e.about?.includes(String(v));
  const { from, to } = d as { from?: unknown; to?: unknown };
  return fieldOf(e, k) === 'state' && k !== 'state' && from === to;
}

/* The rows of an object whose fields are NOUN's. */
function within(e: AuditEntry, noun: string, d: object): [string, string][] {
  return Object.entries(d)
    .filter(([k, v]) => v !== null && JSON.stringify(v) !== '{}' && !saidElsewhere(e, k, v, d))
    .map(([k, v]): [string, string] => [factWords(noun, k), change(e, noun, k, v)])
    .filter(([name, words]) => name && words);
}

/* An order's entry says its states as from and to, why it waits as its reason,
   and a clock by its stage. */
function fieldOf(e: AuditEntry, k: string): string {
  const bare = k.split('.')[0];
  if ((bare === 'from' || bare === 'to') && (e.noun === 'order' || nounOf(e.noun)?.alive)) return 'state';
  if (e.noun !== 'order') return bare;
  return e.action === 'order.suspend' && bare === 'reason' ? 'suspend_reason' : bare;
}

/* A word of a field as the reader says it. */
function wordOf(e: AuditEntry, noun: string, k: string, s: string): string {
  const field = fieldOf(e, k);
  const own = field === 'state' ? `state.${s}` : field === 'clock' ? `stage.${s}` : `choice.${field}.${s}`;
  if (noun === 'order' && te(own)) return t(own);
  if (noun === 'order' && field === 'sla_class' && te(`sla.${s}`)) return t(`sla.${s}`);
  if (field === 'noun') return nounWords(s);
  if (field === 'changed') return labels[noun]?.[s] ?? s;
  if (te(`audit.word.${s}`)) return t(`audit.word.${s}`);
  return choices[noun]?.[field]?.[s] ?? (s === 'yes' || s === 'no' ? t(`common.${s}`) : s);
}

/* Ids are made by the program and long; what has gone meanwhile has no name any more. */
const AN_ID = 1e11;

function numberWords(e: AuditEntry, k: string, n: number): string {
  const name = e.names?.[String(n)];
  if (name) return name;
  if (n >= AN_ID) return k.endsWith('_id') ? t('audit.gone') : '';
  if (k === 'priority' && te(`priority.${n}`)) return t(`priority.${n}`);
  return String(n);
}

function valueWords(e: AuditEntry, noun: string, k: string, v: unknown): string {
  if (typeof v === 'boolean') return t(v ? 'common.yes' : 'common.no');
  if (typeof v === 'number') return numberWords(e, k, v);
  if (Array.isArray(v)) return v.map((one) => valueWords(e, noun, k, one)).join(t('admin.comma'));
  if (typeof v === 'object' && v !== null)
    return within(e, nounWithin(e, k), v)
      .map(([name, words]) => `${name}${t('admin.colon')}${words}`)
      .join(t('audit.and'));
  const s = String(v ?? '');
  if (/^\d{4}-\d\d-\d\dT[\d:.]+Z$/.test(s)) return stamp(s);
  return /^\w+(,\w+)*$/.test(s)
    ? s
        .split(',')
        .map((one) => wordOf(e, noun, k, one))
        .join(t('admin.comma'))
    : s;
}

/* What a field was and became, or what it is. */
function change(e: AuditEntry, noun: string, k: string, v: unknown): string {
  if (!Array.isArray(v) || v.length !== 2) return valueWords(e, noun, k, v);
  const now = valueWords(e, noun, k, v[1]);
  return v[0] === null ? now : `${valueWords(e, noun, k, v[0]) || '—'} → ${now || '—'}`;
}

export const brief = (e: AuditEntry): string =>
  facts(e)
    .map(([k, v]) => (k ? `${k}${t('admin.colon')}${v}` : v))
    .join(t('audit.and'));

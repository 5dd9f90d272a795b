/* What a sentence says plainly of numbers of people and of times. */
import type { ItemField } from '@/api/types';

const DIGITS = '零一二三四五六七八九';

function figure(s: string): number {
  if (/^\d+$/.test(s)) return Number(s);
  const m = /^([一二三四五六七八九]?)十([一二三四五六七八九]?)$/.exec(s);
  if (m) return (m[1] ? DIGITS.indexOf(m[1]) : 1) * 10 + (m[2] ? DIGITS.indexOf(m[2]) : 0);
  return s === '两' ? 2 : DIGITS.indexOf(s);
}

const NUMBER = '(\\d{1,4}|[一二三四五六七八九]?十[一二三四五六七八九]?|[一二两三四五六七八九])';

export function peopleIn(said: string): number | undefined {
  const m = new RegExp(`${NUMBER}\\s*(?:个|名|位)?人`).exec(said);
  return m ? figure(m[1]) : undefined;
}

/* 明天下午, 后天上午9点: the beginning; nothing where no day or no hour is said. */
export function timeIn(said: string, now = new Date()): string | undefined {
  const day = /今天|明天|后天/.exec(said)?.[0];
  const part = /上午|早上|中午|下午|晚上/.exec(said)?.[0];
  const hour = new RegExp(`${NUMBER}\\s*点(半)?`).exec(said);
  if (!day || (!part && !hour)) return undefined;
  let h = hour ? figure(hour[1]) : { 上午: 9, 早上: 8, 中午: 12, 下午: 14, 晚上: 18 }[part!]!;
  if (hour && h < 12 && (part === '下午' || part === '晚上')) h += 12;
  if (h > 23) return undefined;
  const t = new Date(now);
  t.setDate(t.getDate() + ['今天', '明天', '后天'].indexOf(day));
  t.setHours(h, hour?.[2] ? 30 : 0, 0, 0);
  return t > now ? t.toISOString() : undefined;
}

/* The answers that the sentence gives to an item's questions. */
export function answersIn(said: string, fields: readonly ItemField[]): Record<string, unknown> {
  const out: Record<string, unknown> = {};
  const people = peopleIn(said);
  const from = timeIn(said);
  const asks = fields.find((f) => f.kind === 'number' && f.unit === '人');
  const starts = fields.find((f) => f.sets === 'wanted_from');
  if (asks && people !== undefined) out[asks.name] = people;
  if (starts && from) out[starts.name] = from;
  return out;
}

/* What was typed to find an item, where it says more than the item's name does. */
export const sentenceOf = (typed: string, item: string): string =>
  /\p{Script=Han}{2}|\s/u.test(typed) && !item.includes(typed) ? typed : '';

/* The description after an item was found by what was typed: what the program took over from an earlier saying gives
   way to the last one, what somebody wrote stays. */
export const describedBy = (sentence: string, description: string, taken: string): string =>
  description.trim() && description !== taken ? description : sentence;

/* What stands between two stops or commas. */
export const partsOf = (said: string): string[] =>
  said
    .split(/[，,；;。！!\n]+/)
    .map((part) => part.trim())
    .filter(Boolean);

/* Of a saying of two things, what is said of each: OTHER are the parts that are of the other.  Null where they cannot
   be told apart, and nothing may be taken away. */
export function apartOf(said: string, other: readonly string[]): { own: string; other: string } | null {
  const parts = partsOf(said);
  if (!other.length || other.length === parts.length) return null;
  const join = (list: readonly string[]): string => list.join(/\p{Script=Han}/u.test(said) ? '，' : ', ');
  return { own: join(parts.filter((part) => !other.includes(part))), other: join(other) };
}

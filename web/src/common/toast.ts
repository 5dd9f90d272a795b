/* Short words at the edge of the page, read aloud by screen readers. */
import { reactive } from 'vue';
import { answered, Problem } from '@/api/client';
import { t } from './i18n';

export interface Said {
  id: number;
  text: string;
  bad: boolean;
}

export const said = reactive<Said[]>([]);
let next = 1;

export function unsay(id: number): void {
  const i = said.findIndex((s) => s.id === id);
  if (i >= 0) said.splice(i, 1);
}

/* What is said now takes the place of what was said before: two at most, and of what went wrong the newest. */
export function say(text: string, bad = false): void {
  const id = next++;
  for (const s of said.filter((s) => s.bad === bad)) unsay(s.id);
  said.push({ id, text, bad });
  setTimeout(() => unsay(id), bad ? 8000 : 4000);
}

/* A change is done, or waits for a second administrator to confirm it. */
export function sayDone(text: string): void {
  say(answered.waits ? t('changes.waits') : text);
}

/* What went wrong, in words for the person in front of the page. */
export function wordsOf(e: unknown): string {
  if (e instanceof Problem) {
    if (e.code === 'offline') return t('error.offline');
    if (e.code === 'stale') return t('error.stale');
    return e.message || t('error.broken');
  }
  return e instanceof Error ? e.message : t('error.broken');
}

export function complain(e: unknown): void {
  say(wordsOf(e), true);
}

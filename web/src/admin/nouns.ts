/*
 * The nouns as the server tells them: what they are called, their fields and
 * what may be done with them, in the language in use.  The interface holds no
 * list of its own.
 */
import { shallowRef } from 'vue';
import { get } from '@/api/client';
import type { FormField, List, Noun } from '@/api/types';
import { language } from '@/common/i18n';

export const nouns = shallowRef<Noun[]>([]);
let asked = '';
let coming: Promise<void> = Promise.resolve();

/* Asked once for whom and in which language; WHO is anything that tells one account from another.  Done when they are
   known, whoever asked first. */
export function learnNouns(who: string): Promise<void> {
  const key = `${who} ${language()}`;
  if (asked !== key) {
    asked = key;
    coming = fetchNouns(key);
  }
  return coming;
}

async function fetchNouns(key: string): Promise<void> {
  try {
    const told = (await get<List<Noun>>('/nouns')).items;
    if (asked === key) nouns.value = told;
  } catch (e) {
    if (asked === key) asked = '';
    throw e;
  }
}

export const nounOf = (noun?: string | null): Noun | undefined =>
  nouns.value.find((n) => n.noun === noun || n.table === noun);

/* The columns of a plain noun's list: the first fields of its form, and whether it is in use. */
export function columnsOf(n: Noun): string[] {
  /* How a row stands comes first, and what the server says of it is worth as much as what was said to it. */
  if (n.alive)
    return [
      'state',
      ...factsOf(n)
        .map((f) => f.name)
        .filter((f) => f !== 'state')
        .slice(0, 6),
    ];
  const shown = n.form.fields
    .filter((f) => !f.given && !f.long && f.kind !== 'json' && f.name !== 'active')
    .slice(0, 6)
    .map((f) => f.name);
  return n.form.fields.some((f) => f.name === 'active') ? [...shown, 'active'] : shown;
}

/* The fields of a row with a life that have a label of their own. */
export const factsOf = (n: Noun): FormField[] => n.form.fields.filter((f) => f.label !== f.name && f.kind !== 'json');

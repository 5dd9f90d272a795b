/* Facts that change seldom, asked for once: areas, items, crews. */
import { shallowRef } from 'vue';
import { get } from './client';
import type { Area, Crew, Item, List, ReadyPhrase } from './types';

const kept = new Map<string, Promise<unknown>>();

async function all<T>(path: string): Promise<T[]> {
  const out: T[] = [];
  let cursor: string | null = null;
  do {
    const page: List<T> = await get<List<T>>(path, { limit: 500, total: 'no', cursor });
    out.push(...page.items);
    cursor = page.next;
  } while (cursor);
  return out;
}

function once<T>(path: string, ask = all<T>): Promise<T[]> {
  let p = kept.get(path) as Promise<T[]> | undefined;
  if (!p) {
    p = ask(path);
    p.catch(() => kept.delete(path));
    kept.set(path, p);
  }
  return p;
}

export const areas = (): Promise<Area[]> => once<Area>('/areas');
export const items = (): Promise<Item[]> => once<Item>('/items', async (path) => (await get<List<Item>>(path)).items);
export const crews = (): Promise<Crew[]> => once<Crew>('/crews');

export const readyPhrases = (): Promise<ReadyPhrase[]> => once<ReadyPhrase>('/ready-phrases');

/* Ask again next time: after sign-out or after a change. */
export function forget(): void {
  kept.clear();
}

const crewsInEnglish = shallowRef<Record<number, string> | null>(null);

/* English names of crews by id, as far as one may see them. */
export function crewNames(): Record<number, string> {
  if (!crewsInEnglish.value) {
    crewsInEnglish.value = {};
    void crews().then(
      (all) => (crewsInEnglish.value = Object.fromEntries(all.map((c) => [c.id, c.name_en ?? '']))),
      () => (missed = true),
    );
  }
  return crewsInEnglish.value;
}

/* English names that could not be fetched are asked for anew. */
let missed = false;
export function namesAgain(): void {
  if (missed) crewsInEnglish.value = english.value = null;
  missed = false;
}

const english = shallowRef<Record<string, string> | null>(null);

/* English names by item code, fetched when first asked for. */
export function itemNames(): Record<string, string> {
  if (!english.value) {
    english.value = {};
    void items().then(
      (all) => (english.value = Object.fromEntries(all.map((i) => [i.code, i.name_en]))),
      () => (missed = true),
    );
  }
  return english.value;
}

/* What the search boxes look in. */
import { get, post } from '@/api/client';
import { areas, crews, items } from '@/api/facts';
import type { Crew, Item, List, Person, Place } from '@/api/types';
import { language, nameOf } from './i18n';
import { initials } from './pinyin';
import type { Option } from './Combo.vue';

const KEPT = 'liangcao.places';

export interface PlaceRef {
  id: number;
  full_name: string;
  full_name_en?: string | null;
}

/* The places this browser used last, newest first. */
export function lastPlaces(): PlaceRef[] {
  try {
    return JSON.parse(localStorage.getItem(KEPT) ?? '[]') as PlaceRef[];
  } catch {
    return [];
  }
}

export function rememberPlace(p: PlaceRef): void {
  const rest = lastPlaces().filter((x) => x.id !== p.id);
  localStorage.setItem(
    KEPT,
    JSON.stringify([{ id: p.id, full_name: p.full_name, full_name_en: p.full_name_en }, ...rest].slice(0, 5)),
  );
}

export const fullName = (p: PlaceRef): string => nameOf({ name: p.full_name, name_en: p.full_name_en });
export const placeOption = (p: PlaceRef, hint?: string): Option<PlaceRef> => ({ value: p, label: fullName(p), hint });

export async function placeById(id: number): Promise<Option<PlaceRef> | null> {
  const found = (await get<List<Place>>('/places', { id, limit: 1, total: 'no' }).catch(() => null))?.items[0];
  return found ? placeOption(found) : null;
}

/* A place that is known by its name; another language has to be asked for. */
export async function placeNamed(id: number, name?: string | null): Promise<PlaceRef> {
  const known = { id, full_name: name ?? '' };
  return language() === 'en' ? ((await placeById(id))?.value ?? known) : known;
}

export async function personName(id: number): Promise<string | undefined> {
  return (await get<List<Person>>('/people', { id, limit: 1 }).catch(() => null))?.items[0]?.name;
}

export async function searchPlaces(words: string): Promise<Option<PlaceRef>[]> {
  const used = words ? [] : lastPlaces().map((p) => placeOption(p));
  const found = await get<List<Place>>('/places', { q: words, view: 'near', limit: 20, total: 'no' });
  const fresh = found.items.filter((p) => !used.some((u) => u.value.id === p.id));
  /* One's own room, what was used last, what lies near. */
  const own = words ? [] : fresh.slice(0, 1);
  return [...own, ...used.map((o) => o.value), ...fresh.slice(own.length)].slice(0, 20).map((p) => placeOption(p));
}

export async function searchPeople(words: string): Promise<Option<Person>[]> {
  if (!words) return [];
  const found = await get<List<Person>>('/people', { q: words, limit: 12, total: 'no' });
  return found.items.map((p) => ({
    value: p,
    label: p.name,
    hint: [p.unit_name, p.phone ?? p.mobile].filter(Boolean).join(' · '),
  }));
}

/* The item for whoever cannot say which; the desk decides. */
export const UNSURE = 'Z00';

/* Items by a word, part of a word, a whole sentence, code or pinyin initials: the server knows best. */
export async function searchItems(words: string): Promise<Option<Item>[]> {
  const groups = await areas();
  const asked = words ? { q: words } : { often: 'yes' };
  const some = (await get<List<Item>>('/items', asked)).items.slice(0, 12);
  /* An office that has asked for nothing yet is shown all there is. */
  const found = some.length || words ? some : (await items()).filter((i) => i.active);
  return found.map((i) => ({ value: i, label: nameOf(i), hint: nameOf(groups.find((a) => a.id === i.area_id)) }));
}

/* The same, and at the end what is for those who find none of them. */
export async function searchWishes(words: string): Promise<Option<Item>[]> {
  const found = (await searchItems(words)).filter((o) => o.value.code !== UNSURE);
  const unsure = (await items()).find((i) => i.code === UNSURE && i.active);
  return unsure ? [...found, { value: unsure, label: nameOf(unsure) }] : found;
}

/* For whoever looks after the catalogue; nobody waits for it. */
export function tellUnfound(words: string): void {
  void post('/items/unfound', { words }).catch(() => undefined);
}

export async function searchCrews(words: string): Promise<Option<Crew>[]> {
  const all = (await crews()).filter((c) => c.active);
  const w = words.toLowerCase();
  const found = all.filter(
    (c) => !w || c.name.includes(words) || initials(c.name).includes(w) || (c.name_en ?? '').toLowerCase().includes(w),
  );
  return found.map((c) => ({ value: c, label: nameOf(c) }));
}

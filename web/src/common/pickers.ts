/* What the search boxes look in. */
import { get } from '@/api/client';
import { areas, crews, items } from '@/api/facts';
import type { Crew, Item, List, Person, Place } from '@/api/types';
import { nameOf } from './i18n';
import { initials } from './pinyin';
import type { Option } from './Combo.vue';

const KEPT = 'liangcao.places';

export interface PlaceRef {
  id: number;
  full_name: string;
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
  localStorage.setItem(KEPT, JSON.stringify([{ id: p.id, full_name: p.full_name }, ...rest].slice(0, 5)));
}

export const placeOption = (p: PlaceRef, hint?: string): Option<PlaceRef> => ({ value: p, label: p.full_name, hint });

export async function placeById(id: number): Promise<Option<PlaceRef> | null> {
  const found = (await get<List<Place>>('/places', { id, limit: 1, total: 'no' }).catch(() => null))?.items[0];
  return found ? placeOption(found) : null;
}

export async function personName(id: number): Promise<string | undefined> {
  return (await get<List<Person>>('/people', { id, limit: 1 }).catch(() => null))?.items[0]?.name;
}

export async function searchPlaces(words: string): Promise<Option<PlaceRef>[]> {
  const used = words ? [] : lastPlaces().map((p) => placeOption(p));
  const found = await get<List<Place>>('/places', { q: words, limit: 20, total: 'no' });
  const fresh = found.items.filter((p) => !used.some((u) => u.value.id === p.id));
  return [...used, ...fresh.map((p) => placeOption(p, p.code))].slice(0, 20);
}

export async function searchPeople(words: string): Promise<Option<Person>[]> {
  if (!words) return [];
  const found = await get<List<Person>>('/people', { q: words, limit: 12 });
  return found.items.map((p) => ({
    value: p,
    label: p.name,
    hint: [p.unit_name, p.phone ?? p.mobile].filter(Boolean).join(' · '),
  }));
}

/* Items by a word, part of a word, a whole sentence, code or pinyin initials: the server knows best. */
export async function searchItems(words: string): Promise<Option<Item>[]> {
  const groups = await areas();
  const found = words
    ? (await get<List<Item>>('/items', { q: words })).items.slice(0, 12)
    : (await items()).filter((i) => i.active);
  return found.map((i) => ({ value: i, label: nameOf(i), hint: nameOf(groups.find((a) => a.id === i.area_id)) }));
}

export async function searchCrews(words: string): Promise<Option<Crew>[]> {
  const all = (await crews()).filter((c) => c.active);
  const w = words.toLowerCase();
  const found = all.filter(
    (c) => !w || c.name.includes(words) || initials(c.name).includes(w) || (c.name_en ?? '').toLowerCase().includes(w),
  );
  return found.map((c) => ({ value: c, label: nameOf(c), hint: c.code }));
}

/* What the search boxes look in. */
import { get } from '@/api/client';
import { areas, crews, items } from '@/api/facts';
import type { Crew, Item, List, Order, Person, Place } from '@/api/types';
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

export async function searchPlaces(words: string): Promise<Option<PlaceRef>[]> {
  const used = words ? [] : lastPlaces().map((p) => placeOption(p));
  const found = await get<List<Place>>('/places', { q: words, limit: 20, total: 'no' });
  const fresh = found.items.filter((p) => !used.some((u) => u.value.id === p.id));
  return [...used, ...fresh.map((p) => placeOption(p, p.code))].slice(0, 20);
}

export async function searchPeople(words: string): Promise<Option<Person>[]> {
  if (!words) return [];
  const found = await get<List<Person>>('/people', { q: words, limit: 12 });
  return found.items.map((p) => ({ value: p, label: p.name, hint: [p.unit_name, p.phone ?? p.mobile].filter(Boolean).join(' · ') }));
}

function scoreOf(item: Item, words: string): number {
  const name = nameOf(item).toLowerCase();
  const zh = item.name.toLowerCase();
  if (name.startsWith(words) || zh.startsWith(words) || item.code.toLowerCase() === words) return 4;
  if (name.includes(words) || zh.includes(words)) return 3;
  const keys = (item.keywords ?? '').toLowerCase();
  if (keys.includes(words)) return 2;
  if (/^[a-z]+$/.test(words) && initials(zh + ' ' + keys).includes(words)) return 1;
  return item.name_en.toLowerCase().includes(words) ? 1 : 0;
}

/* Items by words, part of a word, keyword, code or pinyin initials. */
export function findItems(all: readonly Item[], words: string): Item[] {
  const parts = words.toLowerCase().split(/\s+/).filter(Boolean);
  const scored = all.map((item) => ({ item, score: Math.min(...parts.map((p) => scoreOf(item, p)), 9) }));
  return scored.filter((s) => s.score > 0).sort((a, b) => b.score - a.score).map((s) => s.item);
}

export async function searchItems(words: string): Promise<Option<Item>[]> {
  const [all, groups] = await Promise.all([items(), areas()]);
  const found = words ? findItems(all.filter((i) => i.active), words) : all.filter((i) => i.active);
  return found.slice(0, words ? 12 : 120).map((i) => ({
    value: i, label: nameOf(i), hint: nameOf(groups.find((a) => a.id === i.area_id)),
  }));
}

export async function searchCrews(words: string): Promise<Option<Crew>[]> {
  const all = (await crews()).filter((c) => c.active);
  const w = words.toLowerCase();
  const found = all.filter((c) => !w || c.name.includes(words) || initials(c.name).includes(w)
    || (c.name_en ?? '').toLowerCase().includes(w));
  return found.map((c) => ({ value: c, label: nameOf(c), hint: c.code }));
}

export async function searchOrders(words: string): Promise<Option<Order>[]> {
  if (!words) return [];
  const found = await get<List<Order>>('/orders', { q: words, limit: 12, sort: '-id', total: 'no' });
  return found.items.map((o) => ({ value: o, label: `${o.number} ${o.item_name}`, hint: o.place_name ?? '' }));
}

/* English names of places that rows name in Chinese: asked for together, once each. */
import { reactive } from 'vue';
import { language } from '@/common/i18n';
import { get } from './client';
import type { List, Place } from './types';

const CHUNK = 40; /* ids in one question */

const english = reactive<Record<number, string>>({});
const asked = new Set<number>();
let waiting: number[] = [];

async function ask(): Promise<void> {
  const ids = waiting;
  waiting = [];
  for (let i = 0; i < ids.length; i += CHUNK) {
    const some = ids.slice(i, i + CHUNK);
    const query = { 'id.in': some.join(','), limit: CHUNK, total: 'no' };
    const found = await get<List<Place>>('/places', query).catch(() => null);
    for (const p of found?.items ?? []) if (p.full_name_en) english[p.id] = p.full_name_en;
    /* Perhaps another time. */
    if (!found) some.forEach((id) => asked.delete(id));
  }
}

/* NAME, or the English one of the place as soon as it is known. */
export function placeWords(id?: number | null, name?: string | null): string {
  if (!id || language() !== 'en') return name ?? '';
  if (!asked.has(id)) {
    asked.add(id);
    if (waiting.push(id) === 1) setTimeout(() => void ask());
  }
  return english[id] ?? name ?? '';
}

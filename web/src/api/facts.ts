/* Facts that change seldom, asked for once: areas, items, SLA classes, crews. */
import { get } from './client';
import type { Area, Crew, Item, List, SlaClass } from './types';

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

function once<T>(path: string): Promise<T[]> {
  let p = kept.get(path) as Promise<T[]> | undefined;
  if (!p) {
    p = all<T>(path);
    p.catch(() => kept.delete(path));
    kept.set(path, p);
  }
  return p;
}

export const areas = (): Promise<Area[]> => once<Area>('/areas');
export const items = (): Promise<Item[]> => once<Item>('/items');
export const slaClasses = (): Promise<SlaClass[]> => once<SlaClass>('/sla-classes');
export const crews = (): Promise<Crew[]> => once<Crew>('/crews');

/* Ask again next time: after sign-out or after a change. */
export function forget(): void {
  kept.clear();
}

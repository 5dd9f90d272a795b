/* Rows of any noun: names of what they refer to, cells in words. */
import { get } from '@/api/client';
import type { FormField, List } from '@/api/types';
import type { Option } from '@/common/Combo.vue';
import { language, t } from '@/common/i18n';
import { stamp } from '@/common/time';
import { refers } from './parts';

export type Row = Record<string, unknown> & { id: number; version?: number };
export type Names = Record<string, Record<number, string>>;

function labelOf(table: string, row: Row): string {
  const label = refers[table].label;
  return String((language() === 'en' && row.name_en) || row[label] || row.name || row.code || row.id);
}

/* The names of all ids that the rows hold, by table. */
export async function namesOf(rows: Row[], fields: FormField[]): Promise<Names> {
  const wanted: Record<string, Set<number>> = {};
  for (const f of fields) {
    if (!f.refers || !refers[f.refers]) continue;
    for (const r of rows) if (r[f.name]) (wanted[f.refers] ??= new Set()).add(Number(r[f.name]));
  }
  const out: Names = {};
  await Promise.all(Object.entries(wanted).map(async ([table, ids]) => {
    const list = await get<List<Row>>(refers[table].path, { 'id.in': [...ids].join(','), limit: 500, total: 'no' }).catch(() => null);
    out[table] = Object.fromEntries((list?.items ?? []).map((r) => [r.id, labelOf(table, r)]));
  }));
  return out;
}

export function searchOf(table: string): (words: string) => Promise<Option<Row>[]> {
  return async (words) => {
    const { path, search } = refers[table];
    const list = await get<List<Row>>(path, { [search]: words || undefined, limit: 20, total: 'no' });
    return list.items.map((r) => ({ value: r, label: labelOf(table, r), hint: r.code ? String(r.code) : undefined }));
  };
}

/* A cell as people read it. */
export function cell(f: FormField, row: Row, names: Names): string {
  const v = row[f.name];
  if (v === null || v === undefined || v === '' || (v === 0 && !f.required)) return '';
  if (f.refers && refers[f.refers]) return names[f.refers]?.[Number(v)] ?? String(row[f.name.replace(/_id$/, '_name')] ?? v);
  if (f.kind === 'yes_no') return t(v ? 'common.yes' : 'common.no');
  if (f.kind === 'datetime') return stamp(String(v));
  if (f.kind === 'choice') return f.choices?.find((c) => c.value === v)?.label ?? String(v);
  return typeof v === 'object' ? JSON.stringify(v) : String(v);
}

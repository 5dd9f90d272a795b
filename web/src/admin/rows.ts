/* Rows of any noun: names of what they refer to, cells in words, all to a file. */
import { get, type Query } from '@/api/client';
import type { FormField, List } from '@/api/types';
import type { Option } from '@/common/Combo.vue';
import { language, t } from '@/common/i18n';
import { stamp } from '@/common/time';
import { nounOf } from './nouns';
import { refers } from './parts';
import { choiceWords, codeNames, widgetOf, widgetWords } from './widgets';

export type Row = Record<string, unknown> & { id: number; version?: number };
export type Names = Record<string, Record<string, string>>;

const CHUNK = 40; /* ids in one question */

export function labelOf(table: string, row: Row): string {
  const label = refers[table].label;
  return String(
    (language() === 'en' && (row[`${label}_en`] ?? row.name_en)) || row[label] || row.name || row.code || row.id,
  );
}

async function namesOfIds(table: string, ids: number[]): Promise<Record<string, string>> {
  const lists = [];
  for (let i = 0; i < ids.length; i += CHUNK) {
    lists.push(
      get<List<Row>>(refers[table].path, {
        'id.in': ids.slice(i, i + CHUNK).join(','),
        limit: CHUNK,
        total: 'no',
      }).catch(() => null),
    );
  }
  const rows = (await Promise.all(lists)).flatMap((l) => l?.items ?? []);
  /* Two of the same name are told apart by their number. */
  const twice = (r: Row): boolean =>
    !!r.code && rows.some((x) => x.id !== r.id && labelOf(table, x) === labelOf(table, r));
  return Object.fromEntries(
    rows.map((r) => [r.id, twice(r) ? `${labelOf(table, r)} · ${String(r.code)}` : labelOf(table, r)]),
  );
}

/* The names of all that the rows refer to, by table; KNOWN ones are not asked for again. */
export async function namesOf(noun: string, rows: Row[], fields: FormField[], known: Names = {}): Promise<Names> {
  const wanted: Record<string, Set<number>> = {};
  const out: Names = { ...known };
  /* What a row is called by, the server tells with it: whoever sees the row may not be one to list the other. */
  const title = fields.find((f) => f.refers && f.name === nounOf(noun)?.title);
  if (title?.refers)
    out[title.refers] = {
      ...out[title.refers],
      ...Object.fromEntries(rows.filter((r) => r.called).map((r) => [String(r[title.name]), String(r.called)])),
    };
  for (const f of fields) {
    if (!f.refers || !refers[f.refers]) continue;
    const had = out[f.refers] ?? {};
    for (const r of rows)
      if (r[f.name] && !had[String(r[f.name])]) (wanted[f.refers] ??= new Set()).add(Number(r[f.name]));
  }
  await Promise.all(
    Object.entries(wanted).map(async ([table, ids]) => {
      out[table] = { ...out[table], ...(await namesOfIds(table, [...ids])) };
    }),
  );
  if (!out.code && fields.some((f) => widgetOf(noun, f) === 'item')) out.code = await codeNames().catch(() => ({}));
  return out;
}

/* What a field of a noun may refer to, for whoever may not list such rows: each by what it is called and where it is. */
export function choicesOf(noun: string, field: string): (words: string) => Promise<Option<Row>[]> {
  return async (words) => {
    const { items } = await get<{ items: { id: number; called: string; place: string | null }[] }>(
      `/choices/${noun}.${field}`,
      { q: words || undefined },
    );
    return items.map((r) => ({ value: { id: r.id }, label: r.called, hint: r.place ?? undefined }));
  };
}

export function searchOf(table: string): (words: string) => Promise<Option<Row>[]> {
  return async (words) => {
    const list = await get<List<Row>>(refers[table].path, { q: words || undefined, limit: 20, total: 'no' });
    return list.items.map((r) => ({ value: r, label: labelOf(table, r), hint: hintOf(table, r) }));
  };
}

/* The one with this id, as it would have been found; null: it is gone. */
export async function optionOf(table: string, id: number): Promise<Option<Row> | null> {
  const found =
    refers[table] &&
    (await get<List<Row>>(refers[table].path, { id, limit: 1, total: 'no' }).catch(() => null))?.items[0];
  return found ? { value: found, label: labelOf(table, found), hint: hintOf(table, found) } : null;
}

function hintOf(table: string, r: Row): string | undefined {
  if (table === 'person') return [r.unit_name ?? r.provider_name, r.post].filter(Boolean).join(' · ') || undefined;
  if (table === 'account') return r.person_name ? String(r.person_name) : undefined;
  return r.code ? String(r.code) : undefined;
}

/* A cell as people read it. */
export function cell(noun: string, f: FormField, row: Row, names: Names): string {
  const named = ['name', 'full_name'].includes(f.name) && language() === 'en';
  const v = (named && row[`${f.name}_en`]) || row[f.name];
  if (v === null || v === undefined || v === '') return '';
  const widget = widgetOf(noun, f);
  if (widget === 'item') return names.code?.[String(v)] ?? String(v);
  if (widget) return widgetWords(widget, v as string | number);
  if (f.refers) return names[f.refers]?.[String(v)] ?? String(row[f.name.replace(/_id$/, '_name')] ?? v);
  if (f.kind === 'yes_no') return t(v ? 'common.yes' : 'common.no');
  if (f.kind === 'datetime') return stamp(String(v));
  if (f.kind === 'choice') return choiceWords(f, String(v));
  return typeof v === 'object' ? JSON.stringify(v) : String(v);
}

/* All rows of a list, page after page. */
export async function allOf(path: string, query: Query, most = 20_000): Promise<Row[]> {
  const out: Row[] = [];
  let cursor: string | null = null;
  do {
    const page: List<Row> = await get<List<Row>>(path, { ...query, limit: 500, cursor, total: 'no' });
    out.push(...page.items);
    cursor = page.next;
  } while (cursor && out.length < most);
  return out;
}

/* A text becomes a file of the reader's. */
export function saveText(name: string, text: string, type = 'text/plain'): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(new Blob([text], { type: `${type};charset=utf-8` }));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

/* A file of comma-separated values that spreadsheets open rightly; no cell runs as a formula. */
export function saveCsv(name: string, head: string[], rows: string[][]): void {
  const quote = (s: string): string => {
    const plain = /^[=+@\t\r]|^-(?![\d.])/.test(s) ? `'${s}` : s;
    return /[",\r\n]/.test(plain) ? `"${plain.replace(/"/g, '""')}"` : plain;
  };
  saveText(`${name}.csv`, `\ufeff${[head, ...rows].map((r) => r.map(quote).join(',')).join('\r\n')}\r\n`, 'text/csv');
}

/*
 * Fields that deserve more than a box to type in: how each is asked for and
 * shown.  A field that is not named here is asked for by its kind.
 */
import { get } from '@/api/client';
import { areas, items } from '@/api/facts';
import type { FormField, List } from '@/api/types';
import type { Option } from '@/common/Combo.vue';
import { i18n, language, nameOf, t } from '@/common/i18n';

export type Widget = 'weekdays' | 'clock' | 'month_day' | 'spans' | 'item' | 'sla' | 'tags' | 'priority' | 'positive';

const widgets: Record<string, Widget> = {
  'shift.weekdays': 'weekdays',
  'shift.from_min': 'clock',
  'shift.to_min': 'clock',
  'office_hours.from_month_day': 'month_day',
  'office_hours.to_month_day': 'month_day',
  'office_hours.spans': 'spans',
  'routing_rule.item_code': 'item',
  'service_item.sla_class': 'sla',
  'service_item.keywords': 'tags',
  'service_item.priority': 'priority',
  'crew_member.skills': 'tags',
  'place.area_m2': 'positive',
};

export const widgetOf = (noun: string, f: FormField): Widget | undefined => widgets[`${noun}.${f.name}`];

const two = (n: number): string => String(n).padStart(2, '0');
export const clockOf = (min: number): string => `${two(Math.floor(min / 60))}:${two(min % 60)}`;
export const minutesOf = (clock: string): number => Number(clock.slice(0, 2)) * 60 + Number(clock.slice(3, 5));
export const tagsOf = (s: unknown): string[] =>
  String(s ?? '')
    .split(/[,，、]/)
    .map((x) => x.trim())
    .filter(Boolean);

const locale = (): string => (language() === 'zh' ? 'zh-CN' : 'en-GB');

export function weekday(n: number, width: 'short' | 'long' = 'short'): string {
  return new Date(2024, 0, n).toLocaleDateString(locale(), { weekday: width });
}

export function month(n: number): string {
  return new Date(2024, n - 1, 1).toLocaleDateString(locale(), { month: 'long' });
}

export function monthDay(n: number): string {
  return new Date(2024, Math.floor(n / 100) - 1, n % 100).toLocaleDateString(locale(), {
    month: 'short',
    day: 'numeric',
  });
}

/* "1234567" is every day, "12345" Monday to Friday, else one by one. */
function weekdays(v: string): string {
  if (v === '1234567') return t('admin.every_day');
  if (v === '12345') return `${weekday(1)} – ${weekday(5)}`;
  return [...v].map((d) => weekday(Number(d))).join(t('admin.comma'));
}

export function widgetWords(w: Widget, v: string | number): string {
  switch (w) {
    case 'weekdays':
      return weekdays(String(v));
    case 'clock':
      return clockOf(Number(v));
    case 'month_day':
      return monthDay(Number(v));
    case 'priority':
      return t(`priority.${v}`);
    case 'positive':
      return Number(v) > 0 ? String(v) : '';
    case 'tags':
      return tagsOf(v).join(t('admin.comma'));
    case 'spans':
      return String(v).replace(/-/g, '–').replace(/,/g, '  ');
    default:
      return String(v);
  }
}

/* Words of a choice: ours where we have them, else the server's label. */
export function choiceWords(f: FormField, value: string): string {
  if (f.name === 'role' && i18n.global.te(`role.${value}`)) return t(`role.${value}`);
  if (i18n.global.te(`admin.choice.${f.name}.${value}`)) return t(`admin.choice.${f.name}.${value}`);
  return f.choices?.find((c) => c.value === value)?.label ?? value;
}

/* Items and areas by their codes: what a routing rule speaks of. */
export async function codeNames(): Promise<Record<string, string>> {
  const [a, i] = await Promise.all([areas(), items()]);
  return Object.fromEntries([
    ...a.map((x) => [x.code, t('admin.whole_area', { area: nameOf(x) })]),
    ...i.map((x) => [x.code, nameOf(x)]),
  ]);
}

export async function searchCodes(words: string): Promise<Option<string>[]> {
  const w = words.toLowerCase();
  const [all, found] = await Promise.all([
    areas(),
    words
      ? get<List<{ code: string; name: string; name_en: string }>>('/items', { q: words }).then((l) => l.items)
      : items(),
  ]);
  const near = all.filter(
    (a) => !w || a.name.includes(words) || a.code.toLowerCase() === w || a.name_en.toLowerCase().includes(w),
  );
  return [
    ...near.map((a) => ({ value: a.code, label: t('admin.whole_area', { area: nameOf(a) }), hint: a.code })),
    ...found.slice(0, 30).map((i) => ({ value: i.code, label: nameOf(i), hint: i.code })),
  ];
}

interface Sla {
  code: string;
  name: string;
  name_en: string;
}

export async function slaChoices(): Promise<{ value: string; label: string }[]> {
  const list = await get<List<Sla>>('/sla-classes', { sort: 'code', limit: 200, total: 'no' });
  return [...new Map(list.items.map((s) => [s.code, { value: s.code, label: `${s.code} · ${nameOf(s)}` }])).values()];
}

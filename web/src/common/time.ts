/* Instants, days and spans in words. */
import { language, t } from './i18n';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

function locale(): string {
  return language() === 'zh' ? 'zh-CN' : 'en-GB';
}

function sameDay(a: Date, b: Date): boolean {
  return a.toDateString() === b.toDateString();
}

/* "14:30" today, "明天 09:00", "11月25日 17:30", with the year when it is another. */
export function when(text: string | null | undefined, now = new Date()): string {
  if (!text) return '';
  const d = new Date(text);
  const clock = d.toLocaleTimeString(locale(), { hour: '2-digit', minute: '2-digit' });
  if (sameDay(d, now)) return t('time.today', { clock });
  if (sameDay(d, new Date(now.getTime() + DAY))) return t('time.tomorrow', { clock });
  if (sameDay(d, new Date(now.getTime() - DAY))) return t('time.yesterday', { clock });
  const year = d.getFullYear() === now.getFullYear() ? undefined : 'numeric';
  return `${d.toLocaleDateString(locale(), { year, month: 'short', day: 'numeric' })} ${clock}`;
}

/* The whole of an instant, for tables and paper. */
export function stamp(text: string | null | undefined): string {
  if (!text) return '';
  const d = new Date(text);
  const two = (n: number) => String(n).padStart(2, '0');
  return `${d.getFullYear()}-${two(d.getMonth() + 1)}-${two(d.getDate())} ${two(d.getHours())}:${two(d.getMinutes())}`;
}

/* From one instant to another; the day is said once when it is the same. */
export function between(
  from: string | null | undefined,
  to: string | null | undefined,
  words: (text: string) => string,
): string {
  if (!from || !to) return words(from ?? to ?? '');
  const end = sameDay(new Date(from), new Date(to)) ? stamp(to).slice(11) : words(to);
  return `${words(from)} – ${end}`;
}

export function day(text: string | null | undefined): string {
  if (!text) return '';
  return new Date(`${text}T00:00:00`).toLocaleDateString(locale(), { year: 'numeric', month: 'short', day: 'numeric' });
}

export function today(): string {
  return stamp(new Date().toISOString()).slice(0, 10);
}

/* A span in its two largest units, whole ones: "3 天 4 小时", "9 小时 58 分", "12 分钟", "不到 1 分钟". */
export function span(ms: number): string {
  const m = Math.floor(Math.abs(ms) / MINUTE);
  const h = Math.floor(m / 60);
  const d = Math.floor(h / 24);
  if (m < 1) return t('time.no_minute');
  if (h < 1) return t('time.minutes', { n: m });
  if (d < 1) return m % 60 ? t('time.hours_minutes', { h, m: m % 60 }) : t('time.hours', { n: h });
  return h % 24 ? t('time.days_hours', { d, h: h % 24 }) : t('time.days', { n: d });
}

/* What a <input type="datetime-local"> holds, as an instant and back. */
export function toInstant(local: string): string | null {
  return local ? new Date(local).toISOString() : null;
}

export function toLocal(text: string | null | undefined): string {
  return text ? stamp(text).replace(' ', 'T') : '';
}

/* A rule and its days in words. */
import type { Recurring } from '@/api/types';
import { language, t } from '@/common/i18n';

export const RULES = ['weekly', 'month_workday', 'before_festival'] as const;
export const HOLIDAYS = ['skip', 'before', 'after', 'anyway'] as const;

const weekday = (n: number): string => t(`recurring.weekday.${n}`);

export function ruleWords(r: Pick<Recurring, 'rule' | 'weekdays' | 'nth' | 'from_end' | 'at_min'>): string {
  const n = r.nth ?? 1;
  const at = `${String(Math.floor((r.at_min ?? 0) / 60)).padStart(2, '0')}:${String((r.at_min ?? 0) % 60).padStart(2, '0')}`;
  if (r.rule === 'weekly')
    return t('recurring.every', {
      days: [...(r.weekdays ?? '')].map((d) => weekday(Number(d))).join(t('admin.comma')),
      at,
    });
  if (r.rule === 'month_workday') return t(r.from_end ? 'recurring.month_last' : 'recurring.month_first', { n, at });
  return t('recurring.festival', { n, at });
}

/* "2026-12-07": 12月7日 周一 */
export function dayWords(day: string): string {
  const d = new Date(`${day}T12:00:00Z`);
  return d.toLocaleDateString(language() === 'zh' ? 'zh-CN' : 'en-GB', {
    month: language() === 'zh' ? 'long' : 'short',
    day: 'numeric',
    weekday: 'short',
    timeZone: 'UTC',
  });
}

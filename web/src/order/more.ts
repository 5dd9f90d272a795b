/* Several items in one request: each becomes a leg of the first. */
import type { Item, NewOrder } from '@/api/types';
import { labelOf, t } from '@/common/i18n';
import { isPicked, missing } from '@/common/missing';

export interface More {
  key: number;
  item: Item | null;
  description: string;
  answers: Record<string, unknown>;
}

let last = 0;
export const newMore = (): More => ({ key: ++last, item: null, description: '', answers: {} });

/* What is missing of it, by field. */
export function missingOf(m: More): Record<string, string> {
  const out: Record<string, string> = {};
  if (!m.item) return { item_code: t('report.what_missing') };
  for (const f of m.item.fields ?? []) {
    const hidden = f.shown_if && String(m.answers[f.shown_if.field] ?? '') !== String(f.shown_if.is);
    if (f.required && !hidden && m.answers[f.name] === undefined)
      out[`answers.${f.name}`] = missing(labelOf(f), isPicked(f));
  }
  return out;
}

type Leg = NonNullable<NonNullable<NewOrder['legs']>>[number];
export const legOf = (m: More): Leg => ({
  item_code: m.item?.code ?? '',
  ...(m.description.trim() ? { description: m.description.trim() } : {}),
  ...(Object.keys(m.answers).length ? { answers: m.answers } : {}),
});

/* "legs[1].answers.count": which of them, and its field. */
export function faultOf(field: string): { i: number; field: string } | null {
  const found = /^legs\[(\d+)\]\.(.+)$/.exec(field);
  return found ? { i: Number(found[1]), field: found[2] } : null;
}

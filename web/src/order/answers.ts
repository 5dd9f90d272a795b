/* What was answered to the item's questions, in words. */
import { computed, ref, watch, type ComputedRef } from 'vue';
import type { ItemField, Order } from '@/api/types';
import { labelOf, language, t } from '@/common/i18n';
import { personName, placeById } from '@/common/pickers';
import { stamp } from '@/common/time';

export function answerWords(f: ItemField | undefined, value: unknown): string {
  if (typeof value === 'boolean') return t(value ? 'common.yes' : 'common.no');
  if (f?.kind === 'datetime' && !f.day_only) return stamp(String(value));
  const choice = f?.choices?.find((c) => c.value === value);
  if (choice) return labelOf(choice);
  const unit = (language() === 'en' && f?.unit_en) || f?.unit;
  return unit ? `${String(value)} ${unit}` : String(value);
}

/* Rows of a question and its answer; places and people come by their names. */
export function useAnswers(order: () => Order): ComputedRef<[string, string][]> {
  const names = ref<Record<string, string>>({});
  watch(
    () => order().id,
    async () => {
      names.value = {};
      const { fields, answers } = order();
      for (const f of fields ?? []) {
        const id = Number(answers?.[f.name]);
        if (!id || (f.kind !== 'place' && f.kind !== 'person')) continue;
        const name = f.kind === 'place' ? (await placeById(id))?.label : await personName(id);
        names.value = { ...names.value, [f.name]: name ?? '' };
      }
    },
    { immediate: true },
  );
  return computed(() =>
    Object.entries(order().answers ?? {}).map(([name, value]): [string, string] => {
      const f = order().fields?.find((x) => x.name === name);
      const named = f?.kind === 'place' || f?.kind === 'person';
      return [labelOf(f ?? { label: name }), named ? (names.value[name] ?? '') : answerWords(f, value)];
    }),
  );
}

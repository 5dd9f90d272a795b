/* What was asked for and completed of late, in figures. */
import { onBeforeUnmount, onMounted, ref, type Ref } from 'vue';
import type { Figures } from '@/api/types';
import { wordsOf } from '@/common/toast';
import { figures } from '@/order/calls';
import './figures.css';

/* Hundredths of those completed that were late; none is not "0 %". */
export const lateShare = (m: { completed: number; late: number }): string =>
  m.completed ? `${((100 * m.late) / m.completed).toFixed(1)} %` : '—';

/* Days and months do not move with every order: they are asked for again by the minute. */
const AGAIN_MS = 60_000;

export function useFigures(wrong: Ref<string>): Ref<Figures | null> {
  const out = ref<Figures | null>(null);
  let timer: ReturnType<typeof setInterval> | undefined;
  const load = async (): Promise<void> => {
    try {
      out.value = await figures();
    } catch (e) {
      wrong.value = wordsOf(e);
    }
  };
  onMounted(() => {
    void load();
    timer = setInterval(() => document.visibilityState === 'visible' && void load(), AGAIN_MS);
  });
  onBeforeUnmount(() => clearInterval(timer));
  return out;
}

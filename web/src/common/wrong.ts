/* What went wrong on a page or in a sheet, as it is told there.  That the server could not be reached is no longer
   said once it is reached again; then what was being loaded is asked for anew. */
import { ref, type Ref } from 'vue';
import { useStream } from '@/api/stream';
import { t } from './i18n';

export function useWrong(again?: () => unknown): Ref<string> {
  const wrong = ref('');
  useStream({
    again: () => {
      if (wrong.value !== t('error.offline')) return;
      wrong.value = '';
      again?.();
    },
  });
  return wrong;
}

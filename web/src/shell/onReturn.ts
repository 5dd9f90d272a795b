/* A page whose code could not be fetched is opened when the server can be reached again. */
import { onBeforeUnmount } from 'vue';
import { useRouter } from 'vue-router';
import { Problem } from '@/api/client';
import { complain } from '@/common/toast';

export function usePagesOnReturn(): () => void {
  const router = useRouter();
  let wanted = '';
  const ends = [
    router.onError((_, to) => {
      wanted = to.fullPath;
      complain(new Problem(0, 'offline', ''));
    }),
    router.afterEach((_to, _from, failure) => {
      if (!failure) wanted = '';
    }),
  ];
  onBeforeUnmount(() => ends.forEach((end) => end()));
  /* Some browsers remember that the code was not there: then the page is loaded whole. */
  return () => {
    const to = wanted;
    wanted = '';
    if (to) router.push(to).catch(() => location.assign(to));
  };
}

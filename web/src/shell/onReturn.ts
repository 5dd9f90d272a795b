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
  /* Some browsers remember that the code was not there: then the page is loaded whole. */
  function open(): void {
    const to = wanted;
    wanted = '';
    if (to) router.push(to).catch(() => location.assign(to));
  }
  /* A short break costs the event stream nothing: then the network's own word is heard. */
  window.addEventListener('online', open);
  onBeforeUnmount(() => {
    ends.forEach((end) => end());
    window.removeEventListener('online', open);
  });
  return open;
}

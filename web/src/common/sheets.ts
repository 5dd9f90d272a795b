/* What lies open over a page is closed by going back; the page below stays, with what was typed in it. */
import { onBeforeUnmount, onMounted } from 'vue';
import { useRouter } from 'vue-router';

const open: (() => void)[] = []; /* the last one is on top */
let going = false; /* a step through the history is under way */

/* Told before the router is, which asks its guards about the step later. */
function step(): void {
  going = true;
  setTimeout(() => (going = false), 200);
}

export function useSheet(close: () => void): void {
  const router = useRouter();
  let stay = (): void => {};
  onMounted(() => {
    if (!open.length) window.addEventListener('popstate', step, true);
    open.push(close);
    stay = router.beforeEach(() => {
      if (!going || open.at(-1) !== close) return true;
      close();
      return false;
    });
  });
  onBeforeUnmount(() => {
    stay();
    open.splice(open.indexOf(close), 1);
    if (!open.length) window.removeEventListener('popstate', step, true);
  });
}

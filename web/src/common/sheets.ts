/* What lies open over a page is closed by going back; the page below stays, with what was typed in it. */
import { onBeforeUnmount, onMounted } from 'vue';
import { useRouter } from 'vue-router';

const open: (() => void)[] = []; /* the last one is on top */

export function useSheet(close: () => void): void {
  const router = useRouter();
  let going = false; /* a step through the history is under way */
  let ends: (() => void)[] = [];
  onMounted(() => {
    open.push(close);
    ends = [
      /* The router's own listener tells of a step before any guard is asked; the window's may come after them. */
      router.options.history.listen(() => (going = true)),
      router.beforeEach(() => {
        if (!going || open.at(-1) !== close) return true;
        close();
        return false;
      }),
      router.afterEach(() => (going = false)),
    ];
  });
  onBeforeUnmount(() => {
    for (const end of ends) end();
    open.splice(open.indexOf(close), 1);
  });
}

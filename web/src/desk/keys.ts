/* Keys for the whole page; they rest while somebody types or a dialog is open. */
import { onBeforeUnmount, onMounted } from 'vue';

/* Every verb of the desk has a key. */
export const verbKeys: Record<string, string> = {
  accept: 'a',
  dispatch: 'd',
  in_turn: 'i',
  transfer: 't',
  return: 'r',
  merge: 'm',
  add_leg: 'l',
  raise_priority: 'p',
  comment: 'c',
  grant_extension: 'g',
  refuse_extension: 'f',
  suspend: 's',
  resume: 'u',
  resubmit: 'e',
  correct: 'v',
  draw_in: 'w',
  split_off: 'o',
  cancel: 'x',
};

export function useKeys(keys: Record<string, (e: KeyboardEvent) => void>): void {
  function press(e: KeyboardEvent): void {
    const at = e.target as HTMLElement;
    if (e.ctrlKey || e.metaKey || e.altKey || e.isComposing) return;
    /* A box that is ticked is no place where one types. */
    if (at.closest('input:not([type=checkbox]), textarea, select, [contenteditable]')) return;
    if (document.querySelector('dialog[open]')) return;
    if (e.key === 'Enter' && at.closest('button, a') && !at.closest('tr')) return;
    if (e.key === ' ' && at.closest('button, a, input')) return;
    const act = keys[e.key];
    if (!act) return;
    e.preventDefault();
    act(e);
  }
  onMounted(() => window.addEventListener('keydown', press));
  onBeforeUnmount(() => window.removeEventListener('keydown', press));
}

/*
 * What drops down from a field stands above everything, also beyond the foot
 * of a dialog that scrolls, and moves nothing: the browser's top layer holds
 * it.  Browsers without popovers (Chromium before 114, Firefox before 125)
 * keep it in the flow of its field, where a dialog may have to be scrolled.
 */
import { nextTick, onBeforeUnmount, watch, type Ref } from 'vue';

const GAP = 4; /* px between the field and what drops down from it */
const LEAST = 120; /* px: less than that is too little to read in */

const canPop = 'popover' in HTMLElement.prototype;

/* Beside FIELD, where there is more room in what is seen of the window: a phone's keyboard covers the rest. */
function place(layer: HTMLElement, field: HTMLElement): void {
  const at = field.getBoundingClientRect();
  const seen = window.visualViewport;
  const top = seen?.offsetTop ?? 0;
  const below = top + (seen?.height ?? window.innerHeight) - at.bottom - 2 * GAP;
  const above = at.top - top - 2 * GAP;
  const up = below < LEAST && above > below;
  Object.assign(layer.style, {
    left: `${at.left}px`,
    right: 'auto',
    width: `${at.width}px`,
    top: up ? 'auto' : `${at.bottom + GAP}px`,
    bottom: up ? `${document.documentElement.clientHeight - at.top + GAP}px` : 'auto',
    maxHeight: `${Math.max(LEAST, up ? above : below)}px`,
  });
}

/* LAYER is seen as long as OPEN says so. */
export function useTopLayer(
  layer: Ref<HTMLElement | undefined>,
  field: Ref<HTMLElement | undefined>,
  open: Ref<boolean>,
): void {
  if (!canPop) return;
  const again = (): void => {
    if (layer.value && field.value) place(layer.value, field.value);
  };
  let leave = (): void => {};

  function show(): void {
    layer.value!.popover = 'manual';
    layer.value!.showPopover();
    again();
    const on = { capture: true, passive: true };
    window.addEventListener('scroll', again, on);
    window.addEventListener('resize', again);
    window.visualViewport?.addEventListener('resize', again);
    /* The field itself moves when a hint or an error comes above it. */
    const moved = new ResizeObserver(again);
    moved.observe(document.body);
    if (field.value!.closest('dialog')) moved.observe(field.value!.closest('dialog')!);
    leave = (): void => {
      window.removeEventListener('scroll', again, on);
      window.removeEventListener('resize', again);
      window.visualViewport?.removeEventListener('resize', again);
      moved.disconnect();
      leave = (): void => {};
    };
  }

  watch(open, async (is) => {
    await nextTick();
    if (!layer.value || is !== open.value) return;
    if (is && !layer.value.matches(':popover-open')) show();
    if (!is && layer.value.matches(':popover-open')) {
      leave();
      layer.value.hidePopover();
    }
  });
  onBeforeUnmount(() => leave());
}

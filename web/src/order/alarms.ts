/*
 * Alarms of emergencies that nobody has answered: what stands in the red bar,
 * how they are heard and how the title of the window tells of them.
 */
import { onBeforeUnmount, onMounted, ref, watch } from 'vue';
import { gathered, listen } from '@/api/stream';
import type { Order } from '@/api/types';
import { doVerb, listOrders } from './calls';
import { titleOf, whereOf } from './order';
import { complain } from '@/common/toast';

const ALLOWED = 'alarm-sound';
const AGAIN_MS = 20_000; /* so often it is heard */
const SHOWN = 3;

/* A browser lets a page sound only after somebody has pressed something on it. */
let speaker: AudioContext | undefined;

function wakeSpeaker(): void {
  speaker ??= new AudioContext();
  void speaker.resume();
}

function beep(): void {
  if (!speaker || speaker.state !== 'running') return;
  for (const [i, pitch] of [880, 660, 880].entries()) {
    const tone = speaker.createOscillator();
    const loud = speaker.createGain();
    const begin = speaker.currentTime + i * 0.22;
    tone.frequency.value = pitch;
    loud.gain.value = 0.25;
    tone.connect(loud).connect(speaker.destination);
    tone.start(begin);
    tone.stop(begin + 0.18);
  }
}

const mayPopUp = (): boolean => 'Notification' in window && Notification.permission === 'granted';

function popUp(o: Order): void {
  if (mayPopUp()) new Notification(titleOf(o), { body: whereOf(o), tag: `order-${o.id}`, requireInteraction: true });
}

/* "(!2) Liangcao": also after the page has given the window another title. */
function mark(n: number): void {
  const bare = document.title.replace(/^\(!\d+\) /, '');
  const title = n ? `(!${n}) ${bare}` : bare;
  if (title !== document.title) document.title = title;
}

export function useAlarms() {
  const alarms = ref<Order[]>([]);
  const total = ref(0);
  const allowed = ref(localStorage.getItem(ALLOWED) === 'yes');
  let known = new Set<number>();

  async function load(): Promise<void> {
    const list = await listOrders({
      is_open: 'yes',
      emergency: 'yes',
      alarming: 'yes',
      sort: 'nearest_due',
      limit: SHOWN,
    }).catch(() => null);
    if (!list) return;
    alarms.value = list.items;
    total.value = list.total ?? list.items.length;
    const fresh = list.items.filter((o) => !known.has(o.id));
    if (fresh.length && allowed.value) {
      beep();
      fresh.forEach(popUp);
    }
    known = new Set(list.items.map((o) => o.id));
  }

  async function allow(): Promise<void> {
    wakeSpeaker();
    allowed.value = true;
    localStorage.setItem(ALLOWED, 'yes');
    beep();
    if ('Notification' in window && Notification.permission === 'default') await Notification.requestPermission();
  }

  async function know(o: Order): Promise<void> {
    try {
      await doVerb(o, 'acknowledge_alarm');
    } catch (e) {
      complain(e);
    }
    await load();
  }

  const soon = gathered(() => void load());
  let deafen = (): void => {};
  let timer: ReturnType<typeof setInterval> | undefined;
  const titles = new MutationObserver(() => mark(total.value));
  const pressed = (): void => {
    if (allowed.value) wakeSpeaker();
  };

  onMounted(() => {
    void load();
    deafen = listen({ order: soon, notice: soon, again: soon, always: true });
    timer = setInterval(() => {
      if (total.value && allowed.value) beep();
    }, AGAIN_MS);
    titles.observe(document.querySelector('title')!, { childList: true });
    document.addEventListener('pointerdown', pressed);
  });
  onBeforeUnmount(() => {
    deafen();
    clearInterval(timer);
    titles.disconnect();
    document.removeEventListener('pointerdown', pressed);
    mark(0);
  });
  watch(total, mark);
  return { alarms, total, allowed, allow, know };
}

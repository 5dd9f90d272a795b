/*
 * Alarms of emergencies that nobody has answered: what stands in the red bar,
 * how they are heard and how the title of the window tells of them.
 */
import { onBeforeUnmount, onMounted, ref, watch, type Ref } from 'vue';
import { gathered, listen } from '@/api/stream';
import { ALARMS, call, Problem } from '@/api/client';
import type { BareAlarm, BareAlarms, Order } from '@/api/types';
import { doVerb, listOrders } from './calls';
import { barePlace, titleOf, whereOf } from './order';
import { complain } from '@/common/toast';

const ALLOWED = 'alarm-sound';
const AGAIN_MS = 20_000; /* so often it is heard */
const ASK_MS = 5_000; /* so often a locked page asks */
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

function popUp(title: string, body: string, tag: string): void {
  if (mayPopUp()) new Notification(title, { body, tag, requireInteraction: true });
}

/* "(!2) Liangcao": also after the page has given the window another title. */
function mark(n: number): void {
  const bare = document.title.replace(/^\(!\d+\) /, '');
  const title = n ? `(!${n}) ${bare}` : bare;
  if (title !== document.title) document.title = title;
}

/* As long as there are TOTAL of them they are heard, and the title of the window tells of them. */
function useRinging(total: Ref<number>, allowed: Ref<boolean>): void {
  let timer: ReturnType<typeof setInterval> | undefined;
  const titles = new MutationObserver(() => mark(total.value));
  const pressed = (): void => {
    if (allowed.value) wakeSpeaker();
  };
  onMounted(() => {
    timer = setInterval(() => {
      if (total.value && allowed.value) beep();
    }, AGAIN_MS);
    titles.observe(document.querySelector('title')!, { childList: true });
    document.addEventListener('pointerdown', pressed);
  });
  onBeforeUnmount(() => {
    clearInterval(timer);
    titles.disconnect();
    document.removeEventListener('pointerdown', pressed);
    mark(0);
  });
  watch(total, mark);
}

const allowedOnce = (): boolean => localStorage.getItem(ALLOWED) === 'yes';

/* Those a locked page may tell of; OVER when it may tell of none any more. */
export function useBareAlarms() {
  const alarms = ref<BareAlarm[]>([]);
  const total = ref(0);
  const over = ref(false);
  const allowed = ref(allowedOnce());
  let known: Set<string> | null = null; /* what the bar had is not new */
  let timer: ReturnType<typeof setTimeout> | undefined;
  let gone = false;
  const key = (a: BareAlarm): string => `${a.item_code} ${a.place_id} ${a.nearest_due}`;

  async function load(): Promise<void> {
    try {
      const list = await call<BareAlarms>('GET', ALARMS, {}, false);
      const before = known;
      alarms.value = list.items;
      total.value = list.total;
      known = new Set(list.items.map(key));
      const fresh = before ? list.items.filter((a) => !before.has(key(a))) : [];
      if (fresh.length && allowed.value) {
        beep();
        fresh.forEach((a) => popUp(titleOf(a), barePlace(a), key(a)));
      }
    } catch (e) {
      over.value = e instanceof Problem && e.status === 401;
      if (over.value) total.value = 0;
      if (over.value) alarms.value = [];
    }
    if (!over.value && !gone) timer = setTimeout(() => void load(), ASK_MS);
  }

  onMounted(() => void load());
  onBeforeUnmount(() => {
    gone = true;
    clearTimeout(timer);
  });
  useRinging(total, allowed);
  return { alarms, total, over };
}

export function useAlarms() {
  const alarms = ref<Order[]>([]);
  const total = ref(0);
  const allowed = ref(allowedOnce());
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
      fresh.forEach((o) => popUp(titleOf(o), whereOf(o), `order-${o.id}`));
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

  onMounted(() => {
    void load();
    deafen = listen({ order: soon, notice: soon, again: soon, always: true });
  });
  onBeforeUnmount(() => deafen());
  useRinging(total, allowed);
  return { alarms, total, allowed, allow, know };
}

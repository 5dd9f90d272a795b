/* Which clock of an order is shown, and how. */
import { strict as assert } from 'node:assert';
import { test } from 'node:test';
import { clockOf } from '../src/order/order';
import { i18n } from '../src/common/i18n';
import type { Order } from '../src/api/types';
import { locale } from './files';

i18n.global.setLocaleMessage('zh', locale('zh'));
const now = Date.parse('2026-11-30T04:00:00Z');
const at = (hours: number): string => new Date(now + hours * 3_600_000).toISOString();
const order = (o: Partial<Order>): Order => ({ state: 'accepted', submitted_at: at(-48), ...o }) as Order;

test('a promise that was broken is shown before one that is still to be kept', () => {
  const clock = clockOf(order({ on_site_due: at(4.6), complete_due: at(-36) }), now);
  assert.deepEqual([clock?.level, clock?.stage.name, clock?.words], ['over', 'complete', '完成超时 36 小时']);
});

test('of several broken promises the last stage is named, of several to be kept the next one', () => {
  assert.equal(
    clockOf(order({ accept_due: at(-40), on_site_due: at(-30), complete_due: at(-1) }), now)?.stage.name,
    'complete',
  );
  assert.equal(
    clockOf(order({ accept_due: at(1), on_site_due: at(2), complete_due: at(3) }), now)?.stage.name,
    'accept',
  );
});

test('a suspended order promises no hour, and says until which day it waits', () => {
  const stopped = {
    state: 'suspended' as const,
    suspended_at: at(-2),
    on_site_at: at(-3),
    on_site_due: at(-1),
    complete_due: at(-1),
  };
  assert.deepEqual(
    [clockOf(order(stopped), now)?.level, clockOf(order(stopped), now)?.words],
    ['paused', '已暂停计时'],
  );
  assert.match(clockOf(order({ ...stopped, resume_expected_at: at(48) }), now)!.words, /^已暂停计时，预计.*恢复$/);
});

test('a suspension does not undo that the time had run out before', () => {
  const clock = clockOf(order({ state: 'suspended', suspended_at: at(-2), complete_due: at(-5) }), now);
  assert.deepEqual([clock?.level, clock?.words], ['over', '完成超时 3 小时']);
});

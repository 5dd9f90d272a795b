/* Which clock of an order is shown, and how. */
import { strict as assert } from 'node:assert';
import { test } from 'node:test';
import { clockOf, stagesOf } from '../src/order/order';
import { i18n } from '../src/common/i18n';
import { span } from '../src/common/time';
import type { Order } from '../src/api/types';
import { locale } from './files';

i18n.global.setLocaleMessage('zh', locale('zh'));
const now = Date.parse('2026-11-30T04:00:00Z');
const at = (hours: number): string => new Date(now + hours * 3_600_000).toISOString();
const order = (o: Partial<Order>): Order =>
  ({ state: 'accepted', submitted_at: at(-48), escalation: 0, emergency: false, ...o }) as Order;
const shown = (o: Partial<Order>): unknown[] => {
  const clock = clockOf(order(o), now);
  return [clock?.name, clock?.level, clock?.words];
};

test('the clock that is shown is the one the server names, whatever others say', () => {
  assert.deepEqual(
    shown({ on_site_due: at(-1), complete_due: at(-36), nearest_due: at(-36), nearest_clock: 'complete' }),
    ['complete', 'over', '完成超时 1 天 12 小时'],
  );
  assert.deepEqual(shown({ accept_due: at(1), nearest_due: at(1), nearest_clock: 'accept' }), [
    'accept',
    'ok',
    '距受理时限 1 小时',
  ]);
});

test('a clock ends soon when the server has said so; an emergency is a level ahead', () => {
  const near = { nearest_due: at(1), nearest_clock: 'on_site' as const };
  assert.equal(clockOf(order({ ...near, escalation: 1 }), now)?.level, 'soon');
  assert.equal(clockOf(order({ ...near, escalation: 1, emergency: true }), now)?.level, 'ok');
  assert.equal(clockOf(order({ ...near, escalation: 2, emergency: true }), now)?.level, 'soon');
});

test('less than half an hour is never told as plenty', () => {
  const minutes = (n: number): Partial<Order> => ({ nearest_due: at(n / 60), nearest_clock: 'accept' });
  assert.equal(clockOf(order(minutes(13)), now)?.level, 'soon');
  assert.equal(clockOf(order({ ...minutes(29), emergency: true }), now)?.level, 'soon');
  assert.equal(clockOf(order(minutes(31)), now)?.level, 'ok');
});

test('a suspended order promises no hour, and says until which day it waits', () => {
  const stopped = { state: 'suspended' as const, suspended_at: at(-2), on_site_at: at(-3), complete_due: null };
  assert.deepEqual(shown(stopped), ['complete', 'paused', '已暂停计时']);
  assert.match(clockOf(order({ ...stopped, resume_expected_at: at(48) }), now)!.words, /^已暂停计时，预计.*恢复$/);
  assert.equal(stagesOf(order(stopped)).at(-1)?.paused, true);
});

test('a suspension does not undo that the time had run out before', () => {
  const late = { suspended_at: at(-2), complete_due: at(-5), nearest_due: at(-5), nearest_clock: 'complete' as const };
  assert.deepEqual(shown({ state: 'suspended', ...late }), ['complete', 'over', '完成超时 5 小时']);
});

test('a round that is in time is not shown late for what an earlier one was', () => {
  const [stage] = stagesOf(order({ complete_due: at(2), completed_at: at(1), complete_late: true }));
  assert.equal(stage?.late, false);
});

test('a span is said in its two largest units, everywhere', () => {
  const minute = 60_000;
  assert.deepEqual(
    [
      20_000,
      minute,
      59.9 * minute,
      60 * minute,
      598 * minute,
      11 * 60 * minute,
      43 * 60 * minute,
      72 * 60 * minute,
    ].map(span),
    ['不到 1 分钟', '1 分钟', '59 分钟', '1 小时', '9 小时 58 分', '11 小时', '1 天 19 小时', '3 天'],
  );
});

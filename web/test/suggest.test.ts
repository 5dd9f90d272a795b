import { strict as assert } from 'node:assert';
import { test } from 'node:test';
import type { Crew, Order } from '@/api/types';
import { suggestionOf } from '@/desk/suggest';

const crews = new Map(
  [
    { id: 1, name: '电工班', active: true, dispatch: 'assign' },
    { id: 2, name: '库房', active: true, dispatch: 'grab' },
    { id: 3, name: '车队', active: true, dispatch: 'in_turn' },
    { id: 4, name: '撤了的班', active: false, dispatch: 'assign' },
  ].map((c) => [c.id, c as unknown as Crew]),
);
const of = (state: string, crew_id: number | null): string | undefined =>
  suggestionOf({ state, crew_id } as unknown as Order, crews)?.verb;

test('what is suggested for an order follows its state and the way of its crew', () => {
  assert.equal(of('submitted', 1), 'dispatch');
  assert.equal(of('accepted', 1), 'dispatch');
  assert.equal(of('submitted', 2), 'accept');
  assert.equal(of('accepted', 2), undefined);
  assert.equal(of('submitted', 3), 'in_turn');
  assert.equal(of('submitted', 4), 'accept');
  assert.equal(of('submitted', null), 'accept');
  assert.equal(of('accepted', null), undefined);
  assert.equal(of('in_progress', 1), undefined);
});

/* One field in the head of every page finds what one may see. */
import { strict as assert } from 'node:assert';
import { order } from './deeds';
import { journey, type Cast } from './journey';
import type { Person } from './person';

async function looks(p: Person, words: string): Promise<void> {
  await p.presses('nav.find');
  await p.page.getByLabel(p.text('nav.find')).and(p.page.getByRole('combobox')).fill(words);
}

async function finding({ comes }: Cast): Promise<void> {
  const asker = await comes('requester', 'phone');
  const o = await order(asker, 'A04', '3-01-ZL');
  await looks(asker, o.number);
  await asker.page.locator('.finding [role=option]', { hasText: o.number }).click();
  await asker.page.waitForURL(`**/orders/${o.id}`);
  await asker.seesState('submitted');

  const desk = await comes('desk', 'desk');
  await looks(desk, o.number);
  await desk.page.locator('.finding [role=option]', { hasText: o.number }).click();
  await desk.page.locator('.panel', { hasText: o.number }).waitFor();

  /* Of another firm: none of their orders. */
  const provider = await comes('provider', 'phone');
  await looks(provider, o.number);
  await provider.sees('没有找到', provider.page.locator('.finding'));
  assert.equal(await provider.page.locator('.finding [role=option]').count(), 0);
}

journey('what is looked for in the head of a page is opened by whoever may see it', finding);

/* The rooms of the sources, and who may go into which. */
import { strict as assert } from 'node:assert';
import { dirname, join } from 'node:path/posix';
import { test } from 'node:test';
import { sources } from './files';

/* What each room is made from; pages are in the rooms of the people who use them. */
const below: Record<string, string[]> = {
  api: ['common/i18n'],
  common: ['api', 'locales'],
  order: ['api', 'common'],
};

test('what any life needs knows none of them, and an order knows no page', () => {
  const wrong: string[] = [];
  for (const { name, text } of sources()) {
    const room = name.split('/')[0];
    if (!below[room]) continue;
    for (const m of text.matchAll(/(?:from |import\()'([@.][^']*)'/g)) {
      const to = m[1].startsWith('@/') ? m[1].slice(2) : join(dirname(name), m[1]);
      if (![room, ...below[room]].some((r) => to === r || to.startsWith(`${r}/`))) wrong.push(`${name}: ${to}`);
    }
    if (room === 'common' && /\bOrder\b/.test(text)) wrong.push(`${name}: Order`);
  }
  assert.deepEqual(wrong, []);
});

import { strict as assert } from 'node:assert';
import { test } from 'node:test';
import { flat, locale, sources } from './files';

const zh = flat(locale('zh'));
const en = flat(locale('en'));
const HAN = /\p{Script=Han}/u;

test('every text is there in Chinese and in English', () => {
  assert.deepEqual(
    [...zh.keys()].filter((k) => !en.has(k)),
    [],
  );
  assert.deepEqual(
    [...en.keys()].filter((k) => !zh.has(k)),
    [],
  );
});

test('no text is empty, and no English text holds Chinese', () => {
  assert.deepEqual(
    [...zh, ...en].filter(([, v]) => !v.trim()).map(([k]) => k),
    [],
  );
  assert.deepEqual(
    [...en].filter(([, v]) => HAN.test(v)).map(([k]) => k),
    [],
  );
});

test('both languages fill in the same things', () => {
  const holes = (s: string): string =>
    [...s.matchAll(/\{(\w+)\}/g)]
      .map((m) => m[1])
      .sort()
      .join();
  assert.deepEqual(
    [...zh].filter(([k, v]) => holes(v) !== holes(en.get(k) ?? '')).map(([k]) => k),
    [],
  );
});

/* Keys written out in full, and beginnings of those that end in a value. */
function used(): { whole: Map<string, string>; begun: Map<string, string> } {
  const whole = new Map<string, string>();
  const begun = new Map<string, string>();
  for (const { name, text } of sources()) {
    for (const m of text.matchAll(/\bte?\(\s*'([^']+)'/g)) whole.set(m[1], name);
    for (const m of text.matchAll(/\bte?\([^()]*?\?\s*'([\w.]+)'\s*:\s*'([\w.]+)'/g))
      [m[1], m[2]].forEach((k) => whole.set(k, name));
    for (const m of text.matchAll(/\bte?\(\s*`([\w.]*)\$\{/g)) begun.set(m[1], name);
    for (const m of text.matchAll(/title: '([\w.]+)'/g)) whole.set(m[1], name);
  }
  return { whole, begun };
}

test('every key that the sources use has its text', () => {
  const { whole, begun } = used();
  assert.ok(whole.size > 200, 'the sources are looked through');
  assert.deepEqual(
    [...whole].filter(([k]) => !zh.has(k)),
    [],
  );
  assert.deepEqual(
    [...begun].filter(([b]) => ![...zh.keys()].some((k) => k.startsWith(b))),
    [],
  );
});

test('every text is used', () => {
  const { whole, begun } = used();
  const all = sources()
    .map((s) => s.text)
    .join('\n');
  const unused = [...zh.keys()].filter(
    (k) => !whole.has(k) && ![...begun.keys()].some((b) => b && k.startsWith(b)) && !all.includes(`'${k}'`),
  );
  assert.deepEqual(unused, []);
});

test('no Chinese is written into the sources', () => {
  const wrong: string[] = [];
  for (const { name, text } of sources()) {
    /* letters of an order, and what is understood of a sentence: nothing is shown */
    if (name === 'common/pinyin.ts' || name === 'order/said.ts') continue;
    const bare = text.replace(/<!--[\s\S]*?-->/g, '').replace(/\/\*[\s\S]*?\*\//g, '');
    bare.split('\n').forEach((line, i) => HAN.test(line) && wrong.push(`${name}:${i + 1}`));
  }
  assert.deepEqual(wrong, []);
});

test('no English is written into the templates', () => {
  const wrong: string[] = [];
  for (const { name, text } of sources()) {
    const template = /<template>([\s\S]*)<\/template>/.exec(text)?.[1] ?? '';
    const bare = template
      .replace(/<!--[\s\S]*?-->/g, '')
      .replace(/\{\{[\s\S]*?\}\}/g, '')
      .replace(/<(?:[^>"']|"[^"]*"|'[^']*')*>/g, '\n');
    for (const line of bare.split('\n')) if (/[A-Za-z]{2,}/.test(line)) wrong.push(`${name}: ${line.trim()}`);
    for (const m of template.matchAll(/\s(?:placeholder|title|aria-label|alt)="([^"]*[A-Za-z]{2,}[^"]*)"/g)) {
      if (!/:$/.test(template.slice(0, m.index + 1))) wrong.push(`${name}: ${m[1]}`);
    }
  }
  assert.deepEqual(wrong, []);
});

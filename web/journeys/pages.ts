/* Every page, for everybody who has it: its width, its words, its access. */
import { strict as assert } from 'node:assert';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { flat, locale } from '../test/files';
import { order } from './deeds';
import { journey } from './journey';
import { SIZES, type Person } from './person';
import type { Lang } from './words';

const pages: Record<string, string[]> = {
  requester: ['/report', '/orders', '/me', '/password', '/nowhere'],
  electrician: ['/work'],
  approver: ['/approve'],
  leader: ['/overview', '/desk?tab=open'],
  desk: ['/desk?tab=open', '/desk?tab=all', '/desk?shape=board', '/desk/intake'],
  sysadmin: [
    'units',
    'persons',
    'crews',
    'providers',
    'places',
    'import',
    'items',
    'areas',
    'sla-classes',
    'routing-rules',
    'calendar',
    'office-hours',
    'accounts',
    'changes',
    'tokens',
    'health',
    'settings',
  ].map((p) => `/admin/${p}`),
  secadmin: ['/admin/grants', '/admin/accounts', '/admin/changes', '/admin/health'],
  auditor: ['/admin/audit', '/admin/changes'],
};

interface AxeResult {
  violations: { id: string; nodes: { target: string[] }[] }[];
}

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const keys = new Set(flat(locale('zh')).keys());

async function opens(p: Person, path: string): Promise<void> {
  await p.goes(path);
  await p.page.locator('#page h1').first().waitFor({ state: 'attached' });
  await p.page.waitForFunction(() => !document.querySelector('.bone'));
  await p.page.waitForTimeout(150);
}

/* What breaks WCAG 2.2 AA as far as a program can tell. */
async function breaches(p: Person): Promise<string[]> {
  await p.page.evaluate(axe);
  const found = (await p.page.evaluate(() =>
    (window as unknown as { axe: { run: (o: unknown) => Promise<unknown> } }).axe.run({
      runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'],
    }),
  )) as AxeResult;
  return found.violations.flatMap((v) => v.nodes.map((n) => `${v.id}: ${n.target.join(' ')}`));
}

const wider = (p: Person): Promise<number> =>
  p.page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);

/* A key instead of its words is a text that looks like "desk.tab.open". */
async function rawKeys(p: Person): Promise<string[]> {
  const text = await p.page.evaluate(() => document.body.innerText);
  return [...text.matchAll(/\b[a-z_]+(?:\.[a-z_]+)+\b/g)]
    .map((m) => m[0])
    .filter((w) => keys.has(w) || /^(verb|did|state|ask|admin|desk)\./.test(w));
}

/* A word of English that goes on in the next line. */
const cutWords = (p: Person): Promise<string[]> =>
  p.page.evaluate(() => {
    const cut: string[] = [];
    const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (texts.nextNode()) {
      const text = texts.currentNode as Text;
      for (const m of text.data.matchAll(/(?<![^\s(])[A-Za-z]{3,24}(?![^\s,.;:)])/g)) {
        const word = document.createRange();
        word.setStart(text, m.index);
        word.setEnd(text, m.index + m[0].length);
        const lines = new Set([...word.getClientRects()].map((r) => Math.round(r.top)));
        if (lines.size > 1 && text.parentElement?.checkVisibility()) cut.push(m[0]);
      }
    }
    return cut;
  });

/* What a field says while it is empty is read whole. */
const cutPlaceholders = (p: Person): Promise<string[]> =>
  p.page.evaluate(() => {
    const pen = document.createElement('canvas').getContext('2d')!;
    return [...document.querySelectorAll<HTMLInputElement>('input[placeholder]')]
      .filter((i) => {
        const style = getComputedStyle(i);
        pen.font = style.font;
        const room = i.clientWidth - parseFloat(style.paddingLeft) - parseFloat(style.paddingRight);
        return i.checkVisibility() && pen.measureText(i.placeholder).width > room + 1;
      })
      .map((i) => i.placeholder);
  });

/* In Chinese every page is looked at by axe too, at the size it is mostly used at. */
async function looks(p: Person, path: string, lang: Lang): Promise<string[]> {
  const wrong = (await rawKeys(p)).map((k) => `${path} shows the key ${k}`);
  if ((await wider(p)) > 0) wrong.push(`${path} is wider than the phone`);
  wrong.push(...(await cutPlaceholders(p)).map((w) => `${path} cuts “${w}”`));
  if (lang === 'en') return [...wrong, ...(await cutWords(p)).map((w) => `${path} cuts “${w}”`)];
  const seated = /^\/(desk|admin)/.test(path);
  if (seated) await p.page.setViewportSize(SIZES.desk);
  wrong.push(...(await breaches(p)).map((b) => `${path}: ${b}`));
  if (seated) await p.page.setViewportSize(SIZES.phone);
  return wrong;
}

for (const [account, paths] of Object.entries(pages)) {
  for (const lang of ['zh', 'en'] as const) {
    journey(
      `every page of ${account} fits 360 px${lang === 'zh' ? ' and can be used by all' : ' in English too'}`,
      async ({ comes }) => {
        const p = await comes(account, 'phone', lang);
        const wrong: string[] = [];
        for (const path of paths) {
          await opens(p, path);
          wrong.push(...(await looks(p, path, lang)));
        }
        assert.deepEqual(wrong, []);
      },
    );
  }
}

journey('the language is switched on the spot and kept', async ({ comes }) => {
  const p = await comes('requester', 'phone');
  await p.page.locator('.lang').click();
  await p.page.locator('h1', { hasText: 'What do you need?' }).waitFor();
  await opens(p, '/orders');
  assert.equal(await p.page.evaluate(() => document.documentElement.lang), 'en');
});

journey('a page asked for without a session leads to the sign-in and back', async ({ stands }) => {
  const p = await stands('requester', 'phone', 'zh', '/orders');
  await p.page.waitForURL((u) => u.pathname === '/sign-in');
  await p.signsIn();
  await p.page.waitForURL((u) => u.pathname === '/orders');
});

journey('an order prints as the sheet people know, and nothing else of the page', async ({ comes }) => {
  const p = await comes('desk', 'desk', 'zh', '/desk?tab=all');
  await p.page.locator('.desk-table .row-button').first().click();
  await p.page.locator('.timeline').waitFor();
  await p.page.emulateMedia({ media: 'print' });
  assert.match(await p.page.locator('.paper').innerText(), /服务派工单[\s\S]*申请人[\s\S]*派工人[\s\S]*验收人/);
  for (const part of ['.top', '.desk-table', '.panel'])
    assert.ok(!(await p.page.locator(part).first().isVisible()), part);
});

journey('the desk works by keyboard: search, next, dispatch', async ({ comes }) => {
  const asker = await comes('requester', 'phone', 'zh', '/report');
  await asker.finds('report.where', '2号楼 2层 走廊', '2号楼 2层 走廊');
  await asker.finds('report.what', '插座', '插座开关故障');
  await asker.presses('report.send');
  const number = (await asker.page.locator('.done-number').innerText()).trim();
  const { page } = await comes('desk', 'desk', 'zh', '/desk');
  await page.locator('.desk-table tr', { hasText: number }).waitFor();
  await page.keyboard.press('/');
  await page.keyboard.type(number);
  await page.waitForFunction(() => document.querySelectorAll('.desk-table tbody tr').length === 1);
  for (const key of ['Escape', 'j', 'd']) await page.keyboard.press(key);
  const box = page.locator('dialog[open]');
  await box
    .locator('label.one.on', { hasText: '电工班' })
    .getByText(/在办 \d+/)
    .waitFor();
  await box.locator('input[type=text]').press('Enter');
  await box.waitFor({ state: 'detached' });
  await page.locator('.panel .tag', { hasText: /^已派工$/ }).waitFor();
});

journey('every verb that the desk may do has a key', async ({ comes }) => {
  const desk = await comes('desk', 'desk', 'zh', '/desk?tab=to_accept');
  const asker = await comes('requester', 'phone');
  const o = await order(asker, 'A04', '2-04-ZL');
  const row = desk.page.locator('.desk-table tr', { hasText: o.number });
  await row.click();
  await desk.page.locator('.panel .timeline').waitFor();
  const untold = await desk.page.locator('.panel-verbs > .button:not([title])').allInnerTexts();
  assert.deepEqual(untold, [], 'each button tells its key');
  for (const [key, verb] of [
    ['r', 'return'],
    ['p', 'raise_priority'],
    ['l', 'add_leg'],
    ['x', 'cancel'],
    ['c', 'comment'],
    ['i', 'in_turn'],
  ]) {
    await desk.page.keyboard.press(key);
    const box = desk.page.locator('dialog[open]');
    await box.getByRole('heading', { name: desk.text(`verb.${verb}`), exact: true }).waitFor();
    await box
      .getByRole('button', { name: desk.text('common.close'), exact: true })
      .last()
      .click();
    await box.waitFor({ state: 'detached' });
  }
  await desk.page.keyboard.press('g');
  await desk.sees(desk.text('desk.not_now', { verb: desk.text('verb.grant_extension') }));
});

journey('the same matter at the same place is offered before it is reported twice', async ({ comes }) => {
  const one = await comes('requester', 'phone', 'zh', '/report');
  await one.finds('report.where', '2号楼 3层 走廊', '2号楼 3层 走廊');
  await one.finds('report.what', '空调', '空调故障');
  await one.presses('report.send');
  const number = (await one.page.locator('.done-number').innerText()).trim();
  const other = await comes('leader', 'phone', 'zh', '/report');
  await other.finds('report.where', '2号楼 3层 走廊', '2号楼 3层 走廊');
  await other.finds('report.what', '空调', '空调故障');
  await other.page.locator('.twins', { hasText: number }).waitFor();
});

journey('a place that is filled in late gives way to what is being typed', async ({ comes }) => {
  const one = await comes('leader', 'phone');
  let answer = (): void => undefined;
  const late = new Promise<void>((resolve) => {
    answer = resolve;
  });
  await one.page.route(/\/people\?/, async (route) => {
    await late;
    await route.continue();
  });
  await one.goes('/report');
  const where = one.page.getByRole('combobox', { name: one.text('report.where') });
  await where.click();
  answer();
  await one.page.waitForFunction(() => (document.activeElement as HTMLInputElement).value !== '');
  await one.page.keyboard.type('3号楼 1层');
  assert.equal(await where.inputValue(), '3号楼 1层');
});

journey('an opened order stands beside the list on a desk and over it on a phone', async ({ comes }) => {
  const { page } = await comes('desk', 'desk', 'zh', '/desk?tab=all');
  await page.locator('.desk-table .row-button').first().click();
  const panel = page.locator('.desk-side');
  await panel.locator('.timeline').waitFor();
  for (const width of [1280, 1440, 1920]) {
    await page.setViewportSize({ width, height: 900 });
    const [list, side] = [await page.locator('.desk-list').boundingBox(), await panel.boundingBox()];
    const head = await page.locator('header.top').boundingBox();
    assert.ok(list && side && head && side.x >= list.x + list.width - 1 && side.width >= 380, `at ${width}`);
    assert.ok(side.y < head.y + 250, `below the head, at ${width}`);
  }
  await page.setViewportSize(SIZES.phone);
  const side = await panel.boundingBox();
  assert.ok(side && side.width === 360 && side.y < 5, 'the whole phone');
});

/* A caller on the phone: the desk's hands stay on the keys. */
import { strict as assert } from 'node:assert';
import { order } from './deeds';
import { journey, type Cast } from './journey';
import type { Person } from './person';

/* What the focus stands on, as it is called. */
async function focused(p: Person): Promise<string> {
  return p.page.evaluate(() => {
    const at = document.activeElement as HTMLInputElement | null;
    return at?.labels?.[0]?.innerText ?? at?.getAttribute('aria-label') ?? at?.innerText ?? '';
  });
}

/* Tab on to what is called so; the focus is never lost on the way. */
async function tabsTo(p: Person, name: string, steps = 25): Promise<void> {
  for (let i = 0; i < steps; i++) {
    if ((await focused(p)).trim().startsWith(name)) return;
    assert.ok(
      i === 0 || (await p.page.evaluate(() => document.activeElement !== document.body)),
      `the focus is lost before ${name}`,
    );
    await p.page.keyboard.press('Tab');
  }
  throw new Error(`${name} is not reached by ${steps} tabs; the focus is on ${await focused(p)}`);
}

/* Type into the search box that has the focus and take the first found. */
async function types(p: Person, words: string, option: string): Promise<void> {
  await p.page.keyboard.press('ControlOrMeta+a');
  await p.page.keyboard.type(words);
  await p.page.locator('[role=option][aria-selected=true]', { hasText: option }).filter({ visible: true }).waitFor();
  await p.page.keyboard.press('Enter');
}

async function theDeskTakesTheCall(desk: Person, caller: string, twin: string): Promise<string> {
  const { keyboard } = desk.page;
  await keyboard.press('n');
  await desk.page.waitForURL('**/desk/intake');
  await tabsTo(desk, '来电人');
  await types(desk, caller, caller);
  await desk.sees('财务科', desk.page.locator('.intake .facts'));
  await tabsTo(desk, '什么事');
  await types(desk, '水龙头漏水', '龙头阀门滴漏');
  /* Past the link that leads by building, floor and room. */
  await keyboard.press('Shift+Tab');
  await keyboard.press('Shift+Tab');
  await types(desk, '2hl2cnwsj', '2号楼 2层 男卫生间');
  await desk.page.locator('.twins', { hasText: twin }).waitFor();
  await tabsTo(desk, '提交');
  await keyboard.press('Enter');
  const number = (await desk.page.locator('.after .number').innerText()).trim();
  await tabsTo(desk, '查看进度');
  await keyboard.press('Enter');
  await desk.page.locator('.panel-head', { hasText: number }).waitFor();
  return number;
}

async function theDeskMerges(desk: Person, twin: string): Promise<void> {
  await desk.page.locator('.panel .twins', { hasText: twin }).waitFor();
  await desk.page.keyboard.press('m');
  await tabsTo(desk, '合并到');
  await types(desk, twin, twin);
  await tabsTo(desk, '合并理由'); /* nothing to say: it is plainly the same */
  await tabsTo(desk, '关闭');
  await tabsTo(desk, '合并');
  await desk.page.keyboard.press('Enter');
  await desk.page.locator('.panel .tag', { hasText: '已合并' }).waitFor();
}

async function thePhone({ comes }: Cast): Promise<void> {
  const desk = await comes('desk', 'desk');
  const first = await comes('requester', 'phone');
  const caller = await comes('accountant', 'phone', 'zh', '/orders');
  const { name } = await caller.asks<{ name: string }>('GET', '/session');
  const twin = await order(first, 'A10', '2-02-WM');
  const number = await theDeskTakesTheCall(desk, name, twin.number);
  assert.notEqual(number, twin.number);
  await theDeskMerges(desk, twin.number);
  await caller.sees(new RegExp(`${number}.*已合并`));
}

journey('a caller is served by the keyboard alone: his duplicate is offered, merged, and he is told', thePhone);

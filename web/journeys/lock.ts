/* A page that nobody has touched is locked; what cannot wait is seen over it. */
import { strict as assert } from 'node:assert';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { order, verb } from './deeds';
import { journey, type Cast } from './journey';
import { PASSWORD, PICTURES } from './office';
import { SIZES, type Person } from './person';

const SHORT_S = 60; /* the least that the setting takes */
const WAIT_MS = SHORT_S * 1000 + 20_000; /* until what comes by the clock has come */
const WALK_MS = 240_000; /* a minute of it is waited for, whatever the machine */

interface Setting {
  id: number;
}

/* In force for everybody until it is taken back. */
async function lockAfter(admin: Person, seconds: number): Promise<void> {
  const query = '/settings?name=session.idle_s';
  const [old] = (await admin.asks<{ items: Setting[] }>('GET', query)).items;
  if (old) await admin.asks('PATCH', `/settings/${old.id}`, { value: String(seconds) });
  else await admin.asks('POST', '/settings', { name: 'session.idle_s', value: String(seconds) });
}

/* Both languages, both widths, light and dark. */
async function shots(p: Person, name: string): Promise<void> {
  mkdirSync(PICTURES, { recursive: true });
  for (const scheme of ['light', 'dark'] as const)
    for (const [seat, size] of Object.entries(SIZES)) {
      await p.page.emulateMedia({ colorScheme: scheme });
      await p.page.setViewportSize(size);
      await p.page.screenshot({ path: join(PICTURES, `lock-${name}-${p.lang}-${seat}-${scheme}.png`) });
      assert.ok(
        await p.page.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth),
        'nothing runs out of the side',
      );
    }
}

/* Presses what says that it is soon; when that was, not later than it was. */
async function touches(p: Person): Promise<number> {
  const soon = p.page.locator('.soon');
  await soon.waitFor({ timeout: WAIT_MS });
  const at = Date.now();
  await soon.click();
  await soon.waitFor({ state: 'detached' });
  return at;
}

async function lockedButNotBlind({ comes }: Cast): Promise<void> {
  await lockAfter(await comes('sysadmin', 'desk'), SHORT_S);
  const desk = await comes('desk', 'desk', 'zh', '/report');
  const other = await comes('desk', 'phone', 'en', '/desk');
  const touching = await comes('desk', 'phone', 'zh', '/orders');
  await desk.finds('report.where', '3号楼 2层 走廊', '3号楼 2层 走廊');
  await desk.finds('report.what', '灯具不亮', '灯具不亮');
  const words = desk.page.getByLabel(desk.text('report.description')).first();
  await words.fill('来电：三楼走廊灯不亮，电话 13800001111');
  for (const p of [desk, other, touching]) p.expects(401, /\/api\/v1\//);

  /* It is told before, and one touch is enough to go on: each looks at the page of its own, for half a minute is short. */
  const [, , touched] = await Promise.all([
    desk.sees(/秒后锁定，点一下继续/, desk.page, WAIT_MS),
    other.sees(/Locked in \d+ s/, other.page, WAIT_MS),
    touches(touching),
  ]);
  await Promise.all([shots(desk, 'soon'), shots(other, 'soon')]);

  /* Then it is locked, and of what was typed nothing is seen. */
  await Promise.all([desk, other].map((p) => p.page.locator('dialog.lock').waitFor({ timeout: WAIT_MS })));
  const spared = (await touching.page.locator('dialog.lock').count()) === 0;
  assert.ok(spared || Date.now() - touched > SHORT_S * 1000, 'a touched page has its time anew');
  const asker = await comes('requester', 'phone');
  await lockAfter(await comes('sysadmin', 'desk'), 600);
  assert.equal(await words.isVisible(), false);
  assert.equal((await desk.page.evaluate(() => document.body.innerText)).includes('来电'), false);

  /* A lift with people in it is seen on it, without what was said. */
  const o = await order(asker, 'A17', '3-03-ZL', { description: '两个人困在里面，找老张' });
  const bar = desk.page.locator('dialog.lock .alarms');
  await bar.waitFor({ timeout: 30_000 });
  await desk.sees(/时限|超时/, bar);
  assert.equal((await bar.innerText()).includes('老张'), false);
  assert.match(await desk.page.title(), /^\(!\d+\) /);
  await other.page.locator('dialog.lock .alarms').waitFor({ timeout: 30_000 });
  await shots(desk, 'alarm');
  await shots(other, 'alarm');

  /* Escape and going back lead nowhere; a wrong password says so; the right one opens it where one was. */
  await desk.page.keyboard.press('Escape');
  await desk.page.keyboard.press('Escape');
  await desk.page.evaluate(() => history.back());
  await desk.page.locator('dialog.lock[open]').waitFor();
  const password = desk.page.locator('dialog.lock input[name=password]');
  await password.fill('wrong');
  await password.press('Enter');
  await desk.page.locator('dialog.lock [aria-invalid=true]').waitFor();
  await password.fill(PASSWORD);
  await password.press('Enter');
  await desk.page.locator('dialog.lock').waitFor({ state: 'detached' });
  assert.match(await words.inputValue(), /三楼走廊灯不亮/);
  assert.ok(desk.page.url().endsWith('/report'));
  await verb(desk, o, 'cancel', { reason: '演练' });

  /* Somebody else begins anew. */
  await other.presses('sign_in.as_other');
  await other.page.locator('input[name=account]').waitFor();
}

journey('a page nobody touches is locked, and a lift with people in it is seen over it', lockedButNotBlind, WALK_MS);

// pictures - the pictures of the README, taken from a running demo office.
//
//   build/liangcao serve --data office &
//   node tools/pictures.mjs [http://127.0.0.1:8080] [docs/pictures]
//
// Needs web/node_modules (npm ci in web/) and Debian's Chromium.
import { createRequire } from 'node:module';

const { chromium } = createRequire(new URL('../web/package.json', import.meta.url))('playwright-core');
const base = process.argv[2] ?? 'http://127.0.0.1:8080';
const to = process.argv[3] ?? new URL('../docs/pictures', import.meta.url).pathname;

const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox'] });

async function signedIn(account, options) {
  const context = await browser.newContext({ locale: 'zh-CN', timezoneId: 'Asia/Shanghai', ...options });
  const page = await context.newPage();
  await page.goto(`${base}/sign-in`);
  await page.fill('input[name=account]', account);
  await page.fill('input[name=password]', 'Liangcao-2026');
  await page.click('button[type=submit]');
  await page.waitForURL((url) => !url.pathname.startsWith('/sign-in'));
  return page;
}

// The desk, with an order open beside the list.
{
  const page = await signedIn('desk', { viewport: { width: 1440, height: 900 } });
  await page.goto(`${base}/desk`);
  await page.waitForSelector('.desk-table tbody tr');
  await page.getByRole('tab', { name: '在办' }).first().click();
  await page.waitForTimeout(1500);
  const rows = page.locator('.desk-table tbody tr');
  const urgent = rows.filter({ has: page.locator('.pri1') });
  await ((await urgent.count()) ? urgent.first() : rows.nth(1)).click();
  await page.waitForSelector('.desk-side h2, .desk-side h1');
  await page.waitForTimeout(1500);
  await page.screenshot({ path: `${to}/desk.png` });
  await page.context().close();
}

// A dead corridor light, reported on a phone.
{
  const page = await signedIn('requester', { viewport: { width: 390, height: 844 }, deviceScaleFactor: 1.5, isMobile: true, hasTouch: true });
  await page.goto(`${base}/report`);
  await page.waitForSelector('form.report input');
  const what = page.locator('form.report [role=combobox]').nth(1);
  await what.click();
  await what.pressSequentially('灯', { delay: 50 });
  await page.waitForTimeout(1200);
  await page.locator('[role=option]:not([aria-disabled=true]):visible').first().click();
  await page.waitForTimeout(1500);
  await page.evaluate(() => scrollTo(0, 0));
  await page.screenshot({ path: `${to}/phone.png` });
  await page.context().close();
}

await browser.close();

/* What was cut, covered or in the way when somebody looked at it. */
import { strict as assert } from 'node:assert';
import type { Locator } from 'playwright-core';
import { opens, order, sent, verb } from './deeds';
import { journey, type Cast } from './journey';

type Box = NonNullable<Awaited<ReturnType<Locator['boundingBox']>>>;

async function boxOf(what: Locator): Promise<Box> {
  const box = await what.boundingBox();
  assert.ok(box, 'it is seen');
  return box;
}

/* All that is seen of WHAT stands at one height. */
async function inOneLine(what: Locator): Promise<boolean> {
  const middles: number[] = [];
  for (const one of await what.all()) {
    const box = await one.boundingBox();
    if (box) middles.push(box.y + box.height / 2);
  }
  assert.ok(middles.length > 1);
  return Math.max(...middles) - Math.min(...middles) < 12;
}

async function headsKeepToALine({ comes }: Cast): Promise<void> {
  for (const lang of ['zh', 'en'] as const) {
    const desk = await comes('desk', 'desk', lang, '/desk');
    await desk.page.locator('.desk-table tbody tr').first().waitFor();
    assert.ok(await inOneLine(desk.page.locator('.filters > *, .shapes > *, .intake')), `the desk's filters, ${lang}`);
    const tabs = desk.page.getByRole('tablist');
    assert.ok(await tabs.evaluate((e) => e.scrollWidth <= e.clientWidth), `the desk's lists, ${lang}`);
    const admin = await comes('sysadmin', 'desk', lang, '/admin/accounts');
    await admin.page.locator('table.plain tbody tr').first().waitFor();
    assert.ok(await inOneLine(admin.page.locator('.nouns .bar > .input, .nouns .does > *')), `accounts, ${lang}`);
    const phone = await comes('desk', 'phone', lang, '/desk');
    await phone.page.locator('.desk-table tbody tr').first().waitFor();
    assert.ok(await inOneLine(phone.page.locator('.filters > *, .desk-bar > .intake')), `on a phone, ${lang}`);
  }
}

/* Beyond the foot of the dialog, where that is short; and the dialog stays where it is. */
async function listsAreWhole({ comes }: Cast): Promise<void> {
  const asker = await comes('requester', 'phone');
  const desk = await comes('desk', 'desk', 'zh', '/desk');
  const o = await order(asker, 'A04', '3-04-ZL');
  await opens(desk, 'to_accept', o.number);
  await desk.presses('verb.add_leg');
  const dialog = desk.page.locator('dialog[open]');
  const before = await boxOf(dialog);
  const field = dialog.getByRole('combobox').first();
  await field.fill('灯');
  await dialog.getByRole('option').first().waitFor();
  const list = dialog.locator('.combo-layer').filter({ visible: true });
  const box = await boxOf(list);
  const at = await boxOf(field);
  assert.ok(Math.abs(box.y - at.y - at.height) < 8 && Math.abs(box.x - at.x) < 2, 'it hangs on its field');
  assert.deepEqual(await boxOf(dialog), before, 'the dialog does not move');
  const last = dialog.getByRole('option').last();
  await last.scrollIntoViewIfNeeded();
  await last.click();
  assert.notEqual(await field.inputValue(), '灯', 'what stands last can be pressed');
  await list.waitFor({ state: 'detached' }).catch(() => undefined);
  assert.equal(await list.count(), 0);
}

async function thereIsAWayBack({ comes }: Cast): Promise<void> {
  const p = await comes('requester', 'phone');
  const o = await order(p, 'A04', '3-03-ZL');
  await p.goes('/orders');
  const back = p.page.getByRole('button', { name: p.text('common.back') });
  assert.equal(await back.count(), 0, 'not where the foot leads');
  await p.page.locator('.order-card', { hasText: o.number }).locator('a').first().click();
  await p.page.waitForURL('**/orders/*');
  const box = await boxOf(back);
  assert.ok(box.width >= 44 && box.height >= 44, 'for a thumb');
  await back.click();
  await p.page.waitForURL('**/orders');
  /* Of the first page of a visit it leads to what lies above. */
  await p.goes(`/orders/${o.id}`);
  await back.click();
  await p.page.waitForURL('**/orders');
}

async function whatIsSaidIsNotInTheWay({ comes }: Cast): Promise<void> {
  const p = await comes('requester', 'phone');
  const o = await order(p, 'A04', '3-02-ZL');
  await p.goes(`/orders/${o.id}`);
  await p.does('comment', { fill: { 'ask.comment_note': '从东边楼梯上来' } });
  const toast = await boxOf(p.page.locator('.toast').first());
  const foot = await boxOf(p.page.locator('.bottom-nav'));
  assert.ok(toast.y + toast.height < foot.y - 200, 'it stands above, where no thumb is');
}

async function theHouseInBothLanguages({ comes }: Cast): Promise<void> {
  const desk = await comes('desk', 'desk');
  const o = await order(await comes('requester', 'phone'), 'A04', '3-05-ZL');
  await sent(desk, o, 'electricians');
  const crew = await comes('electrician', 'phone', 'en', '/work');
  await crew.page.locator('.job', { hasText: o.number }).waitFor();
  await crew.settles();
  const text = await crew.page.locator('main').innerText();
  assert.match(text, /Building \d/);
  assert.doesNotMatch(text, /\d号楼/);
}

async function dueSoonIsWhatIsAmber({ comes }: Cast): Promise<void> {
  const asker = await comes('requester', 'phone');
  const o = await order(asker, 'A17', '3-03-ZL', { description: '门打不开' }); /* somebody is there in minutes */
  const desk = await comes('desk', 'desk', 'zh', '/desk?tab=due_soon');
  const rows = desk.page.locator('.desk-table tbody tr');
  await rows.filter({ hasText: o.number }).waitFor();
  assert.equal(await rows.locator('.clock-soon').count(), await rows.count(), 'every one of the list');
  await desk.page.getByRole('tab', { name: desk.text('desk.tab.open') }).click();
  const amber = desk.page.locator('.desk-table .clock-soon');
  await amber.first().waitFor();
  const told = desk.page.getByRole('tab', { name: desk.text('desk.tab.due_soon') }).locator('.count');
  await told.filter({ hasText: new RegExp(`^${await amber.count()}$`) }).waitFor();
  await verb(desk, o, 'cancel', { reason: '演练' });
}

async function aCallersEarlierOrders({ comes }: Cast): Promise<void> {
  const desk = await comes('desk', 'desk', 'zh', '/desk/intake');
  const calls = async (): Promise<void> => {
    await desk.presses('intake.not_in_list');
    await desk.writes('intake.caller_name', '门口摆摊的');
    await desk.writes('report.phone', '13911112222');
    await desk.page.getByLabel(desk.text('report.phone')).first().press('Tab');
  };
  await calls();
  await desk.finds('report.where', '1hl3czl', '1号楼 3层 走廊');
  await desk.finds('report.what', '灯不亮', '灯具不亮');
  assert.equal(await desk.page.locator('.past-one').count(), 0);
  await desk.presses('report.send');
  await desk.page.locator('.after .number').waitFor();
  await desk.presses('intake.next');
  await calls();
  await desk.page.locator('.past-one', { hasText: '灯具不亮' }).waitFor();
}

journey('the heads of lists keep to one line, in both languages, at a desk and on a phone', headsKeepToALine);
journey('what drops down in a dialog is seen whole, and nothing moves for it', listsAreWhole);
journey('on a phone a page below another has a way back in its head', thereIsAWayBack);
journey('what is said on a phone covers no button', whatIsSaidIsNotInTheWay);
journey('a crew reads houses and rooms in English too', theHouseInBothLanguages);
journey('what is due soon is what is amber, in rows and in the count', dueSoonIsWhatIsAmber);
journey('a caller who is in no list is known by the number', aCallersEarlierOrders);

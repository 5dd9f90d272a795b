/* The example of docs/TOUR.md (tests/engine/example): a noun and a life for which the interface holds no line. */
import { strict as assert } from 'node:assert';
import { placeOf } from './deeds';
import { journey, type Cast } from './journey';
import type { Person } from './person';

const button = (p: Person, name: string) =>
  p.page.locator('dialog[open]').last().getByRole('button', { name, exact: true }).last();

async function dialogs(p: Person, n: number): Promise<void> {
  await p.page.waitForFunction((n) => document.querySelectorAll('dialog[open]').length === n, n);
}

async function lends({ comes }: Cast): Promise<void> {
  const p = await comes('desk', 'desk');
  const place = (await p.asks<{ items: { id: number; code: string }[] }>('GET', '/places?limit=1')).items[0];
  const admin = await comes('sysadmin', 'desk', 'zh', '/admin/keys');
  const key = await admin.asks<{ id: number }>('POST', '/keys', {
    tag: 'E2E-7',
    kind: 'roof',
    place_id: await placeOf(admin, place.code),
    copies: 2,
  });
  assert.equal(await admin.page.locator('.side a', { hasText: '钥匙借用' }).count(), 0);

  /* Whoever can have to do with a lending has its page in the menu, beside the administration, and sees their own. */
  const until = new Date(Date.now() + 30 * 3600_000).toISOString();
  const requester = await comes('requester', 'phone');
  await requester.page.locator('.bottom-nav a', { hasText: requester.text('nav.matters') }).click();
  await requester.page.waitForURL('**/matters/lendings');
  /* They may not list keys, and find the one they want by its tag, or by where it is. */
  await requester.presses('common.add');
  const wish = requester.page.locator('dialog[open]');
  await wish.getByRole('combobox').first().fill('E2E-7');
  await wish.getByRole('option').filter({ hasText: 'E2E-7' }).first().click();
  await wish.locator('input[type=datetime-local]').fill(until.slice(0, 16));
  await requester.presses('common.save');
  await dialogs(requester, 0);
  const own = (await requester.asks<{ items: { id: number; key_id: number }[] }>('GET', '/lendings')).items[0];
  assert.equal(own.key_id, key.id);
  await requester.goes(`/matters/lendings?row=${own.id}`);
  await requester.page.locator('dialog[open]').getByText('E2E-7').waitFor();
  requester.expects(404, /\/lendings\/\d+/);
  await button(requester, '撤回').click();
  await dialogs(requester, 0);

  /* One asks for it on the page. */
  await p.page.locator('.top-nav a', { hasText: p.text('nav.matters') }).click();
  await p.presses('common.add');
  const form = p.page.locator('dialog[open]');
  await form.getByRole('combobox').first().fill('E2E');
  await form.getByRole('option').filter({ hasText: 'E2E-7' }).first().click();
  await form.locator('input[type=datetime-local]').fill(until.slice(0, 16));
  await p.presses('common.save');
  const row = p.page.locator('.plain tbody tr', { hasText: 'E2E-7' });
  await row.getByText('待领取').waitFor();

  /* What may be done stands on its buttons, in the server's words. */
  await row.getByRole('button').click();
  await button(p, '撤回').waitFor();
  const { id } = (await p.asks<{ items: { id: number }[] }>('GET', '/lendings')).items[0];
  await p.asks('POST', `/lendings/${id}/hand_over`, {});

  /* What has become of it meanwhile is told, and what may be done now. */
  p.expects(412, /\/withdraw/);
  await button(p, '撤回').click();
  await button(p, '报失').waitFor();
  await button(p, '报失').click();
  await dialogs(p, 2);
  await button(p, '报失').click();
  await p.page.locator('.has-error').waitFor();
  await p.page.locator('dialog[open]').last().locator('textarea').first().fill('掉进河里了');
  await button(p, '报失').click();
  await dialogs(p, 1);
  await p.page.locator('dialog[open]').getByText('已遗失').waitFor();
  await button(p, p.text('common.close')).click();
  await row.getByText('已遗失').waitFor();
  assert.equal((await admin.asks<{ items: { lent: number }[] }>('GET', '/keys?tag=E2E-7')).items[0].lent, 0);
}

journey('a noun with a life has its page, its buttons and what each asks without a line of its own', lends);

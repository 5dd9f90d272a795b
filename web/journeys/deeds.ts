/* What people do in more than one journey. */
import type { Person } from './person';

export interface Order {
  id: number;
  number: string;
  state: string;
  version: number;
}

/* Where, what, phone: the number that the page answers with. */
export async function reports(
  p: Person,
  place: string,
  initials: string,
  item: string,
  words: string,
): Promise<string> {
  await p.goes('/report');
  await p.finds('report.where', initials, place);
  await p.finds('report.what', words, item);
  await p.writes('report.phone', '87051234');
  await p.presses('report.send');
  await p.sees(p.text('report.done'));
  return (await p.page.locator('.done-number').innerText()).trim();
}

/* The electrician opens what was sent to his crew. */
export async function takesUp(crew: Person, number: string): Promise<void> {
  await crew.page.locator('.job', { hasText: number }).getByRole('link').first().click();
}

export async function placeOf(p: Person, code: string): Promise<number> {
  const found = await p.asks<{ items: { id: number }[] }>('GET', `/places?code=${code}`);
  return found.items[0].id;
}

/* An order made behind the page, where another journey has shown how it is made in front. */
export async function order(
  p: Person,
  item_code: string,
  place: string,
  more: Record<string, unknown> = {},
): Promise<Order> {
  return p.asks<Order>('POST', '/orders', { item_code, place_id: await placeOf(p, place), phone: '87051234', ...more });
}

export async function verb(p: Person, o: Order, word: string, body: Record<string, unknown> = {}): Promise<Order> {
  return p.asks<Order>('POST', `/orders/${o.id}/${word}`, body);
}

export async function crewOf(p: Person, code: string): Promise<number> {
  const found = await p.asks<{ items: { id: number }[] }>('GET', `/crews?code=${code}`);
  return found.items[0].id;
}

/* Accepted and sent to the crew, by the desk. */
export async function sent(desk: Person, o: Order, crew: string): Promise<Order> {
  await verb(desk, o, 'accept');
  return verb(desk, o, 'dispatch', { crew_id: await crewOf(desk, crew) });
}

/* The desk opens an order of one of its lists. */
export async function opens(desk: Person, tab: string, number: string): Promise<void> {
  await desk.page.getByRole('tab', { name: new RegExp(`^${desk.text(`desk.tab.${tab}`)}`) }).click();
  await desk.page.locator('.desk-table tr', { hasText: number }).getByRole('button').click();
  await desk.page.locator('.panel-head', { hasText: number }).waitFor();
}

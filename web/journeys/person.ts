/*
 * A person in front of the page.  Says what is seen and pressed in the words
 * of the interface; remembers everything that went wrong underneath.
 */
import { strict as assert } from 'node:assert';
import type { BrowserContext, Locator, Page, Request } from 'playwright-core';
import { at, PASSWORD, windowOf } from './office';
import { say, type Lang } from './words';

export type Seat = 'phone' | 'desk';

export const SIZES = { phone: { width: 360, height: 740 }, desk: { width: 1440, height: 900 } };

/* Long enough for a busy machine, short enough to tell. */
const PATIENCE = 20_000;

interface Answers {
  fill?: Record<string, string>;
  choose?: string[];
  called?: string;
}

export class Person {
  readonly troubles: string[] = [];
  private asked = 0; /* requests under way, without the event stream */
  private readonly expected: RegExp[] = [/ 401 .*\/api\/v1\/session$/];

  constructor(
    readonly page: Page,
    readonly account: string,
    public lang: Lang,
  ) {
    page.setDefaultTimeout(PATIENCE);
    const counts = (r: Request): boolean => !r.url().endsWith('/stream');
    page.on('request', (r) => {
      if (counts(r)) this.asked++;
    });
    page.on('requestfinished', (r) => {
      if (counts(r)) this.asked--;
    });
    page.on('requestfailed', (r) => {
      if (counts(r)) this.asked--;
    });
    page.on('pageerror', (e) => this.trouble(`error: ${e.message}`));
    page.on('console', (m) => {
      /* What failed to load is told below, with its status. */
      if ((m.type() === 'error' || m.type() === 'warning') && !m.text().startsWith('Failed to load resource'))
        this.trouble(`console: ${m.text()}`);
    });
    page.on('response', (r) => {
      if (r.status() >= 400) this.trouble(`answer: ${r.status()} ${r.request().method()} ${r.url()}`);
    });
    page.on('requestfailed', (r) => {
      /* Leaving a page ends what was under way. */
      if (r.failure()?.errorText !== 'net::ERR_ABORTED') this.trouble(`failed: ${r.failure()?.errorText} ${r.url()}`);
    });
  }

  private trouble(what: string): void {
    if (!this.expected.some((e) => e.test(what))) this.troubles.push(what);
  }

  /* A refusal that belongs to the journey. */
  expects(status: number, path: RegExp): void {
    this.expected.push(new RegExp(`answer: ${status} \\w+ .*${path.source}`));
  }

  /* What belongs to a machine without a network. */
  mayFail(what: RegExp): void {
    this.expected.push(what);
  }

  text(key: string, named: Record<string, unknown> = {}): string {
    return say(this.lang, key, named);
  }

  /* The dialog when one is open, else the page. */
  async front(): Promise<Locator> {
    const dialog = this.page.locator('dialog[open]');
    return (await dialog.count()) ? dialog : this.page.locator('body');
  }

  async goes(path: string): Promise<void> {
    await this.page.goto(at(path));
  }

  /* Waits until the page has asked all it wants to know. */
  async settles(): Promise<void> {
    for (let quiet = 0, tries = 0; quiet < 3 && tries < 200; tries++) {
      await this.page.waitForTimeout(50);
      quiet = this.asked > 0 ? 0 : quiet + 1;
    }
  }

  async signsIn(password = PASSWORD): Promise<void> {
    await this.page.locator('input[name=account]').fill(this.account);
    await this.page.locator('input[name=password]').fill(password);
    await this.page.locator('input[name=password]').press('Enter');
  }

  /* The button or link that is called so. */
  named(key: string, named: Record<string, unknown> = {}, within: Locator | Page = this.page): Locator {
    const name = this.text(key, named);
    return within
      .getByRole('button', { name, exact: true })
      .or(within.getByRole('link', { name, exact: true }))
      .first();
  }

  async presses(key: string, named: Record<string, unknown> = {}): Promise<void> {
    await this.named(key, named, await this.front()).click();
  }

  async writes(key: string, words: string): Promise<void> {
    await (await this.front()).getByLabel(this.text(key)).first().fill(words);
  }

  /* Types into a search box and takes the first that holds OPTION. */
  async finds(key: string, words: string, option: string): Promise<void> {
    const front = await this.front();
    await front
      .getByRole('combobox', { name: this.text(key) })
      .first()
      .fill(words);
    await front.getByRole('option').filter({ hasText: option }).first().click();
  }

  async sees(text: string | RegExp, within: Locator | Page = this.page, timeout = PATIENCE): Promise<void> {
    await within.getByText(text).filter({ visible: true }).first().waitFor({ timeout });
  }

  async seesNot(text: string | RegExp): Promise<void> {
    await this.page.getByText(text).filter({ visible: true }).first().waitFor({ state: 'detached' });
  }

  /* The state the page shows of the order. */
  async seesState(state: string): Promise<void> {
    await this.page
      .locator('.tag')
      .filter({ hasText: new RegExp(`^${this.text(`state.${state}`)}$`) })
      .filter({ visible: true })
      .first()
      .waitFor();
  }

  /* Presses a verb's button; ANSWERS fill in its dialog by label, radio words are chosen, CALLED is another name of it. */
  async does(verb: string, answers: Answers = {}): Promise<void> {
    await this.presses(answers.called ?? `verb.${verb}`);
    if (answers.fill || answers.choose) await this.answers(verb, answers);
    await this.page.locator('dialog[open]').waitFor({ state: 'detached' });
  }

  async answers(verb: string, { fill = {}, choose = [], called = `verb.${verb}` }: Answers): Promise<void> {
    const dialog = this.page.locator('dialog[open]');
    for (const key of choose)
      await dialog
        .locator('label.chip')
        .filter({ hasText: this.text(key) })
        .click();
    for (const [key, words] of Object.entries(fill)) await dialog.getByLabel(this.text(key)).first().fill(words);
    await dialog
      .locator('.modal-foot')
      .getByRole('button', { name: this.text(called), exact: true })
      .click();
  }

  /* Asks the server as the page does; for what lies before a journey. */
  async asks<T>(method: string, path: string, body?: unknown): Promise<T> {
    return this.page.evaluate(
      async ([method, path, body]) => {
        const { csrf } = (await (await fetch('/api/v1/session')).json()) as { csrf: string };
        const answer = await fetch(`/api/v1${path}`, {
          method: method,
          headers: { 'X-CSRF-Token': csrf, 'Content-Type': 'application/json' },
          body: body === undefined ? undefined : JSON.stringify(body),
        });
        if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
        return answer.json();
      },
      [method, path, body] as const,
    ) as Promise<T>;
  }

  /* Nothing went wrong that the journey did not call for. */
  unharmed(): void {
    assert.deepEqual(this.troubles, [], `${this.account} met no trouble`);
  }
}

export async function someone(account: string, seat: Seat, lang: Lang): Promise<Person> {
  const context: BrowserContext = await windowOf({
    viewport: SIZES[seat],
    locale: lang === 'zh' ? 'zh-CN' : 'en-GB',
    isMobile: seat === 'phone',
    hasTouch: seat === 'phone',
    deviceScaleFactor: seat === 'phone' ? 2 : 1,
  });
  await context.addCookies([{ name: 'lang', value: lang, url: at('/') }]);
  return new Person(await context.newPage(), account, lang);
}

/* A journey is a sentence and the people who walk it. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { PICTURES } from './office';
import { someone, type Person, type Seat } from './person';
import type { Lang } from './words';

export interface Cast {
  /* Somebody opens the page and signs in; at PATH, or where his day starts. */
  comes: (account: string, seat: Seat, lang?: Lang, path?: string) => Promise<Person>;
  /* Somebody opens the page and is not signed in. */
  stands: (account: string, seat: Seat, lang?: Lang, path?: string) => Promise<Person>;
}

async function picture(people: Person[], says: string): Promise<void> {
  mkdirSync(PICTURES, { recursive: true });
  for (const [i, p] of people.entries()) {
    const path = join(PICTURES, `${says.replace(/\W+/g, '-').slice(0, 60)}-${i}-${p.account}.png`);
    await p.page.screenshot({ path, timeout: 5000 }).catch(() => undefined);
    console.log(`# ${p.account} at ${p.page.url()}: ${path}${p.troubles.map((t) => `\n#   ${t}`).join('')}`);
  }
}

export function journey(says: string, walk: (cast: Cast) => Promise<void>, timeout = 120_000): void {
  void test(says, { timeout }, async () => {
    const people: Person[] = [];
    const stands: Cast['stands'] = async (account, seat, lang = 'zh', path = '/') => {
      const p = await someone(account, seat, lang);
      people.push(p);
      await p.goes(path);
      return p;
    };
    const comes: Cast['comes'] = async (account, seat, lang = 'zh', path = '/') => {
      const p = await stands(account, seat, lang, path);
      await p.signsIn();
      await p.page.locator('.shell h1').first().waitFor({ state: 'attached' });
      return p;
    };
    try {
      await walk({ comes, stands });
      for (const p of people) p.unharmed();
    } catch (e) {
      await picture(people, says);
      throw e;
    } finally {
      for (const p of people) await p.page.context().close();
    }
  });
}

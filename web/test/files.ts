/* The interface's own sources. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export interface Source {
  name: string;
  text: string;
}

const SRC = fileURLToPath(new URL('../src', import.meta.url));

export function sources(): Source[] {
  return (readdirSync(SRC, { recursive: true }) as string[])
    .filter((n) => /\.(vue|ts)$/.test(n))
    .map((name) => ({ name, text: readFileSync(join(SRC, name), 'utf8') }));
}

export type Words = { [key: string]: string | Words };

export function locale(lang: 'zh' | 'en'): Words {
  return JSON.parse(readFileSync(join(SRC, 'locales', `${lang}.json`), 'utf8')) as Words;
}

/* "a.b.c" -> text, for every text. */
export function flat(words: Words, before = ''): Map<string, string> {
  const out = new Map<string, string>();
  for (const [k, v] of Object.entries(words)) {
    if (typeof v === 'string') out.set(before + k, v);
    else flat(v, `${before}${k}.`).forEach((text, key) => out.set(key, text));
  }
  return out;
}

/* The interface's words, as a person reads them. */
import { flat, locale } from '../test/files';

export type Lang = 'zh' | 'en';

const words = { zh: flat(locale('zh')), en: flat(locale('en')) };

export function say(lang: Lang, key: string, named: Record<string, unknown> = {}): string {
  const text = words[lang].get(key);
  if (text === undefined) throw new Error(`there is no text ${key}`);
  return text.replace(/\{(\w+)\}/g, (hole, name: string) => String(named[name] ?? hole));
}

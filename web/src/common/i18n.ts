/* Words in two languages; only the one in use is loaded. */
import { createI18n } from 'vue-i18n';

export type Lang = 'zh' | 'en';

interface Words {
  [key: string]: string | Words;
}

const loaders: Record<Lang, () => Promise<{ default: Words }>> = {
  zh: () => import('@/locales/zh.json'),
  en: () => import('@/locales/en.json'),
};

export const i18n = createI18n({ legacy: false, locale: 'zh', messages: {}, missingWarn: false });

function stored(): Lang | null {
  const said = document.cookie.match(/(?:^|; )lang=(zh|en)/);
  return said ? (said[1] as Lang) : null;
}

export function language(): Lang {
  return i18n.global.locale.value as Lang;
}

/* Use a language; remembered in the cookie the server reads too. */
export async function useLanguage(lang: Lang, remember = true): Promise<void> {
  const words = (await loaders[lang]()).default;
  i18n.global.setLocaleMessage(lang, words);
  i18n.global.locale.value = lang;
  document.documentElement.lang = lang === 'zh' ? 'zh-CN' : 'en';
  if (remember) document.cookie = `lang=${lang}; path=/; max-age=31536000; SameSite=Lax`;
}

export function startLanguage(): Promise<void> {
  return useLanguage(stored() ?? 'zh', false);
}

export const t = (key: string, named: Record<string, unknown> = {}): string => i18n.global.t(key, named);

/* The name of a thing in the language in use. */
export function nameOf(x: { name?: string | null; name_en?: string | null } | null | undefined): string {
  if (!x) return '';
  return (language() === 'en' && x.name_en) || x.name || '';
}

/* The label of a form field or of a choice in the language in use. */
export function labelOf(x: { label?: string; label_en?: string; name?: string; value?: string }): string {
  return (language() === 'en' && x.label_en) || x.label || x.name || x.value || '';
}

/* What helps to answer it. */
export function saysOf(x: { says?: string; says_en?: string }): string | undefined {
  return (language() === 'en' && x.says_en) || x.says;
}

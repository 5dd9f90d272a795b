/* What is said of a field that was left empty: what is typed is filled in, what is picked is chosen. */
import type { FormField, ItemField } from '@/api/types';
import { i18n, t } from './i18n';

const PICKED = ['choice', 'several', 'datetime', 'date', 'place', 'person', 'yes_no', 'stars'];

/* A field that has a sentence of its own (error.missing) is asked for by it. */
export function missing(what: string, picked = false, name = ''): string {
  if (name && i18n.global.te(`error.missing.${name}`)) return t(`error.missing.${name}`);
  return t(picked ? 'error.choose_of' : 'error.required_of', { what });
}

export function isPicked(f: Partial<FormField> | ItemField): boolean {
  const { refers, offers } = f as Partial<FormField>;
  return !!refers || !!offers || PICKED.includes(f.kind ?? '');
}

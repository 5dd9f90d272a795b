/*
 * What can be administered.  A plain noun is told by the server (nouns.ts) and
 * has no row here; these are the few that have a page of their own or list
 * something special.
 */
import { may } from '@/api/session';
import { t } from '@/common/i18n';
import { columnsOf, nouns } from './nouns';
import type { Noun } from '@/api/types';

export interface Part {
  name: string; /* in the address; without a label, the locale keys admin.part.<name>, admin.one.<name> */
  label?: string;
  one?: string;
  beside?: string; /* the noun it stands beside in the menu */
  group: 'org' | 'catalog' | 'accounts' | 'audit' | 'system' | 'matters'; /* the last is beside the administration */
  see: string[]; /* any of these rights */
  edit: string[];
  path?: string; /* of the list, "/places" */
  noun?: string; /* of the form, "place" */
  columns?: string[]; /* shown in the list; the form's first fields when not said */
  filters?: string[]; /* fields to choose by; the columns' choices when not said */
  sort?: string;
  search?: boolean;
  dated?: boolean; /* has versions by date */
  remove?: boolean;
  alive?: boolean; /* rows are changed by verbs */
  page?:
    | 'units'
    | 'places'
    | 'crews'
    | 'items'
    | 'sla'
    | 'routing'
    | 'calendar'
    | 'accounts'
    | 'grants'
    | 'tokens'
    | 'audit'
    | 'settings'
    | 'import'
    | 'health'
    | 'changes';
}

const org = { group: 'org', see: ['org.edit'], edit: ['org.edit'] } as const;
const catalog = { group: 'catalog', see: ['catalog.edit'], edit: ['catalog.edit'] } as const;
const noun = (
  base: { group: Part['group']; see: readonly string[]; edit: readonly string[] },
  more: Omit<Part, 'group' | 'see' | 'edit'>,
): Part => ({
  ...base,
  see: [...base.see],
  edit: [...base.edit],
  ...more,
});

export const parts: Part[] = [
  noun(org, { name: 'units', path: '/units', noun: 'unit', page: 'units' }),
  noun(org, {
    name: 'persons',
    path: '/persons',
    noun: 'person',
    sort: 'code',
    filters: ['unit_id', 'provider_id', 'active'],
    columns: ['code', 'name', 'unit_id', 'post', 'phone', 'mobile', 'place_id', 'active'],
  }),
  noun(org, { name: 'crews', path: '/crews', noun: 'crew', page: 'crews' }),
  noun(org, { name: 'places', path: '/places', noun: 'place', page: 'places' }),
  { name: 'import', group: 'org', see: ['import'], edit: ['import'], page: 'import' },
  noun(catalog, { name: 'items', path: '/item-versions', noun: 'service_item', page: 'items' }),
  noun(catalog, { name: 'sla-classes', path: '/sla-classes', noun: 'sla_class', page: 'sla' }),
  noun(catalog, { name: 'routing-rules', path: '/routing-rules', noun: 'routing_rule', page: 'routing' }),
  noun(catalog, { name: 'calendar', page: 'calendar', beside: 'calendar-days' }),
  {
    name: 'grants',
    group: 'accounts',
    see: ['grant.edit'],
    edit: ['grant.edit'],
    path: '/grants',
    noun: 'role_grant',
    page: 'grants',
  },
  {
    name: 'accounts',
    group: 'accounts',
    see: ['account.edit', 'grant.edit'],
    edit: ['account.edit'],
    path: '/accounts',
    noun: 'account',
    page: 'accounts',
  },
  { name: 'audit', group: 'audit', see: ['audit.see'], edit: [], page: 'audit' },
  { name: 'changes', group: 'accounts', see: ['account.edit', 'grant.edit', 'audit.see'], edit: [], page: 'changes' },
  { name: 'tokens', group: 'system', see: ['account.edit'], edit: [], path: '/tokens', noun: 'token', page: 'tokens' },
  { name: 'health', group: 'system', see: ['setting.edit', 'grant.edit', 'audit.see'], edit: [], page: 'health' },
  { name: 'settings', group: 'system', see: ['setting.edit'], edit: ['setting.edit'], page: 'settings' },
];

/* The page of a noun that needs none of its own. */
const plain = (n: Noun): Part => ({
  name: n.plural,
  label: n.label,
  one: n.one,
  group: n.part as Part['group'],
  /* The server tells whose page it is; in the administration a plain noun is for whoever may edit it. */
  see: n.alive || n.part === 'matters' ? [] : [n.edit!],
  edit: [n.edit!],
  path: `/${n.plural}`,
  noun: n.noun,
  columns: columnsOf(n),
  sort: n.sort ?? undefined,
  search: n.searched,
  dated: n.dated,
  remove: n.removable,
  alive: n.alive,
});

/* In the order in which the server has the nouns; what is none of them comes last. */
const place = (p: Part): number => {
  const at = nouns.value.findIndex((n) => n.plural === (p.beside ?? p.name));
  return at < 0 ? nouns.value.length : at;
};
const groups = ['org', 'catalog', 'audit', 'accounts', 'system', 'matters'];

export const seen = (): Part[] => {
  const own = nouns.value
    .filter((n) => n.plain && n.shown && n.edit && !parts.some((p) => p.name === n.plural))
    .map(plain);
  const first = (g: Part['group']): number => groups.indexOf(g);
  return [...parts, ...own]
    .filter((p) => !p.see.length || may(...p.see))
    .map((p, i) => ({ p, i }))
    .sort((a, b) => first(a.p.group) - first(b.p.group) || place(a.p) - place(b.p) || a.i - b.i)
    .map((x) => x.p);
};

/* What stands beside the administration, and what in it. */
export const matters = (): Part[] => seen().filter((p) => p.group === 'matters');
export const administered = (): Part[] => seen().filter((p) => p.group !== 'matters');

/* Where a row with a life is shown; null: on no page of this person's. */
export function rowPage(n: Noun | undefined, id: number): string | null {
  const part = n?.alive ? seen().find((p) => p.name === n.plural) : undefined;
  return part ? `/${part.group === 'matters' ? 'matters' : 'admin'}/${part.name}?row=${id}` : null;
}

export const titleOf = (p: Part): string => p.label ?? t(`admin.part.${p.name}`);
export const oneOf = (p: Part): string => p.one ?? t(`admin.one.${p.name}`);

/* Where the ids of a table can be looked up, and what they are called there. */
export const refers: Record<string, { path: string; label: string }> = new Proxy(
  {},
  {
    get: (_, table: string) => {
      const n = nouns.value.find((x) => x.table === table);
      /* Whoever may not list persons is told their names by the cards of all. */
      if (table === 'person' && !may('org.see')) return { path: '/people', label: 'name' };
      if (!n) return known[table];
      return { path: known[table]?.path ?? `/${n.plural}`, label: n.title ?? 'name' };
    },
  },
);

/* Those that are looked up elsewhere than by their address, or before the nouns are known. */
const known: Record<string, { path: string; label: string }> = {
  unit: { path: '/units', label: 'name' },
  place: { path: '/places', label: 'full_name' },
  person: { path: '/persons', label: 'name' },
  provider: { path: '/providers', label: 'name' },
  crew: { path: '/crews', label: 'name' },
  account: { path: '/accounts', label: 'name' },
};

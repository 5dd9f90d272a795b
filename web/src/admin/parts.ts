/*
 * What can be administered.  A part that is only a noun is a row here and
 * costs no page; `page` names the few that have something special.
 */
import { may } from '@/api/session';

export interface Part {
  name: string; /* in the address, and the locale keys admin.part.<name>, admin.one.<name> */
  group: 'org' | 'catalog' | 'accounts' | 'audit' | 'system';
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
  page?: 'units' | 'places' | 'crews' | 'items' | 'sla' | 'routing' | 'calendar' | 'accounts' | 'grants' | 'tokens' | 'audit' | 'settings' | 'import' | 'health' | 'changes';
}

const org = { group: 'org', see: ['org.edit'], edit: ['org.edit'] } as const;
const catalog = { group: 'catalog', see: ['catalog.edit'], edit: ['catalog.edit'] } as const;
const noun = (base: { group: Part['group']; see: readonly string[]; edit: readonly string[] }, more: Omit<Part, 'group' | 'see' | 'edit'>): Part => ({
  ...base, see: [...base.see], edit: [...base.edit], ...more,
});

export const parts: Part[] = [
  noun(org, { name: 'units', path: '/units', noun: 'unit', page: 'units' }),
  noun(org, { name: 'persons', path: '/persons', noun: 'person', sort: 'code', filters: ['unit_id', 'provider_id', 'active'], columns: ['code', 'name', 'unit_id', 'post', 'phone', 'mobile', 'place_id', 'active'] }),
  noun(org, { name: 'crews', path: '/crews', noun: 'crew', page: 'crews' }),
  noun(org, { name: 'providers', path: '/providers', noun: 'provider', sort: 'code', columns: ['code', 'name', 'uscc', 'contact', 'phone', 'active'] }),
  noun(org, { name: 'places', path: '/places', noun: 'place', page: 'places' }),
  { name: 'import', group: 'org', see: ['import'], edit: ['import'], page: 'import' },
  noun(catalog, { name: 'items', path: '/item-versions', noun: 'service_item', page: 'items' }),
  noun(catalog, { name: 'areas', path: '/areas', noun: 'service_area', columns: ['code', 'name', 'name_en', 'sort'], sort: 'sort' }),
  noun(catalog, { name: 'sla-classes', path: '/sla-classes', noun: 'sla_class', page: 'sla' }),
  noun(catalog, { name: 'routing-rules', path: '/routing-rules', noun: 'routing_rule', page: 'routing' }),
  noun(catalog, { name: 'calendar', page: 'calendar' }),
  noun(catalog, { name: 'office-hours', path: '/office-hours', noun: 'office_hours', search: false, sort: 'from_month_day', dated: true, columns: ['name', 'from_month_day', 'to_month_day', 'spans', 'valid_from', 'valid_to'] }),
  { name: 'grants', group: 'accounts', see: ['grant.edit'], edit: ['grant.edit'], path: '/grants', noun: 'role_grant', page: 'grants' },
  { name: 'accounts', group: 'accounts', see: ['account.edit', 'grant.edit'], edit: ['account.edit'], path: '/accounts', noun: 'account', page: 'accounts' },
  { name: 'audit', group: 'audit', see: ['audit.see'], edit: [], page: 'audit' },
  { name: 'changes', group: 'accounts', see: ['account.edit', 'grant.edit', 'audit.see'], edit: [], page: 'changes' },
  { name: 'tokens', group: 'system', see: ['account.edit'], edit: [], path: '/tokens', noun: 'token', page: 'tokens' },
  { name: 'health', group: 'system', see: ['setting.edit', 'grant.edit', 'audit.see'], edit: [], page: 'health' },
  { name: 'settings', group: 'system', see: ['setting.edit'], edit: ['setting.edit'], page: 'settings' },
];

export const seen = (): Part[] => parts.filter((p) => may(...p.see));

/* Where the ids of a table can be looked up, and what they are called there. */
export const refers: Record<string, { path: string; label: string }> = {
  unit: { path: '/units', label: 'name' },
  place: { path: '/places', label: 'full_name' },
  person: { path: '/persons', label: 'name' },
  provider: { path: '/providers', label: 'name' },
  crew: { path: '/crews', label: 'name' },
  account: { path: '/accounts', label: 'name' },
  service_area: { path: '/areas', label: 'name' },
};

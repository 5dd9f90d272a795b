/*
 * What can be administered.  A part that is only a noun is a row here and
 * costs no page; `page` names the few that have something special.
 */
import { may } from '@/api/session';

export interface Part {
  name: string; /* in the address, and the locale key admin.part.<name> */
  group: 'org' | 'catalog' | 'accounts' | 'audit' | 'system';
  see: string[]; /* any of these rights */
  edit: string[];
  path?: string; /* of the list, "/places" */
  noun?: string; /* of the form, "place" */
  columns?: string[]; /* shown in the list; the form's first fields when not said */
  search?: string; /* the field that the search box looks into; "q": full text */
  sort?: string;
  remove?: boolean;
  versions?: boolean; /* never changed, only followed by a new version */
  page?: 'units' | 'places' | 'crews' | 'items' | 'calendar' | 'accounts' | 'grants' | 'tokens' | 'audit' | 'settings' | 'import';
}

const org = { group: 'org', see: ['org.edit'], edit: ['org.edit'] } as const;
const catalog = { group: 'catalog', see: ['catalog.edit'], edit: ['catalog.edit'] } as const;
const noun = (base: { group: Part['group']; see: readonly string[]; edit: readonly string[] }, more: Omit<Part, 'group' | 'see' | 'edit'>): Part => ({
  ...base, see: [...base.see], edit: [...base.edit], ...more,
});

export const parts: Part[] = [
  noun(org, { name: 'units', path: '/units', noun: 'unit', page: 'units' }),
  noun(org, { name: 'persons', path: '/persons', noun: 'person', search: 'q', columns: ['code', 'name', 'unit_id', 'provider_id', 'post', 'phone', 'mobile', 'place_id', 'active'] }),
  noun(org, { name: 'crews', path: '/crews', noun: 'crew', page: 'crews' }),
  noun(org, { name: 'providers', path: '/providers', noun: 'provider', search: 'name.has', columns: ['code', 'name', 'uscc', 'contact', 'phone', 'active'] }),
  noun(org, { name: 'places', path: '/places', noun: 'place', page: 'places' }),
  { name: 'import', group: 'org', see: ['import'], edit: ['import'], page: 'import' },
  noun(catalog, { name: 'items', path: '/items', noun: 'service_item', page: 'items' }),
  noun(catalog, { name: 'areas', path: '/areas', noun: 'service_area', columns: ['code', 'name', 'name_en', 'sort'], sort: 'sort' }),
  noun(catalog, { name: 'sla-classes', path: '/sla-classes', noun: 'sla_class', columns: ['code', 'name', 'accept_min', 'on_site_min', 'safe_min', 'complete_min', 'complete_days', 'pause', 'valid_from', 'valid_to'], sort: 'code', versions: true }),
  noun(catalog, { name: 'routing-rules', path: '/routing-rules', noun: 'routing_rule', columns: ['item_code', 'place_id', 'crew_id', 'valid_from', 'valid_to'], search: 'item_code.has', remove: true }),
  noun(catalog, { name: 'calendar', page: 'calendar' }),
  noun(catalog, { name: 'office-hours', path: '/office-hours', noun: 'office_hours', columns: ['name', 'from_month_day', 'to_month_day', 'spans', 'valid_from', 'valid_to'] }),
  { name: 'accounts', group: 'accounts', see: ['account.edit'], edit: ['account.edit'], path: '/accounts', noun: 'account', page: 'accounts' },
  { name: 'grants', group: 'accounts', see: ['grant.edit'], edit: ['grant.edit'], path: '/grants', noun: 'role_grant', page: 'grants' },
  { name: 'tokens', group: 'accounts', see: ['account.edit'], edit: ['account.edit'], path: '/tokens', noun: 'token', page: 'tokens' },
  { name: 'audit', group: 'audit', see: ['audit.see'], edit: [], page: 'audit' },
  { name: 'settings', group: 'system', see: ['setting.edit'], edit: ['setting.edit'], page: 'settings' },
];

export const seen = (): Part[] => parts.filter((p) => may(...p.see));

/* Where the ids of a table can be looked up, and what they are called there. */
export const refers: Record<string, { path: string; label: string; search: string }> = {
  unit: { path: '/units', label: 'name', search: 'name.has' },
  place: { path: '/places', label: 'full_name', search: 'q' },
  person: { path: '/people', label: 'name', search: 'q' },
  provider: { path: '/providers', label: 'name', search: 'name.has' },
  crew: { path: '/crews', label: 'name', search: 'name.has' },
  account: { path: '/accounts', label: 'name', search: 'name.has' },
  service_area: { path: '/areas', label: 'name', search: 'name.has' },
};

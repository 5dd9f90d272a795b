/* What the API says and takes; names are the server's. */

export interface Session {
  account: string;
  name: string;
  person_id: number;
  csrf: string;
  rights: string[];
  roles: { role: string; scope: string; scope_id: number | null }[];
  crews: number[];
  provider_id: number | null;
  office?: string | null;
  lang: string | null;
  must_change: boolean;
  ends_in_s: number | null; /* the session's life, however it is used */
  reset_by: string | null; /* who set the password, when it was another */
  reset_at: string | null;
}

export interface DemoSignIn {
  account: string;
  password: string;
  role: string;
  says: string;
  says_en: string;
}

export interface List<T> {
  items: T[];
  next: string | null;
  total?: number;
  total_more?: boolean;
}

export type State =
  | 'submitted'
  | 'awaiting_approval'
  | 'accepted'
  | 'dispatched'
  | 'acknowledged'
  | 'on_site'
  | 'in_progress'
  | 'suspended'
  | 'completed'
  | 'verified'
  | 'closed'
  | 'returned'
  | 'merged'
  | 'cancelled';

export interface Order {
  /** Of one offered before asking: this person may open it. */
  may_see?: boolean;
  id: number;
  number: string;
  state: State;
  parent_id?: number | null;
  merged_into_id?: number | null;
  area_id: number;
  item_id?: number;
  item_code: string;
  item_name: string;
  sla_class: string;
  priority: number;
  priority_reason?: string | null;
  title: string;
  description?: string | null;
  answers?: Record<string, unknown> | null;
  requester_id: number;
  requester_name: string;
  unit_id?: number | null;
  unit_name?: string | null;
  place_id?: number | null;
  place_name?: string | null;
  place_note?: string | null;
  phone?: string | null;
  channel: string;
  taken_by_id?: number | null;
  crew_id?: number | null;
  crew_name?: string | null;
  provider_id?: number | null;
  assignee_id?: number | null;
  assignee_name?: string | null;
  wanted_from?: string | null;
  wanted_to?: string | null;
  submitted_at?: string | null;
  accept_due?: string | null;
  on_site_due?: string | null;
  safe_due?: string | null;
  complete_due?: string | null;
  accepted_at?: string | null;
  dispatched_at?: string | null;
  acknowledged_at?: string | null;
  on_site_at?: string | null;
  safe_at?: string | null;
  completed_at?: string | null;
  verified_at?: string | null;
  closed_at?: string | null;
  verified_auto?: boolean;
  suspended_at?: string | null;
  suspend_reason?: string | null;
  resume_expected_at?: string | null;
  suspended_ms?: number;
  gross_ms?: number | null;
  net_ms?: number | null;
  extension_asked_until?: string | null;
  extension_reason?: string | null;
  extensions?: number;
  reworks?: number;
  reopens?: number;
  accept_late?: boolean;
  on_site_late?: boolean;
  safe_late?: boolean;
  complete_late?: boolean;
  escalation?: number;
  result?: string | null;
  cause?: string | null;
  rating?: { stars: number; tags?: string | null; comment?: string | null; at?: string } | null;
  calendar_note?: string | null;
  version: number;
  updated_at?: string;
  verbs?: string[];
  legs?: Leg[];
  merged?: Leg[];
  fields?: ItemField[] | null; /* the questions, as they were when it was asked */
}

/* What an order tells of its legs and of the orders merged into it. */
export interface Leg {
  id: number;
  number: string;
  state: State;
  title: string;
  crew_name?: string | null;
}

/* The due times of an item asked for now. */
export interface Promised {
  item_code: string;
  accept_due?: string | null;
  on_site_due?: string | null;
  safe_due?: string | null;
  complete_due?: string | null;
  calendar_note?: string | null;
}

export interface OrderEvent {
  id: number;
  order_id: number;
  at: string;
  actor_id?: number | null;
  actor_name?: string | null;
  verb: string;
  from_state?: State | null;
  to_state?: State | null;
  reason?: string | null;
  note?: string | null;
  internal?: boolean;
  detail?: unknown;
}

export interface ItemField {
  name: string;
  label: string;
  label_en?: string;
  kind: 'text' | 'number' | 'choice' | 'datetime' | 'place' | 'person' | 'yes_no';
  required?: boolean;
  min?: number;
  max?: number;
  unit?: string;
  unit_en?: string;
  decimals?: number;
  day_only?: boolean; /* of a time only the day is asked */
  sets?: 'wanted_from' | 'wanted_to';
  choices?: { value: string; label: string; label_en?: string }[];
  shown_if?: { field: string; is: string | number | boolean };
  says?: string;
  says_en?: string;
}

export interface Area {
  id: number;
  code: string;
  name: string;
  name_en: string;
  sort: number;
}

export interface Item {
  id: number;
  code: string;
  area_id: number;
  name: string;
  name_en: string;
  keywords?: string | null;
  priority: number;
  sla_class: string;
  account?: string | null;
  fields?: ItemField[] | null;
  needs_approval: boolean;
  asks_rating: boolean;
  active: boolean;
  valid_from: string;
  valid_to?: string | null;
  version: number;
}

export interface Place {
  id: number;
  code: string;
  name: string;
  name_en?: string | null;
  kind: string;
  parent_id?: number | null;
  full_name: string;
  restricted?: boolean;
  active: boolean;
  version: number;
}

export interface Person {
  id: number;
  code: string;
  name: string;
  name_en?: string | null;
  unit_id?: number | null;
  unit_name?: string | null;
  place_id?: number | null;
  place_name?: string | null;
  phone?: string | null;
  mobile?: string | null;
  active?: boolean;
  version?: number;
}

export interface Crew {
  id: number;
  code: string;
  name: string;
  name_en?: string | null;
  provider_id?: number | null;
  phone?: string | null;
  dispatch: 'assign' | 'grab' | 'in_turn';
  active: boolean;
  version: number;
}

export interface CrewLoad {
  open: number;
  on_hand: number;
  overdue: number;
  members: { person_id: number; name: string; lead: boolean; skills?: string | null; open: number; on_duty: boolean }[];
}

export interface CrewRatings {
  hidden?: boolean; /* too few votes to show figures */
  n: number;
  average: number | null;
  stars: number[];
  tags: Record<string, number>;
}

export interface Unit {
  id: number;
  code: string;
  name: string;
  short_name?: string | null;
  name_en?: string | null;
  parent_id?: number | null;
  path?: string;
  sort: number;
  valid_from: string;
  valid_to?: string | null;
  version: number;
}

export interface UnitChange {
  id: number;
  unit_id: number;
  kind: string;
  on_day: string;
  into_id?: number | null;
  old_name?: string | null;
  new_name?: string | null;
  old_parent_id?: number | null;
  new_parent_id?: number | null;
  reason?: string | null;
  at: string;
  actor_id?: number | null;
}

export interface Notice {
  id: number;
  noun: string;
  noun_id: number;
  kind: string;
  text: string;
  at: string;
  read_at?: string | null;
}

/* Facts of a noun's form, GET /forms/{noun}. */
export interface FormField {
  name: string;
  kind: 'number' | 'yes_no' | 'text' | 'datetime' | 'day' | 'money' | 'choice' | 'several' | 'json';
  label: string;
  says?: string | null;
  required?: boolean;
  expected?: boolean;
  given?: boolean;
  fixed?: boolean;
  long?: boolean;
  min?: number | null;
  max?: number | null;
  choices?: { value: string; label: string }[] | null;
  offers?: { value: string; label: string }[] | null;
  refers?: string | null;
}

/* A row of the table of steps, GET /orders/transitions. */
export interface Step {
  verb: string;
  from: string[];
  to: string | null;
  guard: string | null;
  at_once: boolean;
  grave: boolean;
}

export interface Form {
  noun: string;
  fields: FormField[];
}

export interface ImportResult {
  rows: number;
  added: number;
  changed: number;
  unchanged: number;
  waiting?: number; /* people of whom something waits for confirmation */
  refused: { line: number; field: string | null; column?: string | null; detail: string; value?: string | null }[];
}

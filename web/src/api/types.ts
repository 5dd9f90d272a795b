/*
 * What the API says and takes.  The shapes are the program's own: they are made
 * from its description (`npm run types`).  Here they get the names that the
 * pages use, and what the description knows only as JSON is said.
 */
import type { components, paths } from '#api';

type Schemas = components['schemas'];

/* What a GET of the address answers. */
type Answer<P extends keyof paths> = paths[P] extends {
  get: { responses: { 200: { content: { 'application/json': infer T } } } };
}
  ? T
  : never;
/* What a POST of it answers. */
type PostAnswer<P extends keyof paths> = paths[P] extends {
  post: { responses: { 200: { content: { 'application/json': infer T } } } };
}
  ? T
  : never;
type One<T> = T extends { items: (infer I)[] } ? I : never;

/* T with its members of JSON as they are; each must be one of T's. */
type Json<T, M extends { [K in keyof M]: K extends keyof T ? unknown : never }> = Omit<T, keyof M> & M;

export interface List<T> {
  items: T[];
  next: string | null;
  total?: number;
  total_more?: boolean;
}

export type Session = Answer<'/api/v1/session'>;
export type BareAlarms = Answer<'/api/v1/session/alarms'>;
export type BareAlarm = One<BareAlarms>;
/* What a POST of the address answers. */
type Done<P extends keyof paths> = paths[P] extends {
  post: { responses: { 200: { content: { 'application/json': infer T } } } };
}
  ? T
  : never;
export type Opened = Done<'/api/v1/accounts/open'>;
export type Slips = Done<'/api/v1/accounts/slips'>;
export type Held = Answer<'/api/v1/persons/{id}/held'>;
export type Decided = Done<'/api/v1/right-changes/{id}/confirm_batch'>;
export type DemoSignIn = One<Answer<'/api/v1/demo'>>;

// -- orders -------------------------------------------------------------------

/* What an order tells of its legs and of the orders merged into it. */
export type Leg = Pick<Order, 'id' | 'number' | 'state' | 'title' | 'crew_name'>;
/* What became of its work before a rework or a reopening; `stars` for those who may see them.  Of before there were
   rounds only that there was one. */
export interface Round {
  ended_by: 'rework' | 'reopen';
  ended_at: string;
  reason: string | null;
  stars?: number;
  was: {
    life: number;
    crew_name: string | null;
    complete_due: string | null;
    completed_at: string;
    net_ms: number;
    late: ('accept' | 'on_site' | 'safe' | 'complete')[];
  } | null;
}
export interface Merged extends Omit<Leg, 'crew_name'> {
  requester_name: string | null;
  description: string | null;
  phone: string | null;
  place_name: string | null;
  place_note: string | null;
}
export type Rating = Pick<Schemas['rating'], 'stars' | 'tags' | 'comment' | 'at'>;

/* One order by itself also tells what may be done with it, its legs and the
   questions as they were when it was asked. */
type View = Json<
  Schemas['order_view'],
  {
    answers: Record<string, unknown> | null;
    verbs: string[];
    legs: Leg[];
    merged: Merged[];
    rating: Rating | null;
    rounds: Round[];
    fields: ItemField[] | null;
  }
>;
type Shown = keyof Schemas['order'];
export type Order = Pick<View, Shown> & Partial<Omit<View, Shown>>;
export type State = Schemas['order']['state'];
export type OrderEvent = Schemas['event'];
export type Candidate = Schemas['order_candidate'];
export type Recurring = Schemas['recurring_order'];
export type Follow = Schemas['order_follow'];
export type Promised = Schemas['order_promise'];
export type Board = Answer<'/api/v1/orders/board'>;
export type Figures = Answer<'/api/v1/orders/figures'>;
export type NewOrder = Json<
  Schemas['order_request_input'],
  {
    answers?: Record<string, unknown> | null;
    legs?: { item_code: string; description?: string; answers?: Record<string, unknown> }[] | null;
  }
>;
/* What became of one of several verbs. */
export type Deed = One<PostAnswer<'/api/v1/orders/several'>>;
/* What crews say when work is done. */
export type ReadyPhrase = Schemas['ready_phrase'];
export type Draft = Json<Schemas['draft'], { content: Partial<NewOrder> }>;

/* A row of the table of steps. */
export type Step = Answer<'/api/v1/orders/transitions'>[number];

// -- the catalogue and the office ---------------------------------------------

/* A question of an item, as the catalogue's files have it (docs/CATALOGUE.md). */
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

export type Area = Schemas['service_area'];
export type Item = Json<Schemas['service_item'], { fields: ItemField[] | null }>;
export type Place = Schemas['place'];
export type Person = Schemas['person_card'];
export type Crew = Schemas['crew'];
export type CrewLoad = Answer<'/api/v1/crews/{id}/load'>;
export type CrewRatings = Answer<'/api/v1/crews/{id}/ratings'>;
export type Unit = Schemas['unit'];
export type UnitChange = Schemas['unit_change'];
export type Notice = Schemas['notice'];

// -- administration -----------------------------------------------------------

export type AuditEntry = Json<
  Schemas['audit_entry'],
  {
    names: Record<string, string> | null; /* what the ids in the detail are called now */
  }
>;
export type AuditHeads = Answer<'/api/v1/audit/heads'>;
export type Calendar = Answer<'/api/v1/calendar'>;
export type CalendarYear = Schemas['calendar_year'];
export type Destination = Schemas['destination'];
export type HealthPart = Schemas['health'];
export type Noun = One<Answer<'/api/v1/nouns'>>;
export type RightChange = Schemas['right_change'];
export type RightHeld = One<Answer<'/api/v1/accounts/{id}/rights'>>;
export type RoutingRule = Schemas['routing_rule'];
export type Setting = Schemas['setting'];
export type UnitPlan = Schemas['unit_plan'];

// -- forms and tables that come in --------------------------------------------

export type Form = Answer<'/api/v1/forms/{noun}'>;
export type FormField = Form['fields'][number];
export type ImportResult = paths['/api/v1/import/{kind}']['post']['responses'][200]['content']['application/json'];

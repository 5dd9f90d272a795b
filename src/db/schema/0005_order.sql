-- Everything asked for is an order; a leg is an order with a parent.
CREATE TABLE orders (
    id             BIGINT PRIMARY KEY,
    number         TEXT NOT NULL,      -- '20261123-0007'
    state          TEXT NOT NULL,
    is_open        SMALLINT NOT NULL,  -- somebody still has something to do
    parent_id      BIGINT REFERENCES orders (id),
    merged_into_id BIGINT REFERENCES orders (id),
    area_id        BIGINT NOT NULL,
    item_id        BIGINT NOT NULL,    -- the version it was made under
    item_code      TEXT NOT NULL,
    item_name      TEXT NOT NULL,
    sla_class      TEXT NOT NULL,
    priority       BIGINT NOT NULL,
    priority_reason TEXT,
    title          TEXT NOT NULL,
    description    TEXT,
    answers        TEXT,               -- JSON of the item's own fields
    requester_id   BIGINT NOT NULL,    -- person
    requester_name TEXT NOT NULL,
    unit_id        BIGINT,             -- as it was when asked
    unit_name      TEXT,
    place_id       BIGINT,
    place_name     TEXT,
    place_note     TEXT,
    phone          TEXT,
    channel        TEXT NOT NULL,      -- web phone qr walk_in inspection api import
    taken_by_id    BIGINT,             -- who wrote it down for another
    crew_id        BIGINT,
    crew_name      TEXT,
    provider_id    BIGINT,
    assignee_id    BIGINT,             -- person of the crew
    assignee_name  TEXT,
    wanted_from    BIGINT,
    wanted_to      BIGINT,
    submitted_at   BIGINT,
    accept_due     BIGINT,
    on_site_due    BIGINT,
    safe_due       BIGINT,
    complete_due   BIGINT,
    accepted_at    BIGINT,
    dispatched_at  BIGINT,
    acknowledged_at BIGINT,
    on_site_at     BIGINT,
    safe_at        BIGINT,
    completed_at   BIGINT,
    verified_at    BIGINT,
    closed_at      BIGINT,
    verified_auto  SMALLINT NOT NULL,
    suspended_at   BIGINT,             -- since when, while suspended
    complete_left_ms BIGINT,           -- of the complete clock when suspended
    suspend_reason TEXT,
    resume_expected_at BIGINT,
    suspended_ms   BIGINT NOT NULL,    -- whole time suspended
    gross_ms       BIGINT,             -- submitted to completed
    net_ms         BIGINT,             -- less the time suspended
    extension_asked_until BIGINT,
    extension_reason TEXT,
    extensions     BIGINT NOT NULL,
    reworks        BIGINT NOT NULL,
    reopens        BIGINT NOT NULL,
    accept_late    SMALLINT NOT NULL,
    on_site_late   SMALLINT NOT NULL,
    safe_late      SMALLINT NOT NULL,
    complete_late  SMALLINT NOT NULL,
    escalation     BIGINT NOT NULL,    -- level reached
    wake_at        BIGINT,             -- when the scheduler looks next
    result         TEXT,               -- what was done
    cause          TEXT,
    external_source TEXT,
    external_id    TEXT,
    calendar_note  TEXT,               -- 'year not published: 2027'
    version        BIGINT NOT NULL,
    updated_at     BIGINT NOT NULL
);
-- The desk works on the open orders, few among many: what it filters and
-- counts by stands in their own index, so a count reads no rows.
CREATE UNIQUE INDEX orders_number ON orders (number);
CREATE INDEX orders_open
    ON orders (id, state, area_id, crew_id, priority, place_id, unit_id,
               item_code, assignee_id, provider_id, complete_due,
               completed_at, suspended_at, escalation, requester_id, is_open)
    WHERE is_open = 1;
CREATE INDEX orders_open_due
    ON orders ((COALESCE(complete_due, 0)), id, complete_due, state, area_id,
               crew_id, priority, completed_at, escalation, requester_id,
               provider_id, is_open)
    WHERE is_open = 1;
-- Those of all time, newest first.
CREATE INDEX orders_state ON orders (state, id);
CREATE INDEX orders_requester ON orders (requester_id, id);
CREATE INDEX orders_crew ON orders (crew_id, id);
CREATE INDEX orders_place ON orders (place_id, id);
CREATE INDEX orders_unit ON orders (unit_id, id);
CREATE INDEX orders_area ON orders (area_id, id);
CREATE INDEX orders_item ON orders (item_code, id);
CREATE INDEX orders_submitted ON orders ((COALESCE(submitted_at, 0)), id);
CREATE INDEX orders_wake ON orders (wake_at) WHERE wake_at IS NOT NULL;
CREATE INDEX orders_parent ON orders (parent_id) WHERE parent_id IS NOT NULL;
CREATE INDEX orders_merged ON orders (merged_into_id)
    WHERE merged_into_id IS NOT NULL;
CREATE INDEX orders_assignee ON orders (assignee_id, id)
    WHERE assignee_id IS NOT NULL;
CREATE INDEX orders_provider ON orders (provider_id, id)
    WHERE provider_id IS NOT NULL;
CREATE UNIQUE INDEX orders_external ON orders (external_source, external_id)
    WHERE external_id IS NOT NULL;

-- What somebody has begun to ask for; nobody else sees it, and it becomes an
-- order when it is submitted.
CREATE TABLE draft (
    id         BIGINT PRIMARY KEY,
    person_id  BIGINT NOT NULL,
    content    TEXT NOT NULL,          -- JSON as for a new order
    version    BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);
CREATE INDEX draft_person ON draft (person_id, id);

-- The history of an order; rows are only added.
CREATE TABLE event (
    id         BIGINT PRIMARY KEY,
    order_id   BIGINT NOT NULL,
    at         BIGINT NOT NULL,
    actor_id   BIGINT,                 -- person; null: the program
    actor_name TEXT,
    verb       TEXT NOT NULL,
    from_state TEXT,
    to_state   TEXT,
    reason     TEXT,
    note       TEXT,
    internal   SMALLINT NOT NULL,
    detail     TEXT                    -- JSON
);
CREATE INDEX event_order ON event (order_id, id);

CREATE TABLE rating (
    id         BIGINT PRIMARY KEY,
    order_id   BIGINT NOT NULL,
    person_id  BIGINT NOT NULL,
    crew_id    BIGINT,
    stars      BIGINT NOT NULL,
    tags       TEXT,                   -- words with a comma between
    comment    TEXT,
    at         BIGINT NOT NULL
);
CREATE UNIQUE INDEX rating_order ON rating (order_id);
CREATE INDEX rating_crew ON rating (crew_id, stars);

-- Messages to people, sent by a job after the commit.
CREATE TABLE notice (
    id         BIGINT PRIMARY KEY,
    person_id  BIGINT NOT NULL,
    order_id   BIGINT,
    kind       TEXT NOT NULL,
    text       TEXT NOT NULL,
    at         BIGINT NOT NULL,
    read_at    BIGINT
);
CREATE INDEX notice_person ON notice (person_id, id);

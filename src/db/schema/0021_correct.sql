-- A caller who is in no list: the name, the unit and the phone are texts, and
-- the requester is whoever took the call down.
ALTER TABLE orders ADD COLUMN unlisted SMALLINT NOT NULL DEFAULT 0;

-- Who met a known fault, too, and hears what becomes of it.
CREATE TABLE order_follow (
    id         BIGINT PRIMARY KEY,
    order_id   BIGINT NOT NULL REFERENCES orders (id),
    person_id  BIGINT NOT NULL REFERENCES person (id),
    state      TEXT NOT NULL,
    version    BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX order_follow_pair ON order_follow (order_id, person_id);
CREATE INDEX order_follow_person ON order_follow (person_id, id);

-- What is asked for again and again, by the calendar.
CREATE TABLE recurring_order (
    id          BIGINT PRIMARY KEY,
    name        TEXT NOT NULL,         -- '会议室绿植养护'
    state       TEXT NOT NULL,         -- running paused stopped
    rule        TEXT NOT NULL,         -- weekly month_workday before_festival
    weekdays    TEXT,                  -- weekly: '15', Monday and Friday
    nth         BIGINT,                -- the n-th working day; of a month from its
                                       -- end when from_end
    from_end    SMALLINT NOT NULL,
    on_holiday  TEXT NOT NULL,         -- weekly: skip before after
    at_min      BIGINT NOT NULL,       -- of the day, when it is wanted
    ahead_days  BIGINT NOT NULL,       -- made so many days before
    item_code   TEXT NOT NULL,
    place_id    BIGINT REFERENCES place (id),
    place_note  TEXT,
    description TEXT,
    phone       TEXT,
    answers     TEXT,                  -- JSON
    requester_id BIGINT NOT NULL REFERENCES person (id),
    starts_on   BIGINT,
    ends_on     BIGINT,                -- the last day
    next_on     BIGINT,                -- the day that is made next
    made_on     BIGINT,                -- the day that was made last
    order_id    BIGINT REFERENCES orders (id), -- the order of it
    trouble     TEXT,                  -- why the next could not be made
    version     BIGINT NOT NULL,
    updated_at  BIGINT
);
CREATE INDEX recurring_order_due ON recurring_order (next_on)
    WHERE state = 'running';
CREATE INDEX recurring_order_place ON recurring_order (place_id);
CREATE INDEX recurring_order_requester ON recurring_order (requester_id);
CREATE INDEX recurring_order_order ON recurring_order (order_id);

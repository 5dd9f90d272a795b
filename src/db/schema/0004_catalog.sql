-- The catalogue is versioned by date: a row is never changed once it has been
-- in force, a new one with a later valid_from takes its place.
CREATE TABLE service_area (
    id         BIGINT PRIMARY KEY,
    code       TEXT NOT NULL,      -- 'A'
    name       TEXT NOT NULL,
    name_en    TEXT NOT NULL,
    sort       BIGINT NOT NULL,
    version    BIGINT NOT NULL,
    updated_at BIGINT
);
CREATE UNIQUE INDEX service_area_code ON service_area (code);

CREATE TABLE sla_class (
    id            BIGINT PRIMARY KEY,
    code          TEXT NOT NULL,   -- 'E0' ... 'B'
    name          TEXT NOT NULL,
    name_en       TEXT NOT NULL,
    accept_min    BIGINT,          -- null in min and days: no such clock
    accept_days   BIGINT,          -- working days instead of minutes
    accept_working SMALLINT NOT NULL, -- 1: minutes of working time
    on_site_min   BIGINT,
    on_site_days  BIGINT,
    on_site_working SMALLINT NOT NULL,
    on_site_booked SMALLINT NOT NULL, -- 1: at the time the order asks for
    safe_min      BIGINT,
    safe_working  SMALLINT NOT NULL,
    complete_min  BIGINT,
    complete_days BIGINT,
    complete_working SMALLINT NOT NULL,
    complete_booked SMALLINT NOT NULL,
    pause         TEXT NOT NULL,   -- yes no approval
    valid_from    BIGINT NOT NULL,
    valid_to      BIGINT,
    version       BIGINT NOT NULL,
    updated_at    BIGINT
);
CREATE UNIQUE INDEX sla_class_code ON sla_class (code, valid_from);

CREATE TABLE service_item (
    id          BIGINT PRIMARY KEY,
    code        TEXT NOT NULL,     -- 'A04'
    area_id     BIGINT NOT NULL REFERENCES service_area (id),
    name        TEXT NOT NULL,
    name_en     TEXT NOT NULL,
    keywords    TEXT,              -- other words people use for it
    priority    BIGINT NOT NULL,   -- 1 highest ... 5
    sla_class   TEXT NOT NULL,     -- code, read at the order's day
    account     TEXT,              -- 科目
    fields      TEXT,              -- JSON array of form fields
    needs_approval SMALLINT NOT NULL,
    asks_rating SMALLINT NOT NULL,
    anonymous_allowed SMALLINT NOT NULL,
    classified_allowed SMALLINT NOT NULL,
    public_list SMALLINT NOT NULL,
    active      SMALLINT NOT NULL,
    valid_from  BIGINT NOT NULL,
    valid_to    BIGINT,
    version     BIGINT NOT NULL,
    updated_at  BIGINT
);
CREATE UNIQUE INDEX service_item_code ON service_item (code, valid_from);

-- item x place -> crew or provider; the most exact row wins.
CREATE TABLE routing_rule (
    id         BIGINT PRIMARY KEY,
    item_code  TEXT,               -- 'A04', an area 'A', or null for any
    place_id   BIGINT REFERENCES place (id), -- this place and all below
    crew_id    BIGINT NOT NULL REFERENCES crew (id),
    valid_from BIGINT NOT NULL,
    valid_to   BIGINT,
    version    BIGINT NOT NULL,
    updated_at BIGINT
);

-- Days that differ from the week: holidays and make-up working days.
CREATE TABLE calendar_day (
    id         BIGINT PRIMARY KEY,
    on_day     BIGINT NOT NULL,
    kind       TEXT NOT NULL,      -- holiday makeup closure half_holiday
    name       TEXT,
    name_en    TEXT,
    version    BIGINT NOT NULL,
    updated_at BIGINT
);
CREATE UNIQUE INDEX calendar_day_day ON calendar_day (on_day, kind);

-- Years whose holidays have been published.
CREATE TABLE calendar_year (
    id         BIGINT PRIMARY KEY,
    year       BIGINT NOT NULL,
    source     TEXT,
    version    BIGINT NOT NULL,
    updated_at BIGINT
);
CREATE UNIQUE INDEX calendar_year_year ON calendar_year (year);

-- Office hours by season; spans of one row: '08:30-12:00,14:00-17:30'.
CREATE TABLE office_hours (
    id         BIGINT PRIMARY KEY,
    name       TEXT NOT NULL,
    from_month_day BIGINT NOT NULL, -- 501: from 1 May
    to_month_day   BIGINT NOT NULL, -- 930: to 30 September, whole
    spans      TEXT NOT NULL,
    valid_from BIGINT NOT NULL,
    valid_to   BIGINT,
    version    BIGINT NOT NULL,
    updated_at BIGINT
);

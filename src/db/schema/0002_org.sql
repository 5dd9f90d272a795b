-- Units form a tree with validity dates; an ended unit keeps its row.
CREATE TABLE unit (
    id         BIGINT PRIMARY KEY,
    code       TEXT NOT NULL,
    name       TEXT NOT NULL,
    short_name TEXT,
    name_en    TEXT,
    parent_id  BIGINT REFERENCES unit (id),
    path       TEXT NOT NULL,      -- '/1/7/': ids from the root to itself
    sort       BIGINT NOT NULL,
    valid_from BIGINT NOT NULL,    -- day
    valid_to   BIGINT,             -- first day it is no more
    version    BIGINT NOT NULL,
    updated_at BIGINT
);
CREATE INDEX unit_parent ON unit (parent_id);
CREATE INDEX unit_code ON unit (code);
CREATE INDEX unit_path ON unit (path);

-- What became of units: rename, move, merge, split, end.
CREATE TABLE unit_change (
    id         BIGINT PRIMARY KEY,
    unit_id    BIGINT NOT NULL REFERENCES unit (id),
    kind       TEXT NOT NULL,      -- created renamed moved merged split ended
    on_day     BIGINT NOT NULL,
    into_id    BIGINT REFERENCES unit (id),
    old_name   TEXT,
    new_name   TEXT,
    old_parent_id BIGINT,
    new_parent_id BIGINT,
    reason     TEXT,
    at         BIGINT NOT NULL,
    actor_id   BIGINT
);
CREATE INDEX unit_change_unit ON unit_change (unit_id, on_day);

CREATE TABLE place (
    id         BIGINT PRIMARY KEY,
    code       TEXT NOT NULL,
    name       TEXT NOT NULL,
    name_en    TEXT,
    kind       TEXT NOT NULL,      -- site building floor room
    parent_id  BIGINT REFERENCES place (id),
    path       TEXT NOT NULL,
    full_name  TEXT NOT NULL,      -- '1号楼 3层 305'
    unit_id    BIGINT REFERENCES unit (id),
    room_use   TEXT,
    area_m2    DOUBLE PRECISION,
    restricted SMALLINT NOT NULL,  -- a secrecy area: escort needed
    active     SMALLINT NOT NULL,
    initials   TEXT,               -- of full_name, for search
    version    BIGINT NOT NULL,
    updated_at BIGINT
);
CREATE UNIQUE INDEX place_code ON place (code);
CREATE INDEX place_parent ON place (parent_id);
CREATE INDEX place_path ON place (path);

CREATE TABLE provider (
    id         BIGINT PRIMARY KEY,
    code       TEXT NOT NULL,
    name       TEXT NOT NULL,
    name_en    TEXT,
    uscc       TEXT,
    contact    TEXT,
    phone      TEXT,
    active     SMALLINT NOT NULL,
    version    BIGINT NOT NULL,
    updated_at BIGINT
);
CREATE UNIQUE INDEX provider_code ON provider (code);

CREATE TABLE person (
    id          BIGINT PRIMARY KEY,
    code        TEXT NOT NULL,     -- staff number
    name        TEXT NOT NULL,
    name_en     TEXT,
    initials    TEXT,
    unit_id     BIGINT REFERENCES unit (id),
    provider_id BIGINT REFERENCES provider (id),
    place_id    BIGINT REFERENCES place (id),
    post        TEXT,
    phone       TEXT,
    mobile      TEXT,
    email       TEXT,
    active      SMALLINT NOT NULL,
    version     BIGINT NOT NULL,
    updated_at  BIGINT
);
CREATE UNIQUE INDEX person_code ON person (code);
CREATE INDEX person_unit ON person (unit_id);
CREATE INDEX person_initials ON person (initials);
CREATE INDEX person_phone ON person (phone);
CREATE INDEX person_mobile ON person (mobile);

CREATE TABLE crew (
    id          BIGINT PRIMARY KEY,
    code        TEXT NOT NULL,
    name        TEXT NOT NULL,
    name_en     TEXT,
    provider_id BIGINT REFERENCES provider (id),
    phone       TEXT,
    dispatch    TEXT NOT NULL,     -- assign grab in_turn
    active      SMALLINT NOT NULL,
    version     BIGINT NOT NULL,
    updated_at  BIGINT
);
CREATE UNIQUE INDEX crew_code ON crew (code);

CREATE TABLE crew_member (
    id         BIGINT PRIMARY KEY,
    crew_id    BIGINT NOT NULL REFERENCES crew (id),
    person_id  BIGINT NOT NULL REFERENCES person (id),
    lead       SMALLINT NOT NULL,
    skills     TEXT,               -- words with a comma between
    turn       BIGINT NOT NULL,    -- when he last took an order in turn
    version    BIGINT NOT NULL,
    updated_at BIGINT
);
CREATE UNIQUE INDEX crew_member_pair ON crew_member (crew_id, person_id);
CREATE INDEX crew_member_person ON crew_member (person_id);

-- Who is on duty when: a weekly pattern with validity.
CREATE TABLE shift (
    id         BIGINT PRIMARY KEY,
    crew_id    BIGINT NOT NULL REFERENCES crew (id),
    person_id  BIGINT REFERENCES person (id), -- null: the whole crew
    name       TEXT NOT NULL,      -- '早班'
    weekdays   TEXT NOT NULL,      -- '12345': 1 is Monday
    from_min   BIGINT NOT NULL,    -- minutes of the local day
    to_min     BIGINT NOT NULL,    -- below from_min: into the next day
    valid_from BIGINT NOT NULL,
    valid_to   BIGINT,
    version    BIGINT NOT NULL,
    updated_at BIGINT
);
CREATE INDEX shift_crew ON shift (crew_id);

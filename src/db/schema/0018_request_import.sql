-- One bringing-in of another system's requests: what came of it, and whether
-- it stands.  The counts are what the file had.
CREATE TABLE request_import (
    id         BIGINT PRIMARY KEY,
    source     TEXT NOT NULL,      -- of the map: 'boston-311'
    prefix     TEXT NOT NULL,
    file       TEXT NOT NULL,      -- its name, and how many more
    digest     TEXT NOT NULL,      -- SM3 of the files, hex
    repeats    TEXT NOT NULL,      -- first last update refuse
    state      TEXT NOT NULL,      -- begun done broken undoing undone
    rows_read  BIGINT NOT NULL,
    orders     BIGINT NOT NULL,    -- made
    updated    BIGINT NOT NULL,    -- orders that were there
    known      BIGINT NOT NULL,    -- left as they were
    refused    BIGINT NOT NULL,
    repeated   BIGINT NOT NULL,    -- rows of a request that has another row
    kept       BIGINT NOT NULL,    -- not undone: somebody has touched them
    reason     TEXT,               -- why it broke off
    made_by    BIGINT REFERENCES account (id), -- null: the program itself
    begun_at   BIGINT NOT NULL,
    beat_at    BIGINT NOT NULL,    -- it was at work then
    ended_at   BIGINT,
    version    BIGINT NOT NULL,
    updated_at BIGINT
);
CREATE INDEX request_import_source ON request_import (source, id);
CREATE INDEX request_import_state ON request_import (state)
    WHERE state IN ('begun', 'undoing');

-- What an import made or changed, for as long as it can be undone.
CREATE TABLE import_row (
    import_id  BIGINT NOT NULL REFERENCES request_import (id),
    noun       TEXT NOT NULL,      -- order service_area service_item crew person
    noun_id    BIGINT NOT NULL,
    was        TEXT,               -- JSON of what it changed; null: it made it
    kept       SMALLINT NOT NULL,  -- 1: the undoing leaves it
    PRIMARY KEY (import_id, noun, noun_id)
);
CREATE INDEX import_row_thing ON import_row (noun_id, import_id);

-- What people of this office say for an item, besides what the program knows.
CREATE TABLE item_word (
    id         BIGINT PRIMARY KEY,
    active     SMALLINT NOT NULL,
    version    BIGINT NOT NULL,
    updated_at BIGINT,
    item_code  TEXT NOT NULL,      -- 'A04'
    word       TEXT NOT NULL       -- one saying: '灯泡憋了'
);
CREATE UNIQUE INDEX item_word_word ON item_word (item_code, word);

-- Words for which no item was found, for whoever looks after the catalogue.
CREATE TABLE unfound_word (
    id         BIGINT PRIMARY KEY,
    active     SMALLINT NOT NULL,
    version    BIGINT NOT NULL,
    updated_at BIGINT,
    word       TEXT NOT NULL,
    times      BIGINT NOT NULL,    -- how often it was said
    said_at    BIGINT              -- the last time
);
CREATE UNIQUE INDEX unfound_word_word ON unfound_word (word);

-- How often an item was asked for of late: what fits alike is ranked by it.
CREATE TABLE item_asked (
    item_code TEXT PRIMARY KEY,
    times     BIGINT NOT NULL
);

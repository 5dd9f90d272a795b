-- Who did what when.  One chain of hashes for each writing connection, so
-- that two transactions never wait for one another at its head.
CREATE TABLE audit_entry (
    id         BIGINT PRIMARY KEY,
    chain      BIGINT NOT NULL,
    seq        BIGINT NOT NULL,
    at         BIGINT NOT NULL,
    account_id BIGINT,
    actor      TEXT,               -- name as it was then
    channel    TEXT,
    address    TEXT,
    action     TEXT NOT NULL,      -- 'order.dispatch', 'place.set', 'sign_in'
    noun       TEXT,
    noun_id    BIGINT,
    detail     TEXT,               -- JSON: {field: [old, new]}
    hash       TEXT NOT NULL       -- hex of H(previous hash, this row)
);
CREATE UNIQUE INDEX audit_entry_chain ON audit_entry (chain, seq);
CREATE INDEX audit_entry_noun ON audit_entry (noun_id, noun);

-- The head of each chain: a chain cut short is found by it.
CREATE TABLE audit_chain (
    chain BIGINT PRIMARY KEY,
    seq   BIGINT NOT NULL,
    hash  TEXT NOT NULL
);

-- Rising numbers by name (order numbers of a day).
CREATE TABLE counter (
    name  TEXT PRIMARY KEY,
    value BIGINT NOT NULL
);

-- Which process has which node number (its ids carry it), until when.
CREATE TABLE node (
    node   BIGINT PRIMARY KEY,
    owner  TEXT NOT NULL,
    until  BIGINT NOT NULL
);

-- What is the newest state of slowly changing things kept in memory by each
-- process (the catalogue, the calendars, the unit tree).
CREATE TABLE generation (
    name  TEXT PRIMARY KEY,
    value BIGINT NOT NULL
);

-- Answers already given to requests with an Idempotency-Key.
CREATE TABLE idempotency (
    account_id BIGINT NOT NULL,
    key        TEXT NOT NULL,
    at         BIGINT NOT NULL,
    request    TEXT NOT NULL,      -- hash of method, path and body
    status     BIGINT NOT NULL,
    body       TEXT NOT NULL,
    PRIMARY KEY (account_id, key)
);

-- Settings of the office that an administrator may change.
CREATE TABLE setting (
    id         BIGINT PRIMARY KEY,
    name       TEXT NOT NULL,
    value      TEXT NOT NULL,
    version    BIGINT NOT NULL,
    updated_at BIGINT
);
CREATE UNIQUE INDEX setting_name ON setting (name);

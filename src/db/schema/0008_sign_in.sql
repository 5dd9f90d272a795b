-- A password that another reset is told of at the next sign-in.
ALTER TABLE account ADD COLUMN reset_at BIGINT;
ALTER TABLE account ADD COLUMN reset_by TEXT;   -- who it was, by name

-- The hashes of an account's last passwords, which are not taken again.
CREATE TABLE old_password (
    id         BIGINT PRIMARY KEY,
    account_id BIGINT NOT NULL REFERENCES account (id),
    password   TEXT NOT NULL
);
CREATE INDEX old_password_account ON old_password (account_id, id);

-- Failures to sign in, counted by where they come from: a browser or a network
-- from which the account has signed in before, or, with account_id 0, from
-- anywhere else by the name that was typed.
CREATE TABLE sign_in_from (
    id           BIGINT PRIMARY KEY,
    account_id   BIGINT NOT NULL,
    mark         TEXT NOT NULL,   -- device:SHA-256, network:192.0.2.0, name:20 bits
    failures     BIGINT NOT NULL,
    locked_until BIGINT,
    seen_at      BIGINT NOT NULL
);
CREATE UNIQUE INDEX sign_in_from_mark ON sign_in_from (account_id, mark);
CREATE INDEX sign_in_from_seen ON sign_in_from (seen_at);

CREATE INDEX session_seen ON session (seen_at);

-- What one administrator has asked for and a second one must confirm.
CREATE TABLE right_change (
    id           BIGINT PRIMARY KEY,
    kind         TEXT NOT NULL,
    person_id    BIGINT NOT NULL REFERENCES person (id), -- whose rights
    person_name  TEXT NOT NULL,
    about        TEXT,            -- the name of the crew, account, role
    noun         TEXT NOT NULL,   -- the row that is added, set or removed
    noun_id      BIGINT NOT NULL,
    wish         TEXT,            -- its fields, as JSON
    confirmer    TEXT NOT NULL,   -- the role of whoever decides
    state        TEXT NOT NULL,   -- waiting confirmed refused withdrawn
    asked_by     BIGINT NOT NULL REFERENCES account (id),
    asked_name   TEXT NOT NULL,
    asked_at     BIGINT NOT NULL,
    decided_by   BIGINT REFERENCES account (id),
    decided_name TEXT,
    decided_at   BIGINT,
    version      BIGINT NOT NULL,
    updated_at   BIGINT
);
CREATE INDEX right_change_state ON right_change (state, id);
CREATE INDEX right_change_person ON right_change (person_id);

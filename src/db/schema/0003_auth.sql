CREATE TABLE account (
    id           BIGINT PRIMARY KEY,
    name         TEXT NOT NULL,    -- to sign in with, lower case
    person_id    BIGINT NOT NULL REFERENCES person (id),
    password     TEXT,             -- Argon2id string; null: cannot sign in
    password_at  BIGINT,
    must_change  SMALLINT NOT NULL,
    failures     BIGINT NOT NULL,
    locked_until BIGINT,
    active       SMALLINT NOT NULL,
    lang         TEXT,
    version      BIGINT NOT NULL,
    updated_at   BIGINT
);
CREATE UNIQUE INDEX account_name ON account (name);
CREATE INDEX account_person ON account (person_id);

CREATE TABLE role_grant (
    id         BIGINT PRIMARY KEY,
    account_id BIGINT NOT NULL REFERENCES account (id),
    role       TEXT NOT NULL,
    scope      TEXT NOT NULL,      -- all unit crew place provider
    scope_id   BIGINT,
    version    BIGINT NOT NULL,
    updated_at BIGINT
);
CREATE INDEX role_grant_account ON role_grant (account_id);

CREATE TABLE session (
    id         BIGINT PRIMARY KEY,
    secret     TEXT NOT NULL,      -- hex SHA-256 of the cookie
    account_id BIGINT NOT NULL REFERENCES account (id),
    csrf       TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    seen_at    BIGINT NOT NULL,
    address    TEXT
);
CREATE UNIQUE INDEX session_secret ON session (secret);
CREATE INDEX session_account ON session (account_id);

CREATE TABLE token (
    id         BIGINT PRIMARY KEY,
    secret     TEXT NOT NULL,
    account_id BIGINT NOT NULL REFERENCES account (id),
    name       TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT,
    seen_at    BIGINT,
    version    BIGINT NOT NULL,
    updated_at BIGINT
);
CREATE UNIQUE INDEX token_secret ON token (secret);
CREATE INDEX token_account ON token (account_id);

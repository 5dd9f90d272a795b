CREATE TABLE key (
    id BIGINT PRIMARY KEY,
    active SMALLINT NOT NULL,
    version BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    tag TEXT NOT NULL UNIQUE,
    kind TEXT NOT NULL,
    place_id BIGINT NOT NULL REFERENCES place (id),
    unit_id BIGINT REFERENCES unit (id),
    copies BIGINT NOT NULL,
    lent BIGINT NOT NULL,
    until BIGINT,
    CHECK (lent BETWEEN 0 AND copies)
);

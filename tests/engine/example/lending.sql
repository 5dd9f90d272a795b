CREATE TABLE lending (
    id BIGINT PRIMARY KEY,
    state TEXT NOT NULL,
    version BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    key_id BIGINT NOT NULL REFERENCES key (id),
    until BIGINT NOT NULL,
    reason TEXT,
    person_id BIGINT NOT NULL REFERENCES person (id),
    place_id BIGINT NOT NULL REFERENCES place (id)
);
CREATE INDEX lending_due ON lending (until, id) WHERE state = 'lent';
CREATE INDEX lending_of_key ON lending (key_id, id);
CREATE INDEX lending_of_person ON lending (person_id, id);

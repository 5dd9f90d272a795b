-- Who has a room from when to when, as an engine to come might state it.
CREATE TABLE booking (
    id          BIGINT PRIMARY KEY,
    resource_id BIGINT NOT NULL,
    starts      BIGINT NOT NULL,
    ends        BIGINT NOT NULL,
    state       TEXT NOT NULL,      -- held released
    CHECK (starts < ends)
);

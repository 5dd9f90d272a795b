-- What the event stream is to tell, in the order in which it was committed: a
-- row for each new event and notice, written at the end of its transaction.
-- seq is given by the database, so the order hangs on no process's clock; of
-- two transactions at once on PostgreSQL the greater may be seen first.  Old
-- rows are dropped, the newest never.
CREATE TABLE news (
    seq    BIGINT PRIMARY KEY,
    kind   SMALLINT NOT NULL,      -- 1 event, 2 notice, 3 many at once
    row_id BIGINT NOT NULL         -- event.id, notice.id; 0 with kind 3
);

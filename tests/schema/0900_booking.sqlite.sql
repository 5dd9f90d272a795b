-- One writes after the other, so the question before the write is enough; it
-- has an index, and the planner is told how large the table gets.
CREATE INDEX booking_held ON booking (resource_id, ends) WHERE state = 'held';
INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES
    ('booking', 'booking_held', '500000 1000 1');
ANALYZE sqlite_schema;

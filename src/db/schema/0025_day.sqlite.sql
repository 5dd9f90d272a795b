-- What the planner should think of the index.
ANALYZE sqlite_schema;
DELETE FROM sqlite_stat1 WHERE idx = 'orders_open_urgency';
INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES
    ('orders', 'orders_open_urgency', '10000 2 1 1 1 1 1 1 1 1 1 1 1 1');
ANALYZE sqlite_schema;

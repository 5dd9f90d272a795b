-- What the planner should think of the two indexes, as of those before.
ANALYZE sqlite_schema;
DELETE FROM sqlite_stat1 WHERE idx IN ('orders_open', 'orders_open_due');
INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES
    ('orders', 'orders_open', '10000 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1'),
    ('orders', 'orders_open_due', '10000 2 1 1 1 1 1 1 1 1 1 1 1 1');
ANALYZE sqlite_schema;

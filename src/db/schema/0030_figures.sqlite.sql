-- What the planner should think of the indexes.
ANALYZE sqlite_schema;
DELETE FROM sqlite_stat1
    WHERE idx IN ('orders_submitted', 'orders_completed', 'rating_stars');
INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES
    ('orders', 'orders_submitted', '1000000 2 1 1'),
    ('orders', 'orders_completed', '900000 2 1 1 1 1'),
    ('rating', 'rating_stars', '300000 60000 1 1 1');
ANALYZE sqlite_schema;

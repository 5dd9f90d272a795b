-- What the planner should think of the tables: a large office.  Its plans are
-- then the same in every office and on every day; ANALYZE is never run.
ANALYZE sqlite_schema;
DELETE FROM sqlite_stat1;
INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES
    ('orders', 'orders_number', '1000000 1'),
    ('orders', 'orders_open', '10000 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1'),
    ('orders', 'orders_open_due', '10000 2 1 1 1 1 1 1 1 1 1 1 1'),
    ('orders', 'orders_state', '1000000 100000'),
    ('orders', 'orders_requester', '1000000 800'),
    ('orders', 'orders_crew', '1000000 60000'),
    ('orders', 'orders_place', '1000000 600'),
    ('orders', 'orders_unit', '1000000 25000'),
    ('orders', 'orders_area', '1000000 80000'),
    ('orders', 'orders_item', '1000000 8000'),
    ('orders', 'orders_submitted', '1000000 2'),
    ('orders', 'orders_wake', '20000 2'),
    ('orders', 'orders_parent', '20000 4'),
    ('orders', 'orders_merged', '10000 2'),
    ('orders', 'orders_assignee', '900000 8000'),
    ('orders', 'orders_provider', '100000 50000'),
    ('orders', 'orders_external', '100000 100000 1'),
    ('event', 'event_order', '8000000 8');
ANALYZE sqlite_schema;

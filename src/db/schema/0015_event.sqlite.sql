CREATE INDEX event_noun ON event (noun, noun_id) WHERE noun <> 'order';
INSERT INTO sqlite_stat1 (tbl, idx, stat)
    VALUES ('event', 'event_noun', '20000 2000 4');
ANALYZE sqlite_schema;

-- Two who book at once: the last word is the database's.
CREATE EXTENSION IF NOT EXISTS btree_gist WITH SCHEMA public;
ALTER TABLE booking ADD CONSTRAINT booking_once
    EXCLUDE USING gist (resource_id WITH =, int8range(starts, ends) WITH &&)
    WHERE (state = 'held');

-- An event is of a row of any noun; those that are here are of orders, and their
-- digests stay what they were (decision 37).  No row is rewritten.  The index
-- goes with the column: an id is one row's among all nouns, so it needs no noun.
ALTER TABLE event RENAME COLUMN order_id TO noun_id;
ALTER TABLE event ADD COLUMN noun TEXT NOT NULL DEFAULT 'order';

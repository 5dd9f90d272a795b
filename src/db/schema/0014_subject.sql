-- A message is about a row of any noun that has a life; those that are here are
-- about orders.  The words are made when it is read: text is kept of old ones.
ALTER TABLE notice RENAME COLUMN order_id TO noun_id;
ALTER TABLE notice ADD COLUMN noun TEXT NOT NULL DEFAULT 'order';

-- SQLite gives the next number to a row without a key by itself.
CREATE SEQUENCE news_seq;
ALTER TABLE news ALTER COLUMN seq SET DEFAULT nextval('news_seq');

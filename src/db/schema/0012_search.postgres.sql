-- The words of all nouns; the orders, which are many, keep order_search.
CREATE TABLE search (
    noun   TEXT NOT NULL,
    id     BIGINT NOT NULL,
    tokens TSVECTOR NOT NULL,
    PRIMARY KEY (noun, id)
);
CREATE INDEX search_tokens ON search USING gin (tokens);
ALTER TABLE order_search RENAME COLUMN order_id TO id;

-- The words of all nouns; the orders, which are many, keep order_search.
CREATE VIRTUAL TABLE search USING fts5(
    tokens, content = '', detail = none, tokenize = 'ascii'
);

CREATE VIRTUAL TABLE order_search USING fts5(
    tokens, content = '', detail = none, tokenize = 'ascii'
);

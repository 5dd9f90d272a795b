-- An import that moved a unit left the paths of ended units below it as they
-- were.  A path follows from the parents and from nothing else.
WITH RECURSIVE tree(id, path) AS (
    SELECT id, '/' || CAST(id AS TEXT) || '/' FROM unit WHERE parent_id IS NULL
    UNION ALL
    SELECT u.id, t.path || CAST(u.id AS TEXT) || '/'
    FROM unit u JOIN tree t ON u.parent_id = t.id)
UPDATE unit SET path = tree.path FROM tree
WHERE tree.id = unit.id AND tree.path <> unit.path;

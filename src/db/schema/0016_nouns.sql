-- Which classes are emergencies is said, no longer spelled.  Of an office that
-- is there the program says it at its next start, with entries in the audit:
-- until then every class is what its rows were proved as.
ALTER TABLE sla_class ADD COLUMN emergency SMALLINT NOT NULL DEFAULT 0;
INSERT INTO generation (name, value)
    SELECT 'sla_class.emergency', 1 WHERE EXISTS (SELECT 1 FROM sla_class);

-- How somebody looks at a list: its filters and sorting, under a name.
CREATE TABLE saved_view (
    id         BIGINT PRIMARY KEY,
    account_id BIGINT NOT NULL REFERENCES account (id), -- whose it is
    list       TEXT NOT NULL,      -- plural of the noun: 'orders'
    name       TEXT NOT NULL,
    query      TEXT,               -- 'state=submitted&sort=-id'
    version    BIGINT NOT NULL,
    updated_at BIGINT
);
CREATE UNIQUE INDEX saved_view_name ON saved_view (account_id, list, name);

-- Which classes are emergencies is said, no longer spelled.  Of an office that
-- is there the program says it at its next start, with entries in the audit:
-- until then every class is what its rows were proved as.
ALTER TABLE sla_class ADD COLUMN emergency SMALLINT NOT NULL DEFAULT 0;
INSERT INTO generation (name, value)
    SELECT 'sla_class.emergency', 1 WHERE EXISTS (SELECT 1 FROM sla_class);

-- Doors: what a lower part asks of a higher one.  Whoever needs it owns the
-- name and the columns (auth_ is auth's, org_ is org's) and reads no more than
-- these; whoever has the tables fills them here.  Each shows one table as it
-- is, so a query through it has the plan it would have without.
CREATE VIEW auth_person AS
    SELECT id, code, name, name_en, initials, mobile, unit_id, provider_id,
           active
    FROM person;
CREATE VIEW auth_unit AS SELECT id, name, path FROM unit;
CREATE VIEW auth_place AS SELECT id, full_name AS name, path FROM place;
CREATE VIEW auth_provider AS SELECT id, name, active FROM provider;
CREATE VIEW auth_crew AS SELECT id, name, provider_id, active FROM crew;
CREATE VIEW auth_member AS SELECT id, crew_id, person_id, lead FROM crew_member;
CREATE VIEW auth_setting AS SELECT name, value FROM setting;

-- What is sent to a crew by itself.
CREATE VIEW org_work AS
    SELECT id, crew_id, item_code, valid_from, valid_to FROM routing_rule;

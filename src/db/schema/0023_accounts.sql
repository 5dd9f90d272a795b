-- Accounts by the hundred: first passwords that the program has made, and
-- changes of rights that were asked for together.
ALTER TABLE account ADD COLUMN code_until BIGINT; -- it lets in no longer then
ALTER TABLE right_change ADD COLUMN batch_id BIGINT; -- of one table, one choice
CREATE INDEX right_change_batch ON right_change (batch_id, id);

-- Who is to have an account is chosen by unit and called by number.
DROP VIEW auth_person;
CREATE VIEW auth_person AS
    SELECT id, code, name, name_en, initials, mobile, phone, unit_id,
           provider_id, active
    FROM person;
DROP VIEW auth_unit;
CREATE VIEW auth_unit AS SELECT id, code, name, path, valid_to FROM unit;
DROP VIEW auth_place;
CREATE VIEW auth_place AS SELECT id, code, full_name AS name, path FROM place;
DROP VIEW auth_provider;
CREATE VIEW auth_provider AS SELECT id, code, name, active FROM provider;
DROP VIEW auth_crew;
CREATE VIEW auth_crew AS SELECT id, code, name, provider_id, active FROM crew;

-- The rule by which an entry was hashed; null is the first one.  Proof: what
-- the rows it tells of were when they were written.
ALTER TABLE audit_entry ADD COLUMN rule BIGINT;
ALTER TABLE audit_entry ADD COLUMN proof BYTEA;

-- The heads of all chains at a moment, signed; rows are only added.
CREATE TABLE audit_seal (
    id   BIGINT PRIMARY KEY,       -- 1, 2, 3 ...
    at   BIGINT NOT NULL,
    line TEXT NOT NULL             -- as it goes to the file of seals
);

-- What rows were that have no entry of their own: of a demo, an import, or of
-- a release before the proofs.  An entry holds the hash of the leaves.
CREATE TABLE audit_cover (
    id       BIGINT PRIMARY KEY,
    noun     TEXT NOT NULL,
    first_id BIGINT NOT NULL,
    last_id  BIGINT NOT NULL,
    leaves   BYTEA NOT NULL
);
CREATE INDEX audit_cover_noun ON audit_cover (noun, first_id);

-- An office that is older than this has rows to be covered at its next start.
INSERT INTO generation (name, value)
    SELECT 'audit.uncovered', 1 WHERE EXISTS (SELECT 1 FROM audit_chain);

-- A session that was idle too long is locked where alarms must still be seen.
ALTER TABLE session ADD COLUMN idle_ms BIGINT; -- how long it may rest, as of its last use; null: as the setting says
ALTER TABLE session ADD COLUMN locked_at BIGINT; -- since then only the password opens it

-- What must be done once among processes: who has claimed it until when, and
-- when it was last done.  A claim whose holder died ends by itself.
CREATE TABLE job (
    name   TEXT PRIMARY KEY,
    holder BIGINT NOT NULL,     -- the process: a number it made up
    until  BIGINT NOT NULL,     -- 0: nobody has it
    ran_at BIGINT NOT NULL      -- 0: never
);

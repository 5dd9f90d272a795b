-- What shall become of a unit on a day that has not come yet.
CREATE TABLE unit_plan (
    id         BIGINT PRIMARY KEY,
    unit_id    BIGINT NOT NULL REFERENCES unit (id),
    verb       TEXT NOT NULL,      -- rename move merge split end
    on_day     BIGINT NOT NULL,
    name       TEXT,
    short_name TEXT,
    code       TEXT,
    parent_id  BIGINT REFERENCES unit (id),
    into_id    BIGINT REFERENCES unit (id),
    reason     TEXT,
    made_by    BIGINT REFERENCES account (id), -- null: the program itself
    refused    TEXT,               -- why it could not be done on its day
    version    BIGINT NOT NULL,
    updated_at BIGINT
);
CREATE INDEX unit_plan_day ON unit_plan (on_day);
CREATE INDEX unit_plan_unit ON unit_plan (unit_id);

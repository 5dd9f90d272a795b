-- In which order the desk and the crews take orders up: least first.
ALTER TABLE orders ADD COLUMN urgency BIGINT NOT NULL DEFAULT 0;

-- Of the orders that are there the round says it when it looks at them, at once;
-- until then, and of what was brought in, they stand by their times.
UPDATE orders SET urgency = CASE
        WHEN completed_at IS NOT NULL THEN 5000000000 + COALESCE(submitted_at, 0) / 60000 * 10
        WHEN nearest_due IS NULL THEN 4000000000 + COALESCE(submitted_at, 0) / 60000 * 10
        ELSE 3000000000 + nearest_due / 60000 * 10 END
    + priority
    WHERE is_open = 1;
UPDATE orders SET wake_at = 1
    WHERE is_open = 1 AND completed_at IS NULL AND nearest_due IS NOT NULL
      AND external_source IS NULL;

CREATE INDEX orders_open_urgency
    ON orders ((COALESCE(urgency, 0)), id, state, area_id, crew_id, priority,
               emergency, completed_at, requester_id, provider_id, unit_id,
               place_id, is_open)
    WHERE is_open = 1;

-- What crews say when work is done, ready to be pressed.
CREATE TABLE ready_phrase (
    id         BIGINT PRIMARY KEY,
    active     SMALLINT NOT NULL,
    version    BIGINT NOT NULL,
    updated_at BIGINT,
    text       TEXT NOT NULL UNIQUE,
    item_code  TEXT                -- 'A04', or 'A' of an area; null: of any
);

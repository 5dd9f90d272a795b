-- The clock that ends first of those still to be met, and the alarm about it.
ALTER TABLE orders ADD COLUMN emergency SMALLINT NOT NULL DEFAULT 0;
ALTER TABLE orders ADD COLUMN alarming SMALLINT NOT NULL DEFAULT 0;
ALTER TABLE orders ADD COLUMN alarms BIGINT NOT NULL DEFAULT 0;
ALTER TABLE orders ADD COLUMN alarmed_at BIGINT;
ALTER TABLE orders ADD COLUMN nearest_due BIGINT;

-- Of the orders that are there the round says the rest when it looks at them:
-- that is at once, as these alarms were not told until now.
UPDATE orders SET nearest_due = (
    SELECT MIN(due) FROM (
        SELECT CASE WHEN orders.accepted_at IS NULL
                    THEN orders.accept_due END AS due
        UNION ALL SELECT CASE WHEN orders.on_site_at IS NULL
                    THEN orders.on_site_due END
        UNION ALL SELECT CASE WHEN orders.safe_at IS NULL
                    THEN orders.safe_due END
        UNION ALL SELECT CASE WHEN orders.suspended_at IS NULL
                      OR orders.complete_due <= orders.suspended_at
                    THEN orders.complete_due END) clock)
    WHERE is_open = 1 AND completed_at IS NULL;
UPDATE orders SET wake_at = 1
    WHERE is_open = 1 AND nearest_due IS NOT NULL AND external_source IS NULL;

DROP INDEX orders_open;
CREATE INDEX orders_open
    ON orders (id, state, area_id, crew_id, priority, place_id, unit_id,
               item_code, assignee_id, provider_id, nearest_due, emergency,
               alarming, complete_due, completed_at, suspended_at, escalation,
               requester_id, is_open)
    WHERE is_open = 1;
DROP INDEX orders_open_due;
CREATE INDEX orders_open_due
    ON orders ((COALESCE(nearest_due, 0)), id, nearest_due, state, area_id,
               crew_id, priority, emergency, alarming, escalation,
               requester_id, provider_id, is_open)
    WHERE is_open = 1;

-- Who is reached when nobody sits at the desk.
CREATE TABLE on_call (
    id         BIGINT PRIMARY KEY,
    on_day     BIGINT NOT NULL,    -- on which it begins
    from_min   BIGINT NOT NULL,    -- of the day
    to_min     BIGINT NOT NULL,    -- not above from_min: of the next day
    person_id  BIGINT NOT NULL REFERENCES person (id),
    place_id   BIGINT REFERENCES place (id), -- and all below; null: everywhere
    phone      TEXT,
    version    BIGINT NOT NULL,
    updated_at BIGINT
);
CREATE INDEX on_call_place ON on_call (place_id);
CREATE UNIQUE INDEX on_call_day ON on_call (on_day, person_id);
CREATE INDEX on_call_person ON on_call (person_id);

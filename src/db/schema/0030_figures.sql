-- What was asked for and completed in a span of time is counted in an index of
-- its own, without the rows (decision 16).
DROP INDEX orders_submitted;
CREATE INDEX orders_submitted
    ON orders ((COALESCE(submitted_at, 0)), id, submitted_at);
CREATE INDEX orders_completed
    ON orders ((COALESCE(completed_at, 0)), id, completed_at, complete_late,
               provider_id)
    WHERE COALESCE(completed_at, 0) <> 0;

-- Votes of a span of time, and the poor ones of all times.
CREATE INDEX rating_stars ON rating (stars, at, crew_id, order_id);

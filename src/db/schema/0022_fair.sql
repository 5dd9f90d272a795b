-- Time that is fair: which clock is meant, since when it runs, what was said of it.
ALTER TABLE orders ADD COLUMN nearest_clock TEXT;   -- whose time nearest_due is
ALTER TABLE orders ADD COLUMN clocks_from BIGINT;   -- since when the clocks run
ALTER TABLE orders ADD COLUMN complete_from BIGINT; -- the last one; null: its end
                                                    -- was agreed on
ALTER TABLE orders ADD COLUMN judged_at BIGINT;     -- clocks that ended by then
                                                    -- have been told as late
ALTER TABLE orders ADD COLUMN held_due BIGINT;      -- while suspended: what
                                                    -- complete_due was before

UPDATE orders SET nearest_clock = CASE
        WHEN accept_due = nearest_due AND accepted_at IS NULL THEN 'accept'
        WHEN on_site_due = nearest_due AND on_site_at IS NULL THEN 'on_site'
        WHEN safe_due = nearest_due AND safe_at IS NULL THEN 'safe'
        ELSE 'complete' END
    WHERE is_open = 1 AND nearest_due IS NOT NULL;
-- Of orders that are there: since they were asked, or since the last that made
-- their clocks begin anew.  What came from elsewhere has its promise from there.
UPDATE orders SET clocks_from = COALESCE((
        SELECT MAX(at) FROM event WHERE noun = 'order' AND noun_id = orders.id
            AND verb IN ('approve', 'resubmit', 'reopen')), submitted_at)
    WHERE is_open = 1 AND external_source IS NULL
      AND state <> 'awaiting_approval';
UPDATE orders SET complete_from = clocks_from
    WHERE is_open = 1 AND extensions = 0 AND suspended_at IS NULL
      AND NOT EXISTS (SELECT 1 FROM event WHERE noun = 'order'
          AND noun_id = orders.id AND verb IN ('resume', 'transfer',
                                               'grant_extension'));
UPDATE orders SET judged_at = updated_at
    WHERE is_open = 1
      AND accept_late + on_site_late + safe_late + complete_late > 0;

-- An order that was reopened is rated again; what it was found before stays.
ALTER TABLE rating ADD COLUMN life BIGINT NOT NULL DEFAULT 0; -- times reopened
DROP INDEX rating_order;
CREATE UNIQUE INDEX rating_order ON rating (order_id, life);

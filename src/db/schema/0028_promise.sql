-- Of each clock the verdict of this round, in which unit is left what a pause
-- left, what was late before more time was asked for, and what was promised under
-- other classes in this round.
ALTER TABLE orders ADD COLUMN left_working SMALLINT NOT NULL DEFAULT 0;
                                           -- complete_left_ms is office time
ALTER TABLE orders ADD COLUMN late_when_asked SMALLINT NOT NULL DEFAULT 0;
ALTER TABLE orders ADD COLUMN judged BIGINT NOT NULL DEFAULT 0;
                                           -- 1 accept, 2 on site, 4 safe, 8
                                           -- complete: ran out, and was told
ALTER TABLE orders ADD COLUMN promised TEXT; -- JSON, by class

UPDATE orders SET judged =
        CASE WHEN accept_late = 1 AND accept_due <= judged_at THEN 1 ELSE 0 END
        + CASE WHEN on_site_late = 1 AND on_site_due <= judged_at
            THEN 2 ELSE 0 END
        + CASE WHEN safe_late = 1 AND safe_due <= judged_at THEN 4 ELSE 0 END
        + CASE WHEN complete_late = 1 AND complete_due <= judged_at
            THEN 8 ELSE 0 END
    WHERE is_open = 1 AND judged_at IS NOT NULL;
ALTER TABLE orders DROP COLUMN judged_at;

-- What was left is office time where the class runs in it; until an end where
-- nobody works it was told by the clock on the wall.
UPDATE orders SET left_working = 1
    WHERE is_open = 1 AND complete_left_ms > 0
      AND (held_due IS NULL OR suspended_at IS NULL
           OR held_due - suspended_at <> complete_left_ms)
      AND EXISTS (SELECT 1 FROM sla_class s WHERE s.code = orders.sla_class
          AND (s.complete_working = 1 OR s.complete_days > 0));
-- An end that was agreed on is agreed on after a pause, too.
UPDATE orders SET complete_from = NULL
    WHERE is_open = 1 AND EXISTS (SELECT 1 FROM event g
        WHERE g.noun = 'order' AND g.noun_id = orders.id
          AND g.verb = 'grant_extension'
          AND NOT EXISTS (SELECT 1 FROM event e
              WHERE e.noun = 'order' AND e.noun_id = orders.id AND e.id > g.id
                AND e.verb IN ('approve', 'correct', 'resubmit', 'rework',
                               'reopen')));
-- Late before it was asked for: nobody told of it since.
UPDATE orders SET late_when_asked = 1
    WHERE extension_asked_until IS NOT NULL AND complete_late = 1
      AND NOT EXISTS (SELECT 1 FROM event l
        WHERE l.noun = 'order' AND l.noun_id = orders.id AND l.verb = 'late'
          AND l.note = 'complete'
          AND l.id > (SELECT MAX(a.id) FROM event a
              WHERE a.noun = 'order' AND a.noun_id = orders.id
                AND a.verb = 'ask_extension'));

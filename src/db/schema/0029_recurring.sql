-- What an order of a rule was made for stays known when the calendar moves its day.
ALTER TABLE recurring_order ADD COLUMN made_for BIGINT; -- the day of the week, the
                                                        -- month's first day or the
                                                        -- festival it was made for
ALTER TABLE recurring_order ADD COLUMN made_at BIGINT;  -- when that was

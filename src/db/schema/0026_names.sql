-- Which browser a session was begun with, by names of auth/browser.c.
ALTER TABLE session ADD COLUMN browser TEXT;

ALTER TABLE office_hours ADD COLUMN name_en TEXT;

-- 'Room 305, Floor 3, Building 1'; null: nothing of it has an English name.
ALTER TABLE place ADD COLUMN full_name_en TEXT;

-- From above, as each begins with what it lies in; the site is left out.
UPDATE place SET full_name_en = name_en
    WHERE kind = 'site' OR parent_id IS NULL;
UPDATE place SET full_name_en = name_en
    WHERE parent_id IN (SELECT id FROM place WHERE kind = 'site');
UPDATE place SET full_name_en = (
        SELECT COALESCE(place.name_en, place.name) || ', '
            || COALESCE(q.full_name_en, q.full_name)
        FROM place q WHERE q.id = place.parent_id
            AND (place.name_en IS NOT NULL OR q.full_name_en IS NOT NULL))
    WHERE kind = 'floor'
        AND parent_id IN (SELECT id FROM place WHERE kind <> 'site');
UPDATE place SET full_name_en = (
        SELECT COALESCE(place.name_en, place.name) || ', '
            || COALESCE(q.full_name_en, q.full_name)
        FROM place q WHERE q.id = place.parent_id
            AND (place.name_en IS NOT NULL OR q.full_name_en IS NOT NULL))
    WHERE kind = 'room'
        AND parent_id IN (SELECT id FROM place WHERE kind <> 'site');

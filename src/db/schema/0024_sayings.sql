-- The item 说不清，请服务台判断 (Z00) of an office that has a catalogue already:
-- the program adds it at its next start, with entries in the audit.
INSERT INTO generation (name, value)
    SELECT 'service_item.not_sure', 1 WHERE EXISTS (SELECT 1 FROM service_item);

-- Places are found by what they are used for, too: their parts are written anew
-- at the next start.
DELETE FROM place_word;
UPDATE generation SET value = 0 WHERE name = 'org.words';

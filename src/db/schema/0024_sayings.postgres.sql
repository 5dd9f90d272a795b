-- Whether a row has a word is asked of one row after another.
DROP INDEX place_word_place;
CREATE INDEX place_word_place ON place_word (place_id, word);
DROP INDEX person_word_person;
CREATE INDEX person_word_person ON person_word (person_id, word);

-- The parts by which a place or a person is found, compared byte by byte so
-- that what begins with a part is a range.
CREATE TABLE place_word (
    word     TEXT COLLATE "C" NOT NULL,
    place_id BIGINT NOT NULL,
    PRIMARY KEY (word, place_id)
);
CREATE INDEX place_word_place ON place_word (place_id);

CREATE TABLE person_word (
    word      TEXT COLLATE "C" NOT NULL,
    person_id BIGINT NOT NULL,
    PRIMARY KEY (word, person_id)
);
CREATE INDEX person_word_person ON person_word (person_id);

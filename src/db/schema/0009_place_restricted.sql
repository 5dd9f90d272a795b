-- The few secrecy areas among many places: whoever is from outside is told of
-- none, which is asked for each place that is listed to him.
CREATE INDEX place_restricted ON place (path) WHERE restricted = 1;

CREATE INDEX event_noun ON event (noun, noun_id, id) WHERE noun <> 'order';

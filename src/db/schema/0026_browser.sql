-- Which browser a session was begun with, by names of auth/browser.c.
ALTER TABLE session ADD COLUMN browser TEXT;

-- A pause that the bot made ends by itself when its cause is gone. `resumed_at` is when that was last: what fails again
-- at once is not begun again at once. `unmentioned` is why a schedule's role is not mentioned: it was deleted, or may
-- not be mentioned.
ALTER TABLE schedule ADD COLUMN resumed_at INTEGER;
ALTER TABLE schedule ADD COLUMN unmentioned TEXT;

-- What a channel was called that was deleted, to tell of it: its id shows nothing any more.
ALTER TABLE schedule ADD COLUMN channel_name TEXT;

-- What moderators were told of a schedule, and when: what comes and goes is told once a day.
CREATE TABLE told (
    schedule  INTEGER NOT NULL REFERENCES schedule (id) ON DELETE CASCADE,
    what      TEXT NOT NULL,
    at        INTEGER NOT NULL,
    PRIMARY KEY (schedule, what)
) STRICT, WITHOUT ROWID;

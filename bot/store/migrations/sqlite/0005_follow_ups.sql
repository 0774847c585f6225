-- What a schedule wants done with each post once it is there: published to the servers that follow its announcement
-- channel, and a thread begun under it. Both can only be asked for when the message exists, so each is a job of its own:
-- claimed, tried and given up like a delivery. Discord refuses to do either twice, so asking again does no harm.
-- A job that is done leaves no row; one that failed stays until the schedule's next one is made, to be shown.
ALTER TABLE schedule ADD COLUMN publish INTEGER NOT NULL DEFAULT 0 CHECK (publish IN (0, 1));
ALTER TABLE schedule ADD COLUMN thread INTEGER NOT NULL DEFAULT 0 CHECK (thread IN (0, 1));
ALTER TABLE delivery ADD COLUMN publish INTEGER NOT NULL DEFAULT 0 CHECK (publish IN (0, 1));
ALTER TABLE delivery ADD COLUMN thread INTEGER NOT NULL DEFAULT 0 CHECK (thread IN (0, 1));

CREATE TABLE follow_up (
    id           INTEGER PRIMARY KEY AUTOINCREMENT,
    delivery     INTEGER NOT NULL REFERENCES delivery (id) ON DELETE CASCADE,
    kind         TEXT NOT NULL CHECK (kind IN ('publish', 'thread')),
    until        INTEGER NOT NULL,
    tries        INTEGER NOT NULL DEFAULT 0,
    owner        TEXT,
    lease_until  INTEGER,
    failed       TEXT,
    UNIQUE (delivery, kind),
    CHECK ((failed IS NULL) = (lease_until IS NOT NULL))
) STRICT;

CREATE INDEX follow_up_open ON follow_up (lease_until) WHERE lease_until IS NOT NULL;

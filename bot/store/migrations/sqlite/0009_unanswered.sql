-- Questions that were met with silence or with the closest passage alone, for those who look after the data. Nothing is
-- written here unless the host says so (KEEP_UNANSWERED). The words alone, cut and without mentions and links: not who
-- asked, nor where, and of the time no more than the hour (hours since 1970, UTC), by which it is deleted.
CREATE TABLE unanswered (
    id    INTEGER PRIMARY KEY,
    hour  INTEGER NOT NULL,
    tier  TEXT NOT NULL CHECK (tier IN ('closest', 'silent')),
    text  TEXT NOT NULL CHECK (length(text) BETWEEN 1 AND 200)
) STRICT;

CREATE INDEX unanswered_hour ON unanswered (hour);

-- The announcement, as seeded from its folder: read-only while the bot runs, replaced as a whole when the
-- folder's checksum changes. `ord` is the order of the file, from 1; a quote's `ord` is its number.

CREATE TABLE content_state (
    only      INTEGER PRIMARY KEY CHECK (only = 1),
    checksum  TEXT NOT NULL,
    head      TEXT NOT NULL
) STRICT;

CREATE TABLE source (
    id      TEXT PRIMARY KEY,
    ord     INTEGER NOT NULL UNIQUE,
    title   TEXT NOT NULL,
    author  TEXT NOT NULL REFERENCES speaker (id) DEFERRABLE INITIALLY DEFERRED
) STRICT;

CREATE TABLE speaker (
    id         TEXT PRIMARY KEY,
    ord        INTEGER NOT NULL UNIQUE,
    name       TEXT NOT NULL,
    role       TEXT NOT NULL,
    colour     INTEGER NOT NULL,
    quoted_by  TEXT REFERENCES speaker (id) DEFERRABLE INITIALLY DEFERRED,
    aliases    TEXT NOT NULL
) STRICT;

CREATE TABLE topic (
    id       TEXT PRIMARY KEY,
    ord      INTEGER NOT NULL UNIQUE,
    name     TEXT NOT NULL,
    aliases  TEXT NOT NULL
) STRICT;

CREATE TABLE passage (
    id       TEXT PRIMARY KEY,
    ord      INTEGER NOT NULL UNIQUE,
    source   TEXT NOT NULL REFERENCES source (id),
    speaker  TEXT NOT NULL REFERENCES speaker (id),
    text     TEXT NOT NULL
) STRICT;

-- `start` is where the quote's text begins in its passage, in characters: the CHECK of the seed and this
-- place together make a quote that is not in its passage impossible to store.
CREATE TABLE quote (
    id       TEXT PRIMARY KEY,
    ord      INTEGER NOT NULL UNIQUE,
    passage  TEXT NOT NULL REFERENCES passage (id),
    speaker  TEXT NOT NULL REFERENCES speaker (id),
    start    INTEGER NOT NULL,
    text     TEXT NOT NULL
) STRICT;

CREATE TRIGGER quote_is_verbatim BEFORE INSERT ON quote
WHEN substr((SELECT text FROM passage WHERE id = NEW.passage), NEW.start + 1, length(NEW.text)) IS NOT NEW.text
BEGIN
    SELECT RAISE(ABORT, 'a quote must stand in its passage, word for word');
END;

CREATE TRIGGER quote_stays_verbatim BEFORE UPDATE ON quote
BEGIN
    SELECT RAISE(ABORT, 'a quote is never edited');
END;

CREATE TRIGGER passage_stays_verbatim BEFORE UPDATE ON passage
BEGIN
    SELECT RAISE(ABORT, 'a passage is never edited');
END;

CREATE TABLE quote_topic (
    quote  TEXT NOT NULL REFERENCES quote (id),
    topic  TEXT NOT NULL REFERENCES topic (id),
    PRIMARY KEY (quote, topic)
) STRICT, WITHOUT ROWID;

-- Everything else that is read as a whole at the start, as JSON in the form of its struct.
CREATE TABLE entry (
    kind  TEXT NOT NULL CHECK (kind IN ('person', 'subject', 'claim', 'fact', 'timeline')),
    ord   INTEGER NOT NULL,
    id    TEXT NOT NULL,
    body  TEXT NOT NULL,
    PRIMARY KEY (kind, id)
) STRICT, WITHOUT ROWID;

-- What the engines learnt from this content.
CREATE TABLE learnt (
    name  TEXT PRIMARY KEY,
    blob  BLOB NOT NULL
) STRICT;

CREATE VIRTUAL TABLE quote_search USING fts5 (
    text, quote UNINDEXED,
    tokenize = 'porter unicode61 remove_diacritics 2'
);

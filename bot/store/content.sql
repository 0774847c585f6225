-- What was learnt from the announcement's folder, in a file of its own: written whole, then only read. There are no
-- migrations: where this text has changed, the file is made anew. `ord` is the order of the folder, from 1.

-- 'CKct': tells the file from other databases.
PRAGMA application_id = 0x434b6374;

CREATE TABLE content_state (
    only      INTEGER PRIMARY KEY CHECK (only = 1),
    checksum  TEXT NOT NULL,
    head      TEXT NOT NULL,
    words     TEXT NOT NULL
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

-- What stands under a quote as its source may be put in other words than the title: `cite` is NULL for the title.
CREATE TABLE source (
    id      TEXT PRIMARY KEY,
    ord     INTEGER NOT NULL UNIQUE,
    title   TEXT NOT NULL,
    cite    TEXT,
    author  TEXT NOT NULL REFERENCES speaker (id),
    url     TEXT
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

-- `start` is where the quote's text begins in its passage, in characters: with the triggers, a quote that is not in its
-- passage is impossible to store. Listed quotes are numbered, drawn and posted daily, and share no words; the others
-- back facts and rulings.
CREATE TABLE quote (
    id       TEXT PRIMARY KEY,
    ord      INTEGER NOT NULL UNIQUE,
    passage  TEXT NOT NULL REFERENCES passage (id),
    speaker  TEXT NOT NULL REFERENCES speaker (id),
    start    INTEGER NOT NULL,
    text     TEXT NOT NULL,
    listed   INTEGER NOT NULL CHECK (listed IN (0, 1))
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

-- What the engines learnt, and under 'digest' a digest over all that is in this file.
CREATE TABLE learnt (
    name  TEXT PRIMARY KEY,
    blob  BLOB NOT NULL
) STRICT;

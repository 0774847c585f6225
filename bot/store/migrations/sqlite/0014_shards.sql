-- Where several processes share the store: who serves which of the bot's connections to Discord (its shards), and what
-- belongs to the application as a whole. Instants are milliseconds since 1970 by the database's own clock, for those of
-- the processes differ.

-- The processes that live: each puts `until` off as long as it does.
CREATE TABLE process (
    owner  TEXT PRIMARY KEY,
    until  INTEGER NOT NULL
) STRICT;

-- A row for each shard. Its owner may serve it until `until`, after which any process may take it over.
CREATE TABLE shard (
    number  INTEGER PRIMARY KEY,
    owner   TEXT,
    until   INTEGER NOT NULL DEFAULT 0
) STRICT;

-- What one process does at a time, by name: registering commands, agreeing on the number of shards.
CREATE TABLE lease (
    name   TEXT PRIMARY KEY,
    owner  TEXT NOT NULL,
    until  INTEGER NOT NULL
) STRICT;

-- When the next of something may be done: a request, or an IDENTIFY of a bucket.
CREATE TABLE slot (
    name     TEXT PRIMARY KEY,
    next_at  INTEGER NOT NULL
) STRICT;

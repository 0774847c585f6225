-- Where several processes share the store: see SQLite's migration of this number.

CREATE TABLE process (
    owner  text PRIMARY KEY,
    until  bigint NOT NULL
);

CREATE TABLE shard (
    number  integer PRIMARY KEY,
    owner   text,
    until   bigint NOT NULL DEFAULT 0
);

CREATE TABLE lease (
    name   text PRIMARY KEY,
    owner  text NOT NULL,
    until  bigint NOT NULL
);

CREATE TABLE slot (
    name     text PRIMARY KEY,
    next_at  bigint NOT NULL
);

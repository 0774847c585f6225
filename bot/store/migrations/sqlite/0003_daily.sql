-- Daily quotes: schedules, the bag of each, the ledger of deliveries, notices owed to moderators, and the
-- servers that the bot was removed from. Instants are milliseconds since 1970 (UTC), dates 'YYYY-MM-DD' in
-- the schedule's zone. Quotes are named by id without a foreign key: they stay valid when a quote is gone.
-- Nothing of members is kept: ids of servers, channels and roles only.

-- AUTOINCREMENT: an id is never used again, for the nonces of deliveries are made from it.
CREATE TABLE schedule (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    guild       INTEGER NOT NULL,
    number      INTEGER NOT NULL CHECK (number >= 1),
    channel     INTEGER NOT NULL,
    place       TEXT NOT NULL CHECK (place IN ('text', 'thread', 'forum')),
    minute      INTEGER NOT NULL CHECK (minute BETWEEN 0 AND 1439),
    days        INTEGER NOT NULL CHECK (days BETWEEN 1 AND 127),
    zone        TEXT NOT NULL,
    about       TEXT,
    role        INTEGER,
    style       TEXT NOT NULL DEFAULT 'text' CHECK (style IN ('text', 'card')),
    seed        INTEGER NOT NULL,
    round       INTEGER NOT NULL DEFAULT 0,
    last_quote  TEXT,
    last_date   TEXT,
    next_date   TEXT,
    next_due    INTEGER,
    paused      TEXT,
    UNIQUE (guild, number),
    CHECK ((next_due IS NULL) = (paused IS NOT NULL)),
    CHECK ((next_due IS NULL) = (next_date IS NULL))
) STRICT;

CREATE UNIQUE INDEX schedule_equal ON schedule (guild, channel, minute, days, zone, ifnull(about, ''));
CREATE INDEX schedule_due ON schedule (next_due) WHERE next_due IS NOT NULL;
CREATE INDEX schedule_channel ON schedule (channel);

-- The quotes already drawn in a schedule's present round.
CREATE TABLE drawn (
    schedule  INTEGER NOT NULL REFERENCES schedule (id) ON DELETE CASCADE,
    quote     TEXT NOT NULL,
    PRIMARY KEY (schedule, quote)
) STRICT, WITHOUT ROWID;

-- The ledger. While a row is claimed, `owner` works on it until `lease_until`, after which any process may;
-- `asked_at` is the first instant at which Discord may have accepted the message, NULL when it surely has not.
CREATE TABLE delivery (
    id           INTEGER PRIMARY KEY AUTOINCREMENT,
    schedule     INTEGER NOT NULL REFERENCES schedule (id) ON DELETE CASCADE,
    date         TEXT NOT NULL,
    due          INTEGER NOT NULL,
    state        TEXT NOT NULL CHECK (state IN ('claimed', 'sent', 'failed', 'unconfirmed', 'skipped')),
    late         INTEGER NOT NULL DEFAULT 0 CHECK (late IN (0, 1)),
    quote        TEXT,
    nonce        TEXT NOT NULL CHECK (length(nonce) <= 25),
    channel      INTEGER NOT NULL,
    place        TEXT NOT NULL,
    role         INTEGER,
    style        TEXT NOT NULL,
    reason       TEXT,
    claimed_at   INTEGER NOT NULL,
    asked_at     INTEGER,
    tries        INTEGER NOT NULL DEFAULT 0,
    owner        TEXT,
    lease_until  INTEGER,
    message      INTEGER,
    posted_in    INTEGER,
    sent_at      INTEGER,
    UNIQUE (schedule, date),
    CHECK ((state = 'claimed') = (lease_until IS NOT NULL)),
    CHECK ((state = 'sent') = (message IS NOT NULL))
) STRICT;

CREATE INDEX delivery_open ON delivery (lease_until) WHERE state = 'claimed';

-- A schedule that was paused and whose moderators were not told yet.
CREATE TABLE notice (
    id           INTEGER PRIMARY KEY AUTOINCREMENT,
    schedule     INTEGER NOT NULL UNIQUE REFERENCES schedule (id) ON DELETE CASCADE,
    guild        INTEGER NOT NULL,
    since        INTEGER NOT NULL,
    asked_at     INTEGER,
    tries        INTEGER NOT NULL DEFAULT 0,
    owner        TEXT,
    lease_until  INTEGER NOT NULL
) STRICT;

CREATE INDEX notice_open ON notice (lease_until);
CREATE INDEX notice_guild ON notice (guild);

CREATE TABLE departure (
    guild    INTEGER PRIMARY KEY,
    left_at  INTEGER NOT NULL
) STRICT;

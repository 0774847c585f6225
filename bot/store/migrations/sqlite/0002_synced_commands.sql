-- The commands last synced for an application and scope ('global' or a server's id), so that Discord is
-- asked to register them only when they changed.

CREATE TABLE synced_commands (
    application_id  INTEGER NOT NULL,
    scope           TEXT NOT NULL,
    sha256          TEXT NOT NULL,
    PRIMARY KEY (application_id, scope)
) STRICT, WITHOUT ROWID;

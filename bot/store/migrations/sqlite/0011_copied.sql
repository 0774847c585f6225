-- A copy of the store (a backup) knows nothing of what was posted after it was made. While `continued_at` is NULL, nobody
-- has posted from this copy yet. The first process that does writes when that was: whatever was due until then may have
-- been posted already by those who went on from the original, so it is looked for before it is posted.
CREATE TABLE copied (
    only          INTEGER PRIMARY KEY CHECK (only = 1),
    continued_at  INTEGER
) STRICT;

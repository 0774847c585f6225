-- A daily post may be a quiz. SQLite changes no CHECK of a column, so another takes its place.
ALTER TABLE schedule ADD COLUMN look TEXT NOT NULL DEFAULT 'text' CHECK (look IN ('text', 'card', 'quiz'));
UPDATE schedule SET look = style;
ALTER TABLE schedule DROP COLUMN style;
ALTER TABLE schedule RENAME COLUMN look TO style;

-- Listed quotes are numbered, drawn and posted daily, and share no words; the others back facts and rulings.
-- What stands under a quote as its source may be put in other words than the title: NULL for the title.
ALTER TABLE quote ADD COLUMN listed INTEGER NOT NULL DEFAULT 1 CHECK (listed IN (0, 1));

ALTER TABLE source ADD COLUMN cite TEXT;

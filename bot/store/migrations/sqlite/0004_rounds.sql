-- The bag keeps the round in which each quote was drawn last, not only what was drawn in the present round:
-- what was posted under an `about` that was edited since would be forgotten otherwise. A quote without a row
-- was never drawn. All rows that there are were drawn in their schedule's present round.
ALTER TABLE drawn ADD COLUMN round INTEGER NOT NULL DEFAULT 0;

UPDATE drawn SET round = (SELECT schedule.round FROM schedule WHERE schedule.id = drawn.schedule);

-- The round in which a delivery's quote had been drawn before, NULL for never: a quote whose post fails goes
-- back into the bag as it was.
ALTER TABLE delivery ADD COLUMN drawn_before INTEGER;

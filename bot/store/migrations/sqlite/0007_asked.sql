-- A row is noted as asked right before its request leaves, not when it is claimed, and by Discord's clock: after a
-- kill only what may have been sent is looked for, and a clock of ours that is wrong or steps hides nothing. Until
-- now `asked_at` was our clock's: of what is open, Discord may have the message since its own epoch.
UPDATE delivery SET asked_at = 1420070400000 WHERE state = 'claimed' AND asked_at IS NOT NULL;
UPDATE notice SET asked_at = 1420070400000 WHERE asked_at IS NOT NULL;

-- How many attempts in a row Discord put off, on which the next pause depends. `tries` counts leases: it tells a
-- newer turn from an older one.
ALTER TABLE delivery ADD COLUMN failures INTEGER NOT NULL DEFAULT 0;
ALTER TABLE notice ADD COLUMN failures INTEGER NOT NULL DEFAULT 0;
ALTER TABLE follow_up ADD COLUMN failures INTEGER NOT NULL DEFAULT 0;

-- What keeps a post back, or kept it until it was too late, and when that ends where Discord says so.
ALTER TABLE delivery ADD COLUMN setback TEXT;
ALTER TABLE delivery ADD COLUMN setback_until INTEGER;

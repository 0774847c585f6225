-- Where a source can be read, for a link; NULL where its announcement names no address. Content is written again, since
-- what is stored was written without.
ALTER TABLE source ADD COLUMN url TEXT;

DELETE FROM content_state;

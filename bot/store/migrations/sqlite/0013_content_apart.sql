-- The announcement and what is learnt from it have a file of their own, which can be made anew at any time: what is here
-- from now on belongs to servers. Their place in this file is used again as they grow, and a backup leaves it out, so no
-- VACUUM is needed, which would take the disk twice and keep others waiting.
DROP TABLE quote_search;
DROP TABLE quote_topic;
DROP TABLE quote;
DROP TABLE passage;
DROP TABLE source;
DROP TABLE speaker;
DROP TABLE topic;
DROP TABLE entry;
DROP TABLE learnt;
DROP TABLE content_state;

-- Which quotes are listed, and which share words, as the bags know it: the digest of what they were told last. Quotes are
-- named by id, as everywhere here: they stay valid when a quote is gone.
CREATE TABLE bag_listing (
    only    INTEGER PRIMARY KEY CHECK (only = 1),
    sha256  TEXT NOT NULL
) STRICT;

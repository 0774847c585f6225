"""The database, its migrations, and the announcement's content; the daily room has store modules of its own."""

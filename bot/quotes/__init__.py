"""What the bot answers about the announcement's words, without Discord."""

"""Which of the bot's connections to Discord, its shards, this process serves."""

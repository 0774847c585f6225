"""All SQL of the bot. Content is read-only and the same in every process; guild state is what processes share."""

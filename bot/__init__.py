"""Canonkeeper: a Discord bot that answers from one announcement, verbatim and attributed."""

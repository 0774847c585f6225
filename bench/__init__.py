"""Benchmarks: each figure next to a minimal bot's in the same run; nothing here asserts a time."""

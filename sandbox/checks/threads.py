"""Checks of new threads and forum posts (Discord's docs, "Start thread")."""

from __future__ import annotations

from typing import Any

from sandbox.checks.fields import Fields
from sandbox.errors import Problems

DURATIONS = frozenset({60, 1440, 4320, 10080})  # minutes
_KINDS = frozenset({10, 11, 12})


def check_thread(body: dict[str, Any], *, post: bool = False) -> None:
    """Check a thread's name, times and kind; a forum post needs its first message."""
    problems = Problems()
    fields = Fields(problems, body)
    fields.text("name", 100, 1, required=True)
    fields.choice("auto_archive_duration", DURATIONS)
    fields.integer("rate_limit_per_user", 0, 21600)
    if post:
        fields.items("applied_tags", 5)
        first = fields.get("message", required=True)
        if first is not None:
            fields.inner(first, "message")
    else:
        fields.choice("type", _KINDS)
        fields.boolean("invitable")
    problems.raise_any()

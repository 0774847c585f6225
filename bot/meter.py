"""What is counted while the bot runs, as those who count it are told: a port. By default nothing is counted.

Nothing that is told holds an id, a name that people chose, or a word that they typed.
"""

from __future__ import annotations

from typing import Literal, Protocol

# What somebody used: a command, a completion while one is typed, or a button, select or form.
Kind = Literal["command", "completion", "control"]
# Answered; refused in words that tell the person what to do instead; or failed, by a fault of ours or of Discord's.
Outcome = Literal["answered", "refused", "failed"]


class Meter(Protocol):
    """Is told of what happens, on the event loop; each call returns at once."""

    def used(self, kind: Kind, name: str, outcome: Outcome, seconds: float) -> None:
        """Count something that somebody used; `name` is the command's or control's own, or 'unknown'."""
        ...

    def asked(self, tier: str) -> None:
        """Count a question by how surely it was answered."""
        ...

    def requested(self, method: str, status: int | None) -> None:
        """Count a request to Discord's API by the status of its answer; None where none came."""
        ...

    def posted(self, state: str, *, late: bool, after: float | None = None) -> None:
        """Count a daily post that ended in `state`; of one that was made, how many seconds `after` it was due."""
        ...


class NoMeter:
    """Counts nothing."""

    def used(self, kind: Kind, name: str, outcome: Outcome, seconds: float) -> None:
        """Count nothing."""

    def asked(self, tier: str) -> None:
        """Count nothing."""

    def requested(self, method: str, status: int | None) -> None:
        """Count nothing."""

    def posted(self, state: str, *, late: bool, after: float | None = None) -> None:
        """Count nothing."""

"""Canon checks and quote look-ups, measured through the commands: typed by a person, answered by the bot."""

from __future__ import annotations

import asyncio
import contextlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import msgspec

from bot import app
from bot.settings import read
from sandbox import Sandbox
from tests.eval.sets import HERE, plain
from tests.support.progress import silent

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from bot.settings import Settings
    from sandbox import Person, Reply
    from tests.support.progress import Advance

# The interface's words, and how the set names them.
VERDICTS = {
    "Confirmed": "confirmed",
    "Ended": "ended",
    "Mentioned, no ruling": "mentioned_no_ruling",
    "Mentioned in the announcement": "mentioned_no_ruling",
    "Supported": "supported",
    "Contradicted": "contradicted",
    "Not addressed": "not_addressed",
}
# A look-up is right when what was wanted is among so many results.
RESULTS = 3


class Check(msgspec.Struct, frozen=True):
    """A canon check with the verdict that is right, and in `accept` all that are."""

    id: str
    query: str
    expected_verdict: str
    evidence: tuple[str, ...] = ()
    expected_subject: str = ""
    note: str = ""
    accept: tuple[str, ...] = ()


class Wanted(msgspec.Struct, frozen=True):
    """What is typed into /quote; no text means any quote of the speaker."""

    speaker: str | None
    text: str | None


class LookUp(msgspec.Struct, frozen=True):
    """A quote look-up with the snippets of which one must be shown, or with nothing to be found."""

    id: str
    query: Wanted
    expected: tuple[str, ...]
    expect_none: bool


@dataclass(slots=True)
class Score:
    """How many were right; the misses with what was answered."""

    right: int = 0
    asked: int = 0
    misses: list[str] = field(default_factory=list)

    def count(self, *, good: bool, miss: str) -> None:
        """Count one item."""
        self.asked += 1
        self.right += good
        if not good:
            self.misses.append(miss)

    def line(self) -> str:
        """Return the figures on one line."""
        return f"right {self.right:3d} of {self.asked:3d}  score {self.right / max(self.asked, 1):.3f}"


def checks() -> tuple[Check, ...]:
    """Return the canon checks."""
    return msgspec.json.decode((HERE / "canon.json").read_bytes(), type=tuple[Check, ...])


def look_ups() -> tuple[LookUp, ...]:
    """Return the quote look-ups."""
    return msgspec.json.decode((HERE / "quote.json").read_bytes(), type=tuple[LookUp, ...])


@contextlib.asynccontextmanager
async def somebody(given: Settings) -> AsyncIterator[Person]:
    """Yield a member of a server in which the real bot is, over the local Discord."""
    async with Sandbox() as sandbox:
        settings = read(
            {
                "DISCORD_TOKEN": sandbox.token,
                "DISCORD_API_BASE": sandbox.base_url,
                "DATABASE_PATH": str(given.database_path),
                "LEARNT_PATH": str(given.learnt_path),
            }
        )
        stop = asyncio.Event()
        async with app.client(settings) as bot:
            running = asyncio.create_task(app.until(bot, stop))
            try:
                await sandbox.bot_connected(commands=True)
                yield sandbox.person("Mina")
            finally:
                stop.set()
                await running


async def score_checks(person: Person, advance: Advance = silent) -> Score:
    """Type each canon check into /canon and compare the verdict shown."""
    score = Score()
    for item in checks():
        reply = await person.slash("canon", subject=item.query)
        shown = next((line[3:] for line in reply.text.splitlines() if line.startswith("## ")), "").partition(":")[0]
        verdict = VERDICTS.get(shown, shown)
        accepted = item.accept or (item.expected_verdict,)
        score.count(good=verdict in accepted, miss=f"{item.id} {item.query!r}: {shown}, not {' or '.join(accepted)}")
        advance(1)
    return score


async def score_look_ups(person: Person, advance: Advance = silent) -> Score:
    """Type each look-up into /quote and compare its first results."""
    score = Score()
    for item in look_ups():
        narrowed = {"speaker": item.query.speaker} if item.query.speaker else {}
        shown = await _results(person, await person.slash("quote", query=item.query.text or "random", **narrowed))
        found = any(plain(wanted) in text for text in shown for wanted in item.expected)
        good = not shown if item.expect_none else found
        score.count(good=good, miss=f"{item.id} {item.query}: {shown}")
        advance(1)
    return score


async def _results(person: Person, reply: Reply) -> list[str]:
    """Return the first results' words, as plain text; none where the bot says that nothing was found."""
    shown: list[str] = []
    while len(shown) < RESULTS:
        if not any(label.startswith("Context") for label in reply.buttons):
            return shown
        shown.append(plain(reply.text.replace("\\", "").replace("> ", "")))
        onward = next((label for label in ("Next quote", "Another quote") if label in reply.buttons), None)
        if onward is None or reply.buttons[onward].get("disabled"):
            return shown
        reply = await person.press(reply, onward)
    return shown

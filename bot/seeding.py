"""Brings the store up to date with the announcement's folder, learning again whenever that changed."""

from __future__ import annotations

import asyncio
import logging
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from bot import announcement as announcements
from bot import canon
from bot.errors import LearningError
from bot.store.content import write_content, written_checksum
from bot.understanding import Answerable, Example, Lesson
from bot.understanding.engine import FORM

if TYPE_CHECKING:
    from bot.announcement import Announcement
    from bot.store.database import Database

_log = logging.getLogger(__name__)

# Where `-m bot...` is found, whatever the working directory.
_ROOT = Path(__file__).resolve().parents[1]

FACTS = "facts"
CLAIMS = "claims"
CANON = "canon"


async def bring_up_to_date(database: Database, folder: Path) -> bool:
    """Seed the store from `folder` when its checksum differs from the last one; return whether it did.

    Raises AnnouncementError with every mistake in the folder; the store then keeps what it had.
    """
    # A program that reads another form of what was learnt learns again, too.
    checksum = f"{await asyncio.to_thread(announcements.checksum, folder)}.{FORM}.{canon.FORM}"
    if await written_checksum(database) == checksum:
        return False
    announcement = await asyncio.to_thread(announcements.load, folder)
    _log.info("learning from %s: this takes about a minute, and only after it has changed", folder)
    learnt = await _learn(lessons(announcement))
    learnt[CANON] = (await asyncio.to_thread(canon.learn, announcement)).to_bytes()
    await write_content(database, announcement, checksum, learnt)
    return True


def lessons(announcement: Announcement) -> dict[str, Lesson]:
    """Return what each engine learns from: the facts, and the claims.

    Of people who ask about facts, what nothing answers are questions too: claims need not hear them all.
    """
    quotes = {quote.id: quote.text for quote in announcement.quotes}
    concepts = tuple((concept.id, concept.forms) for concept in announcement.concepts)
    silent = tuple(Example(text, None, voice.voice) for voice in announcement.phrasings for text in voice.out_of_scope)
    facts = tuple(
        Answerable(fact.id, fact.answer, tuple(quotes[quote] for quote in fact.quotes)) for fact in announcement.facts
    )
    asked = tuple(
        Example(text, fact, voice.voice)
        for voice in announcement.phrasings
        for fact, texts in voice.facts.items()
        for text in texts
    )
    plain = tuple(Example(fact.question, fact.id, "plain") for fact in announcement.facts)
    claims = tuple(
        Answerable(claim.id, claim.statement, tuple(quotes[quote] for quote in claim.quotes))
        for claim in announcement.claims
    )
    argued = tuple(
        Example(text, claim, voice.voice)
        for voice in announcement.phrasings
        for claim, phrased in voice.claims.items()
        for text in (*phrased.agree, *phrased.deny, *phrased.ask)
    )
    asking = {example.person for example in asked}
    unclaimed = tuple(example for example in silent if example.person not in asking)
    stated = tuple(Example(claim.statement, claim.id, "plain") for claim in announcement.claims)
    return {
        FACTS: Lesson(facts, plain + asked + silent, concepts),
        CLAIMS: Lesson(claims, stated + argued + unclaimed, concepts),
    }


async def _learn(taught: dict[str, Lesson]) -> dict[str, bytes]:
    """Learn in a process of its own, so that the libraries and memory it takes go with it."""
    return {name: await _learn_one(lesson) for name, lesson in taught.items()}


async def _learn_one(lesson: Lesson) -> bytes:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "bot.understanding",
        cwd=_ROOT,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        start_new_session=True,  # a terminal's Ctrl-C is for us: we end it
    )
    try:
        learnt, _ = await process.communicate(msgspec.msgpack.encode(lesson))
    except BaseException:
        # Ctrl-C while it learns: the process must not outlive the one that wanted its result.
        process.kill()
        await process.wait()
        raise
    if process.returncode:
        raise LearningError(
            f"learning from the announcement failed with exit code {process.returncode}; see what it printed above. "
            f"Is there enough free memory (about 500 MB)?"
        )
    return learnt

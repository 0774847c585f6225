"""Learns from the announcement's folder, again whenever that has changed."""

from __future__ import annotations

import asyncio
import logging
import sys
from collections import defaultdict
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, cast

import msgspec

from bot import announcement as announcements
from bot import canon
from bot.announcement import words
from bot.errors import LearningError
from bot.store.content import Content, check_place, form
from bot.understanding import FORM, Answerable, Example, Lesson, general
from bot.understanding.features import kind_of
from bot.understanding.reading import tokens

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.announcement import Announcement

    # Is told which share of the learning is done, from 0 to 1.
    Progress = Callable[[float], None]

_log = logging.getLogger(__name__)

# Where `-m bot...` is found, whatever the working directory.
_ROOT = Path(__file__).resolve().parents[1]

FACTS = "facts"
CLAIMS = "claims"
CANON = "canon"
# How a text asks, as `kind_of` tells it, that may claim something.
_CLAIMING = frozenset({"none", "yes-no"})
# So many texts that nothing answers are no burden, however few claims there are.
_FEWEST_UNCLAIMED = 2_000


async def bring_up_to_date(folder: Path, ready: Path, kept: Path) -> Content:
    """Return the announcement in `folder` with what was learnt from it, learning only where that has changed.

    `ready` is the file that `learn` made, and `kept` the one that an earlier start left: the first that was made from
    this folder is taken as it is. Otherwise it is learnt now and left in `kept`, if that can be written. Raises
    AnnouncementError with every mistake in the folder.
    """
    checksum = await asyncio.to_thread(_checksum, folder)
    for file in (ready, kept):
        if content := await asyncio.to_thread(Content.open, file, checksum):
            return content
    announcement = await asyncio.to_thread(announcements.load, folder)
    _log.info("learning from %s: this takes about a minute, and only after it has changed", folder)
    content = await _learn_all(announcement, checksum, _Logged())
    try:
        await asyncio.to_thread(content.save, kept)
    except LearningError as error:
        _log.warning("%s; the next start will have to learn again", error)
    return content


async def learn(folder: Path, file: Path, progress: Progress | None = None) -> bool:
    """Learn from `folder` into `file`, so that a start need not; return whether it had to.

    How far it is goes to the log, or else to `progress`. Raises AnnouncementError with every mistake in the folder,
    and LearningError where the file can't be written; a file that was there stays then.
    """
    checksum = await asyncio.to_thread(_checksum, folder)
    if content := await asyncio.to_thread(Content.open, file, checksum):
        content.close()
        return False
    announcement = await asyncio.to_thread(announcements.load, folder)
    await asyncio.to_thread(check_place, file)
    with await _learn_all(announcement, checksum, progress or _Logged()) as content:
        await asyncio.to_thread(content.save, file)
    return True


def _checksum(folder: Path) -> str:
    # A program that reads another form of what was learnt, or has other lists of its own, learns again, too.
    parts = (announcements.checksum(folder), FORM, canon.FORM, general.digest(), words.digest(), form())
    return ".".join(map(str, parts))


class _Logged:
    """Logs how far learning is, a line for each tenth."""

    def __init__(self) -> None:
        self._tenths = 0

    def __call__(self, share: float) -> None:
        tenths = int(share * 10)
        if tenths > self._tenths:
            self._tenths = tenths
            _log.info("learning: %d %%", tenths * 10)


async def _learn_all(announcement: Announcement, checksum: str, progress: Progress) -> Content:
    learnt = await _learn(lessons(announcement), progress)
    learnt[CANON] = (await asyncio.to_thread(canon.learn, announcement)).to_bytes()
    return await asyncio.to_thread(Content.make, announcement, checksum, learnt)


def lessons(announcement: Announcement) -> dict[str, Lesson]:
    """Return what each engine learns from: the facts, and the claims.

    What is claimed is stated, or asked for with yes or no. Of what nothing answers, claims hear such texts alone, and
    of these every so many-th, so that they are no more than those about claims.
    """
    quotes = {quote.id: quote.text for quote in announcement.quotes}
    concepts = tuple((concept.id, concept.forms) for concept in announcement.concepts)
    silent = tuple(Example(text, None, voice.voice) for voice in announcement.phrasings for text in voice.out_of_scope)
    told = _told(announcement)
    facts = tuple(
        Answerable(fact.id, fact.answer, tuple(quotes[quote] for quote in fact.quotes), told[fact.id])
        for fact in announcement.facts
    )
    asked = tuple(
        Example(text, fact, voice.voice)
        for voice in announcement.phrasings
        for fact, texts in voice.facts.items()
        for text in texts
    )
    plain = tuple(Example(fact.question, fact.id, "plain") for fact in announcement.facts)
    claims = tuple(
        Answerable(claim.id, claim.statement, tuple(quotes[quote] for quote in claim.quotes), (claim.line,))
        for claim in announcement.claims
    )
    argued = tuple(
        Example(text, claim, voice.voice)
        for voice in announcement.phrasings
        for claim, phrased in voice.claims.items()
        for text in (*phrased.agree, *phrased.deny, *phrased.ask)
    )
    unclaimed = tuple(example for example in silent if kind_of(tokens(example.text)) in _CLAIMING)
    unclaimed = unclaimed[:: max(1, -(-len(unclaimed) // max(len(argued), _FEWEST_UNCLAIMED)))]
    stated = tuple(Example(claim.statement, claim.id, "plain") for claim in announcement.claims)
    return {
        FACTS: Lesson(facts, plain + asked + silent, concepts),
        CLAIMS: Lesson(claims, stated + argued + unclaimed, concepts),
    }


def _told(announcement: Announcement) -> defaultdict[str, tuple[str, ...]]:
    """Return how claims put what each fact says: their statements, and what people say for and against them."""
    told: defaultdict[str, tuple[str, ...]] = defaultdict(tuple)
    for claim in announcement.claims:
        phrased = [voice.claims[claim.id] for voice in announcement.phrasings if claim.id in voice.claims]
        put = (claim.statement, *(text for each in phrased for text in (*each.agree, *each.deny, *each.ask)))
        for fact in claim.facts:
            told[fact] += put
    return told


async def _learn(taught: dict[str, Lesson], progress: Progress) -> dict[str, bytes]:
    """Learn in a process of its own, so that the libraries and memory it takes go with it."""
    learnt, done = {}, 0.0
    examples = sum(len(lesson.examples) for lesson in taught.values())
    for name, lesson in taught.items():
        # It takes the longer the more examples there are.
        part = len(lesson.examples) / max(examples, 1)
        learnt[name] = await _learn_one(lesson, partial(_part, progress, done, part))
        done += part
    return learnt


def _part(progress: Progress, done: float, part: float, share: float) -> None:
    """Tell `progress` that of a `part` of the work, which follows what is `done`, a share is done."""
    progress(done + part * share)


async def _learn_one(lesson: Lesson, progress: Progress) -> bytes:
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
        given, told = cast("asyncio.StreamWriter", process.stdin), cast("asyncio.StreamReader", process.stdout)
        given.write(msgspec.msgpack.encode(lesson))
        given.close()
        async for line in told:
            progress(int(line) / 100)
            if line == b"100\n":
                break
        learnt = await told.read()
        await process.wait()
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

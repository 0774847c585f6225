"""Brings the store up to date with the announcement's folder, learning again whenever that changed."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import logging
import os
import sys
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, cast

import msgspec

from bot import announcement as announcements
from bot import canon
from bot.announcement import words
from bot.errors import LearningError
from bot.store.content import write_content, written_checksum
from bot.understanding import FORM, Answerable, Example, Lesson, general
from bot.understanding.features import kind_of
from bot.understanding.reading import tokens

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from bot.announcement import Announcement
    from bot.store.sqlite import SqliteDatabase as Database

    # Is told which share of the learning is done, from 0 to 1.
    Progress = Callable[[float], None]

_log = logging.getLogger(__name__)

# Where `-m bot...` is found, whatever the working directory.
_ROOT = Path(__file__).resolve().parents[1]

FACTS = "facts"
CLAIMS = "claims"
CANON = "canon"
_DIGEST_SIZE = 32
# How a text asks, as `kind_of` tells it, that may claim something.
_CLAIMING = frozenset({"none", "yes-no"})
# So many texts that nothing answers are no burden, however few claims there are.
_FEWEST_UNCLAIMED = 2_000


class _Learnt(msgspec.Struct, frozen=True):
    """What `learn` keeps in a file, behind a digest that tells of damage: what each engine learnt, and from what."""

    checksum: str
    blobs: dict[str, bytes]


async def bring_up_to_date(database: Database, folder: Path, ready: Path | None = None) -> bool:
    """Seed the store from `folder` when its checksum differs from the last one; return whether it did.

    `ready` is a file that `learn` made: where it was made from the same folder, nothing needs to be learnt. Raises
    AnnouncementError with every mistake in the folder; the store then keeps what it had.
    """
    checksum = await asyncio.to_thread(_checksum, folder)
    if await written_checksum(database) == checksum:
        return False
    announcement = await asyncio.to_thread(announcements.load, folder)
    learnt = await asyncio.to_thread(_ready, ready, checksum) if ready else None
    if learnt is None:
        _log.info("learning from %s: this takes about a minute, and only after it has changed", folder)
        learnt = await _learn_all(announcement, _Logged())
    await write_content(database, announcement, checksum, learnt)
    return True


async def learn(folder: Path, file: Path, progress: Progress | None = None) -> bool:
    """Learn from `folder` into `file`, so that a start with an empty store need not; return whether it had to.

    How far it is goes to the log, or else to `progress`. Raises AnnouncementError with every mistake in the folder,
    and LearningError where the file can't be written; a file that was there stays then.
    """
    checksum = await asyncio.to_thread(_checksum, folder)
    if await asyncio.to_thread(_ready, file, checksum) is not None:
        return False
    announcement = await asyncio.to_thread(announcements.load, folder)
    with _writable(file):
        await asyncio.to_thread(file.parent.mkdir, parents=True, exist_ok=True)
    blobs = await _learn_all(announcement, progress or _Logged())
    learnt = msgspec.msgpack.encode(_Learnt(checksum, blobs))
    with _writable(file):
        await asyncio.to_thread(_replace, file, _digest(learnt) + learnt)
    return True


def _checksum(folder: Path) -> str:
    # A program that reads another form of what was learnt, or has other lists of its own, learns again, too.
    return f"{announcements.checksum(folder)}.{FORM}.{canon.FORM}.{general.digest()}.{words.digest()}"


def _ready(file: Path, checksum: str) -> dict[str, bytes] | None:
    """Return what `file` holds; None where it is of another folder or form, damaged, or not there."""
    try:
        content = file.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        _log.warning("%s isn't used: %s", file, error.strerror or error)
        return None
    digest, learnt = content[:_DIGEST_SIZE], content[_DIGEST_SIZE:]
    if digest != _digest(learnt):
        _log.warning("%s isn't used: it is damaged", file)
        return None
    found = msgspec.msgpack.decode(learnt, type=_Learnt)
    return found.blobs if found.checksum == checksum else None


def _digest(learnt: bytes) -> bytes:
    return hashlib.blake2b(learnt, digest_size=_DIGEST_SIZE).digest()


@contextlib.contextmanager
def _writable(file: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise LearningError(f"{file} can't be written: {error.strerror or error}") from error


def _replace(file: Path, content: bytes) -> None:
    """Put `content` in the place of `file`: whoever reads it has the old one or the new one, whole."""
    making = file.with_name(f"{file.name}.{os.getpid()}")
    try:
        making.write_bytes(content)
        making.replace(file)
    finally:
        making.unlink(missing_ok=True)


class _Logged:
    """Logs how far learning is, a line for each tenth."""

    def __init__(self) -> None:
        self._tenths = 0

    def __call__(self, share: float) -> None:
        tenths = int(share * 10)
        if tenths > self._tenths:
            self._tenths = tenths
            _log.info("learning: %d %%", tenths * 10)


async def _learn_all(announcement: Announcement, progress: Progress) -> dict[str, bytes]:
    learnt = await _learn(lessons(announcement), progress)
    learnt[CANON] = (await asyncio.to_thread(canon.learn, announcement)).to_bytes()
    return learnt


def lessons(announcement: Announcement) -> dict[str, Lesson]:
    """Return what each engine learns from: the facts, and the claims.

    What is claimed is stated, or asked for with yes or no. Of what nothing answers, claims hear such texts alone, and
    of these every so many-th, so that they are no more than those about claims.
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
    unclaimed = tuple(example for example in silent if kind_of(tokens(example.text)) in _CLAIMING)
    unclaimed = unclaimed[:: max(1, -(-len(unclaimed) // max(len(argued), _FEWEST_UNCLAIMED)))]
    stated = tuple(Example(claim.statement, claim.id, "plain") for claim in announcement.claims)
    return {
        FACTS: Lesson(facts, plain + asked + silent, concepts),
        CLAIMS: Lesson(claims, stated + argued + unclaimed, concepts),
    }


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

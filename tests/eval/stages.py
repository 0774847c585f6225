"""How far an announcement gets with no examples, with three a fact and with ten: what its author may expect.

The folders in `announcements/` are about other matters than the real announcement. Each has a `questions.json` of the
form of the other sets and a `statements.json` with what is typed to have it ruled on, both written before its examples.
The announcement itself is there as well, or in the folder of that name in `examples/`.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from itertools import zip_longest
from typing import TYPE_CHECKING, Final

import msgspec

from bot import announcement as announcements
from bot import canon
from bot.announcement.model import PhrasedClaim
from bot.canon.service import CanonService
from bot.library import read_library
from bot.quotes.ask import AskService
from bot.seeding import CLAIMS, FACTS, lessons
from bot.store.content import Content
from bot.understanding import Engine, learn
from tests.eval.scoring import Shown, Tally, tally
from tests.eval.sets import HERE, Item

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

    from bot.announcement import Announcement

FOLDER: Final = HERE / "announcements"
EXAMPLES: Final = HERE.parents[1] / "examples"
# Examples of each fact.
STAGES: Final = (0, 3, 10)
PLOTTED: Final = (0, 1, 3, 5, 7, 10)
# For each example of a fact so many of what nothing answers; and from the last stage on all that is said of claims.
_OUTSIDE: Final = 6
_ALL_OF_CLAIMS: Final = 10


class Statement(msgspec.Struct, frozen=True):
    """What is typed to have it ruled on, and the claim that it speaks of; None where it is off the topic."""

    text: str
    claim: str | None


@dataclass(frozen=True)
class Stage:
    """What an announcement achieves with so many examples a fact.

    `rulings` counts statements by what was shown: the right claim, another one, a ruling on what is off the topic,
    a wrong one that is marked as only the closest, or none; `answered` is how many of those off the topic get a sure
    answer when they are asked.
    """

    examples: int
    questions: Tally
    rulings: Counter[str]
    answered: int

    def line(self) -> str:
        """Return the figures on one line."""
        kinds = ("right", "other", "off topic", "closest")
        told = "  ".join(f"{kind} {self.rulings[kind]:2d}" for kind in kinds)
        return f"{self.questions.line()}  rulings: {told}  off topic answered {self.answered}"


def folders() -> Iterator[Path]:
    """Yield the announcements that are measured."""
    yield from sorted(path.parent for path in FOLDER.glob("*/questions.json"))


def announcement_of(folder: Path) -> Announcement:
    """Return the announcement that the questions in `folder` are about."""
    return announcements.load(folder if (folder / "announcement.toml").exists() else EXAMPLES / folder.name)


def reduced(announcement: Announcement, examples: int) -> Announcement:
    """Return the announcement as it was with so many examples of each fact, taken from its voices in turn."""
    voices = announcement.phrasings
    kept = {
        fact.id: set(_in_turn(voice.facts.get(fact.id, ()) for voice in voices)[:examples])
        for fact in announcement.facts
    }
    outside = set(_in_turn(voice.out_of_scope for voice in voices)[: _OUTSIDE * examples])
    return msgspec.structs.replace(
        announcement,
        phrasings=tuple(
            msgspec.structs.replace(
                voice,
                facts={
                    fact: tuple(text for text in texts if text in kept[fact]) for fact, texts in voice.facts.items()
                },
                claims={claim: _said(phrased, examples) for claim, phrased in voice.claims.items()},
                out_of_scope=tuple(text for text in voice.out_of_scope if text in outside),
            )
            for voice in voices
        ),
    )


def _said(phrased: PhrasedClaim, examples: int) -> PhrasedClaim:
    if examples >= _ALL_OF_CLAIMS:
        return phrased
    most = min(examples, 1)
    return PhrasedClaim(agree=phrased.agree[:most], deny=phrased.deny[:most])


def _in_turn(voices: Iterable[tuple[str, ...]]) -> list[str]:
    return [text for turn in zip_longest(*voices) for text in turn if text is not None]


def _services(announcement: Announcement) -> tuple[AskService, CanonService]:
    learnt = {name: learn(lesson) for name, lesson in lessons(announcement).items()}
    lesson = canon.learn(announcement)
    with Content.make(announcement, "stage", learnt) as content:
        library = read_library(content)
    facts, claims = Engine.load(learnt[FACTS]), Engine.load(learnt[CLAIMS])
    checks = CanonService(library, claims, facts, lesson)
    return AskService(library, facts, checks), checks


def measured(folder: Path, examples: int, shown: Callable[[AskService, str], Shown]) -> Stage:
    """Return what the announcement of `folder` achieves with so many examples a fact."""
    announcement = reduced(announcement_of(folder), examples)
    asking, checks = _services(announcement)
    items = msgspec.json.decode((folder / "questions.json").read_bytes(), type=tuple[Item, ...])
    statements = msgspec.json.decode((folder / "statements.json").read_bytes(), type=tuple[Statement, ...])
    rulings = Counter(_ruled(checks, statement) for statement in statements)
    off_topic = (statement.text for statement in statements if statement.claim is None)
    answered = sum(shown(asking, text).tier == "sure" for text in off_topic)
    return Stage(examples, tally(items, lambda question: shown(asking, question)), rulings, answered)


def _ruled(checks: CanonService, statement: Statement) -> str:
    ruling = next(iter(checks.check(statement.text).rulings), None)
    if ruling is None or ruling.kind is None:
        return "none"
    if statement.claim is not None and ruling.claim == statement.claim:
        return "right"
    # As with questions, what is only the closest claims nothing.
    return "closest" if not ruling.direct else "off topic" if statement.claim is None else "other"

"""Questions without a sure answer, for those who look after the data: what is kept of them, and how they are shown.

Nothing is kept unless the host says so. What is kept is the words alone: nothing tells who asked, or where.
"""

from __future__ import annotations

import datetime as dt
import json
import logging
import re
import unicodedata
from collections import Counter
from typing import TYPE_CHECKING, Final, NamedTuple

from bot.errors import StoreError
from bot.fuzzy import most_alike
from bot.quotes.ask import tier_of
from bot.store.unanswered import KeptQuestion
from bot.text import counted, cut, normalise

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from bot.announcement import Fact
    from bot.clock import Clock
    from bot.library import Library
    from bot.quotes.ask import Reply
    from bot.store.unanswered import Tier, UnansweredQuestions
    from bot.understanding import Engine

# Characters that are kept of a question, and looked at.
LENGTH: Final = 200
_LOOKED_AT: Final = 2_000
# What Discord writes for mentions of people, roles, channels and commands, for emoji and times; and links in brackets.
_MARKUP: Final = re.compile(r"<[^<>\n]{0,200}>")
_MASKED: Final = re.compile(r"\[([^\[\]]*)\]\([^()]*\)")
# In a word: an address, an invitation, mail, or a name with an @.
_LINK: Final = re.compile(
    r"://|\bwww\.|discord\.(?:gg|com)|@"
    r"|\w\.[a-z]{2,24}/"
    r"|\w\.(?:com|net|org|gg|io|me|tv|co|ly|app|dev|xyz|info|link|live|page|site|shop|be|uk|de|fr|eu|us|ca|ru|br|in)\b",
    re.IGNORECASE,
)
# Long numbers are ids or telephone numbers.
_NUMBER: Final = re.compile(r"\+?\d(?:[ ().-]{0,3}\d){5,}")
_UNSEEN: Final = frozenset({"Cc", "Cf", "Co", "Cs", "Cn"})


def kept_words(typed: str) -> str | None:
    """Return what is kept of a question: one line of at most LENGTH characters, None where no word is left.

    Mentions, links, addresses and long numbers are taken out: they may tell who asked, or of whom.
    """
    seen = "".join(
        " " if character.isspace() else character
        for character in typed[:_LOOKED_AT]
        if character.isspace() or unicodedata.category(character) not in _UNSEEN
    )
    # Another spelling of the same signs (as wide letters) must not hide a link.
    text = unicodedata.normalize("NFKC", seen)[:_LOOKED_AT]
    for pattern, instead in ((_MASKED, r"\1"), (_MARKUP, " "), (_NUMBER, " ")):
        text = pattern.sub(instead, text)
    text = cut(" ".join(word for word in text.split() if not _LINK.search(word)), LENGTH)
    return text if any(character.isalpha() for character in text) else None


_log = logging.getLogger(__name__)

_HOUR: Final = dt.timedelta(hours=1)
_EPOCH: Final = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
# Nobody waits for a question to be written down; it is let go rather than kept waiting.
_WRITE_SECONDS: Final = 1.0


class Unanswered:
    """Keeps questions for so long as `keep` says; None: not at all, and what was kept before is deleted."""

    def __init__(self, questions: UnansweredQuestions, keep: dt.timedelta | None, clock: Clock) -> None:
        self.keep = keep
        self._questions = questions
        self._clock = clock

    async def note(self, question: str, reply: Reply) -> None:
        """Keep the words of a question that met no sure answer; never raises where the store cannot be written to."""
        tier = tier_of(reply)
        if self.keep is None or not (tier == "closest" or tier == "silent") or (words := kept_words(question)) is None:  # noqa: PLR1714 - narrows the type
            return
        try:
            await self._questions.add(KeptQuestion(words, tier), _hour(self._clock.now()), _WRITE_SECONDS)
        except StoreError as error:
            _log.warning("a question without an answer couldn't be kept: %s", error)

    async def kept(self) -> list[KeptQuestion]:
        """Return what is kept, the oldest first."""
        return await self._questions.kept(self._bound())

    async def forget(self) -> None:
        """Delete what has been kept for long enough."""
        await self._questions.forget(self._bound())

    async def run(self) -> None:
        """Delete what has been kept for long enough, as it comes to be so, until cancelled."""
        while True:
            try:
                await self.forget()
            except StoreError as error:
                _log.warning("questions that are to be deleted are still there, as the store can't be used: %s", error)
            await self._clock.sleep_until(self._clock.now() + _HOUR)

    def _bound(self) -> int | None:
        """Return the last hour of which nothing is kept any more; None where nothing is kept at all."""
        return None if self.keep is None else _hour(self._clock.now() - self.keep)


def _hour(instant: dt.datetime) -> int:
    return (instant - _EPOCH) // _HOUR


# How much of the content of two questions is the same, and how alike their letters are (of 100), where they ask for
# the same thing.
_SHARED: Final = 0.5
_ALIKE: Final = 82


class Group(NamedTuple):
    """Questions that are alike, most asked first, each with how often each tier met it."""

    questions: tuple[tuple[str, Counter[Tier]], ...]
    nearest: str | None

    @property
    def times(self) -> Counter[Tier]:
        """How often each tier met any of them."""
        times: Counter[Tier] = Counter()
        for _, met in self.questions:
            times.update(met)
        return times


def grouped(kept: Iterable[KeptQuestion], engine: Engine) -> list[Group]:
    """Return the questions in groups of the same likeness, the most asked first; `nearest` is a fact's id."""
    met: dict[str, Counter[Tier]] = {}
    shown: dict[str, str] = {}
    for question in kept:
        key = normalise(question.text)
        shown.setdefault(key, question.text)
        met.setdefault(key, Counter())[question.tier] += 1
    leaders: list[str] = []
    members: list[list[str]] = []
    content: list[frozenset[str]] = []
    holding: dict[str, list[int]] = {}
    for key in sorted(met, key=lambda key: (-met[key].total(), key)):
        units = engine.units(shown[key])
        at = _like(key, units, leaders, content, holding)
        if at is None:
            for unit in units:
                holding.setdefault(unit, []).append(len(leaders))
            leaders.append(key)
            content.append(units)
            members.append([key])
        else:
            members[at].append(key)
    groups = [
        Group(tuple((shown[key], met[key]) for key in keys), _nearest(shown[keys[0]], engine)) for keys in members
    ]
    return sorted(groups, key=lambda group: (-group.times.total(), group.questions[0][0]))


def _like(
    key: str,
    units: frozenset[str],
    leaders: Sequence[str],
    content: Sequence[frozenset[str]],
    holding: dict[str, list[int]],
) -> int | None:
    """Return the group whose first question is most like this one; None where none is like it."""
    common = Counter(at for unit in units for at in holding.get(unit, ()))
    if common:
        at, shared = max(common.items(), key=lambda pair: (pair[1] / len(units | content[pair[0]]), -pair[0]))
        if shared / len(units | content[at]) >= _SHARED:
            return at
    found = most_alike(key, leaders, "letters", 1, _ALIKE) or most_alike(key, leaders, "words", 1, _ALIKE)
    return found[0] if found else None


def _nearest(text: str, engine: Engine) -> str | None:
    understood = engine.understand(text)
    return next(iter(understood.nearest), None)


def shown(kept: Sequence[KeptQuestion], engine: Engine, library: Library, today: dt.date) -> str:
    """Return the questions as lines that can be pasted into the data's files, grouped by the fact that is nearest."""
    if not kept:
        return (
            "No unanswered questions are kept. With KEEP_UNANSWERED=30d, say, I keep the wording of what I can't "
            "answer and delete it after 30 days. Who asked, and where, is never kept."
        )
    groups = grouped(kept, engine)
    lines = [
        f"# {counted(len(kept), 'question')} without a sure answer, in {counted(len(groups), 'group')}.",
        "# Read them before you use them: put into your own words what might tell who asked, and leave out the rest.",
        "# Paste the lists into the files named above them, under [phrasings] or [questions], and run check-data.",
    ]
    facts = library.fact_by_id
    by_fact: dict[str | None, list[Group]] = {}
    for group in groups:
        by_fact.setdefault(group.nearest if group.nearest in facts else None, []).append(group)
    for fact, near in by_fact.items():
        lines += ["", *_list(facts[fact] if fact else None, near, today)]
    return "\n".join(lines)


def _list(fact: Fact | None, groups: Iterable[Group], today: dt.date) -> Iterator[str]:
    yield f"# facts/{fact.id}.toml: {fact.question}" if fact else "# Near nothing: out_of_scope/<subject>.toml"
    # A list has a name of its own, as a file may hold an earlier one.
    yield f"asked-{today.isoformat()} = ["
    for group in groups:
        times = group.times
        met = ", ".join(f"{times[tier]} {tier}" for tier in sorted(times))
        yield f"    # {counted(times.total(), 'time')}: {met}"
        for text, each in group.questions:
            often = f"  # {each.total()} times" if each.total() > 1 else ""
            yield f"    {json.dumps(text, ensure_ascii=False)},{often}"
    yield "]"

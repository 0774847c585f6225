"""Counting by tiers: sure answers and closest passages, right and wrong, and silence."""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Final, Literal

from tests.eval.sets import Item, shows_evidence

Tier = Literal["sure", "closest", "nothing"]
Outcome = Literal["right_sure", "right_closest", "wrong", "false_sure", "silent", "rightly_unanswered"]


@dataclass(frozen=True)
class Shown:
    """What was shown for a question: the tier, and the quotes' texts."""

    tier: Tier
    texts: tuple[str, ...] = ()


Answerer = Callable[[str], Shown]

NOTHING: Final = Shown("nothing")
_GOOD: Final[frozenset[Outcome]] = frozenset({"right_sure", "right_closest", "rightly_unanswered"})


def outcome(item: Item, shown: Shown) -> Outcome:
    """Return how what was shown serves the item.

    What has an answer is right with a quote that holds it, sure or closest; a sure answer without one is wrong, and
    a closest passage without one as good as silence. What has none is right with nothing, or with a closest passage.
    """
    if not item.answerable:
        return "false_sure" if shown.tier == "sure" else "rightly_unanswered"
    if shown.tier != "nothing" and shows_evidence(item, shown.texts):
        return "right_sure" if shown.tier == "sure" else "right_closest"
    return "wrong" if shown.tier == "sure" else "silent"


@dataclass(slots=True)
class Tally:
    """The outcomes of a set, the misses by kind, and each miss with what was shown."""

    outcomes: Counter[Outcome] = field(default_factory=Counter)
    missed_by_kind: Counter[str] = field(default_factory=Counter)
    by_kind: Counter[str] = field(default_factory=Counter)
    misses: list[tuple[Item, Outcome, Shown]] = field(default_factory=list)

    @property
    def asked(self) -> int:
        """How many items were counted."""
        return self.outcomes.total()

    @property
    def score(self) -> float:
        """The part (0 to 1) that was served rightly."""
        return sum(self.outcomes[good] for good in _GOOD) / self.asked if self.asked else 0.0

    @property
    def by_closest(self) -> float:
        """The part (0 to 1) of what was answered rightly that was so by a closest passage."""
        closest = self.outcomes["right_closest"]
        return closest / (closest + self.outcomes["right_sure"]) if closest else 0.0

    def count(self, item: Item, shown: Shown) -> None:
        """Judge one item."""
        self.by_kind[item.kind] += 1
        found = outcome(item, shown)
        self.outcomes[found] += 1
        if found not in _GOOD:
            self.missed_by_kind[item.kind] += 1
            self.misses.append((item, found, shown))

    def line(self) -> str:
        """Return the figures on one line."""
        told = "  ".join(
            f"{name.replace('_', ' ')} {self.outcomes[name]:3d}"
            for name in ("right_sure", "right_closest", "wrong", "false_sure", "silent")
        )
        return f"{told}  score {self.score:.3f}"

    def worst_kinds(self, most: int = 4) -> str:
        """Return the kinds with the largest part missed."""
        rated = sorted(
            ((self.missed_by_kind[kind] / total, kind, total) for kind, total in self.by_kind.items()), reverse=True
        )
        return ", ".join(f"{kind} {self.missed_by_kind[kind]}/{total}" for rate, kind, total in rated[:most] if rate)


def tally(items: Iterable[Item], answerer: Answerer) -> Tally:
    """Return the tally of the answerer over the items."""
    result = Tally()
    for item in items:
        result.count(item, answerer(item.question))
    return result

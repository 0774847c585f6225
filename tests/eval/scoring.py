"""Counting: right, wrong, silent and false answers."""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from tests.eval.sets import Item, shows_evidence

# What was shown for a question: quote texts; empty for silence.
Answerer = Callable[[str], tuple[str, ...]]


@dataclass(slots=True)
class Tally:
    """The four outcomes of a set, by kind, and the misses with what was shown."""

    right: int = 0
    wrong: int = 0
    silent: int = 0
    false: int = 0
    rightly_silent: int = 0
    missed_by_kind: Counter[str] = field(default_factory=Counter)
    by_kind: Counter[str] = field(default_factory=Counter)
    misses: list[tuple[Item, str, tuple[str, ...]]] = field(default_factory=list)

    @property
    def score(self) -> float:
        """Answered rightly or met with silence where due, of all (0 to 1)."""
        everything = self.right + self.wrong + self.silent + self.false + self.rightly_silent
        return (self.right + self.rightly_silent) / everything if everything else 0.0

    def count(self, item: Item, shown: tuple[str, ...]) -> None:
        """Judge one item."""
        self.by_kind[item.kind] += 1
        if item.answerable:
            verdict = "silent" if not shown else "right" if shows_evidence(item, shown) else "wrong"
        else:
            verdict = "false" if shown else "rightly_silent"
        setattr(self, verdict, getattr(self, verdict) + 1)
        if verdict not in ("right", "rightly_silent"):
            self.missed_by_kind[item.kind] += 1
            self.misses.append((item, verdict, shown))

    def line(self) -> str:
        """Return the figures on one line."""
        return (
            f"right {self.right:3d}  wrong {self.wrong:3d}  silent {self.silent:3d}  "
            f"false answers {self.false:3d}  score {self.score:.3f}"
        )

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

"""What is no mistake in an announcement's examples, and yet worth a look."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING, Final

from bot.domain.text import normalise

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bot.domain.announcement.model import Announcement

# With fewer phrasings than this, a fact is often missed (docs/decisions/understanding.md).
FEW: Final = 10
# How many of a kind are told one by one.
_TOLD: Final = 10


def remarks(announcement: Announcement) -> tuple[str, ...]:
    """Return what an author may want to look at: texts under two facts, repeats, facts with few phrasings."""
    return tuple(line for kind in (_torn, _repeated, _few, _nothing_outside) for line in kind(announcement))


def _asked(announcement: Announcement) -> Iterator[tuple[str, str]]:
    """Yield each phrasing (fact id, text)."""
    for phrasings in announcement.phrasings:
        for fact, texts in phrasings.facts.items():
            for text in texts:
                yield fact, text


def _torn(announcement: Announcement) -> Iterator[str]:
    facts: defaultdict[str, set[str]] = defaultdict(set)
    outside = {normalise(text) for phrasings in announcement.phrasings for text in phrasings.out_of_scope}
    for fact, text in _asked(announcement):
        facts[normalise(text)].add(f"facts/{fact}.toml")
    for text in outside & facts.keys():
        facts[text].add("out_of_scope/")
    torn = sorted((text, " and in ".join(sorted(files))) for text, files in facts.items() if len(files) > 1)
    yield from _first([f"'{text}' is in {files}: it can lead to only one of them" for text, files in torn])


def _repeated(announcement: Announcement) -> Iterator[str]:
    times = Counter((fact, normalise(text)) for fact, text in _asked(announcement))
    again = sum(count - 1 for count in times.values())
    if again:
        yield f"{again} phrasings say again what another one of the same fact says; they do no harm and teach nothing"


def _few(announcement: Announcement) -> Iterator[str]:
    times = Counter(fact for fact, _ in _asked(announcement))
    few = {fact.id: times[fact.id] for fact in announcement.facts if times[fact.id] < FEW}
    yield from _first(
        [f"facts/{fact}.toml: {n} phrasings; with {FEW} it is found far more often" for fact, n in few.items()]
    )


def _nothing_outside(announcement: Announcement) -> Iterator[str]:
    if not any(phrasings.out_of_scope for phrasings in announcement.phrasings):
        yield "out_of_scope/: holds nothing; without examples of what has no answer, off-topic questions get one"


def _first(lines: list[str]) -> Iterator[str]:
    yield from lines[:_TOLD]
    if len(lines) > _TOLD:
        yield f"... and {len(lines) - _TOLD} more like the last one"

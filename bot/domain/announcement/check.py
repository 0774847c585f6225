"""What an announcement must keep to beyond the form of its files. Every rule lists all of its mistakes."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from bot.domain.announcement.check_words import check_listed, check_words
from bot.domain.text import normalise, sentences

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from bot.domain.announcement.model import Announcement

# What a person reads in one answer, at most.
FACT_SENTENCES = 3


def check(announcement: Announcement) -> tuple[str, ...]:
    """Return every mistake in the announcement: file, entry and reason. Empty when there is none."""
    return tuple(
        mistake
        for rule in (_ids, _speakers, check_words, check_listed, _rulings, _facts, _aliases, _references)
        for mistake in rule(announcement)
    )


def _ids(announcement: Announcement) -> Iterator[str]:
    for file, entries in _files(announcement):
        for repeated, times in Counter(ids := [entry.id for entry in entries]).items():
            if times > 1:
                yield f"{file}: '{repeated}' stands {times} times; every id is used once"
        if not ids and file not in {"timeline.toml", "lexicon.toml", "people.toml"}:
            yield f"{file}: holds no entry; at least one is needed"


def _files(announcement: Announcement) -> tuple[tuple[str, tuple[_Identified, ...]], ...]:
    return (
        ("sources.toml", announcement.sources),
        ("speakers.toml", announcement.speakers),
        ("topics.toml", announcement.topics),
        ("passages.toml", announcement.passages),
        ("quotes.toml", announcement.quotes),
        ("people.toml", announcement.people),
        ("subjects.toml", announcement.subjects),
        ("claims/", announcement.claims),
        ("facts/", announcement.facts),
        ("timeline.toml", announcement.timeline),
        ("lexicon.toml", announcement.concepts),
    )


def _speakers(announcement: Announcement) -> Iterator[str]:
    quoted_by = {speaker.id: speaker.quoted_by for speaker in announcement.speakers}
    for speaker, next_one in quoted_by.items():
        seen = {speaker}
        while next_one is not None:
            if next_one in seen:
                yield f"speakers.toml: speaker '{speaker}': 'quoted_by' leads back to itself"
                break
            seen.add(next_one)
            next_one = quoted_by.get(next_one)  # noqa: PLW2901 - the walk goes on from here


def _rulings(announcement: Announcement) -> Iterator[str]:
    persons = {person.id for person in announcement.people}
    for subject in announcement.subjects:
        where = f"subjects.toml: subject '{subject.id}'"
        wanted = 2 if subject.kind == "ship" else 1
        if len(set(subject.members)) != wanted:
            yield f"{where}: a {subject.kind} has {wanted} different members"
        yield from _unknown(where, "members", subject.members, persons, "people.toml")
        yield from _backed(where, ruled=subject.verdict != "not-addressed", entry=subject)
    for claim in announcement.claims:
        yield from _backed(f"claims/{claim.id}.toml", ruled=claim.ruling != "not-addressed", entry=claim)


def _backed(where: str, *, ruled: bool, entry: _Ruled) -> Iterator[str]:
    """Yield a mistake unless a ruling has evidence, and what is not ruled on has none."""
    if ruled and not entry.quotes:
        yield f"{where}: a ruling needs evidence: name at least one quote"
    if ruled and entry.strength == "none":
        yield f"{where}: strength 'none' goes with 'not-addressed' alone; say 'creator' or 'article'"
    if not ruled and (entry.quotes or entry.strength != "none"):
        yield f"{where}: what is not addressed has no quotes and the strength 'none'"


def _facts(announcement: Announcement) -> Iterator[str]:
    texts = {quote.id: quote.text for quote in announcement.quotes}
    for fact in announcement.facts:
        where = f"facts/{fact.id}.toml"
        if not fact.quotes:
            yield f"{where}: a fact without evidence; name the quotes that back it"
        length = sum(len(sentences(texts.get(quote, ""))) for quote in fact.quotes)
        if length > FACT_SENTENCES:
            yield f"{where}: its quotes have {length} sentences; at most {FACT_SENTENCES} are shown"


def _aliases(announcement: Announcement) -> Iterator[str]:
    """Yield a mistake where a name leads to two entries: speakers and topics share a box, ships and people do."""
    # What is looked for first in the box for quotes: an id, and the word for chance.
    taken = [("quotes.toml: the word for a quote by chance", "random")]
    taken += [(f"quotes.toml: '{quote.id}'", quote.id) for quote in announcement.quotes if "-" not in quote.id]
    quote_box = taken + [
        (f"{file}: '{entry.id}'", name)
        for file, entries in (("speakers.toml", announcement.speakers), ("topics.toml", announcement.topics))
        for entry in entries
        for name in {normalise(name) for name in (entry.name, entry.id, *entry.aliases)}
    ]
    people = [
        (f"people.toml: '{person.id}'", name)
        for person in announcement.people
        for name in {normalise(name) for name in (person.name, person.id, *person.aliases)}
    ]
    ships = [
        (f"subjects.toml: '{subject.id}'", name)
        for subject in announcement.subjects
        if subject.kind == "ship"
        for name in {normalise(name) for name in (subject.name, subject.id, *subject.aliases)}
    ]
    forms = [
        (f"lexicon.toml: '{concept.id}'", normalise(form))
        for concept in announcement.concepts
        for form in concept.forms
    ]
    for names in (quote_box, people + ships, forms):
        first: dict[str, str] = {}
        for where, name in names:
            if not name:
                yield f"{where}: an alias holds no letter or digit"
            elif name in first:
                yield f"{where}: the alias '{name}' is taken already by {first[name]}"
            else:
                first[name] = where


def _references(announcement: Announcement) -> Iterator[str]:
    known = {
        "speakers.toml": {entry.id for entry in announcement.speakers},
        "sources.toml": {entry.id for entry in announcement.sources},
        "topics.toml": {entry.id for entry in announcement.topics},
        "passages.toml": {entry.id for entry in announcement.passages},
        "quotes.toml": {entry.id for entry in announcement.quotes},
        "facts/": {entry.id for entry in announcement.facts},
        "subjects.toml": {entry.id for entry in announcement.subjects},
    }
    for where, key, ids, file in _links(announcement):
        yield from _unknown(where, key, ids, known[file], file)


def _links(announcement: Announcement) -> Iterator[tuple[str, str, tuple[str, ...], str]]:
    """Each reference: where it stands, under which key, the ids, and the file that must hold them."""
    for source in announcement.sources:
        yield f"sources.toml: source '{source.id}'", "author", (source.author,), "speakers.toml"
    for speaker in announcement.speakers:
        if speaker.quoted_by:
            yield f"speakers.toml: speaker '{speaker.id}'", "quoted_by", (speaker.quoted_by,), "speakers.toml"
    for passage in announcement.passages:
        where = f"passages.toml: passage '{passage.id}'"
        yield where, "source", (passage.source,), "sources.toml"
        speakers = (passage.speaker, *(inset.speaker for inset in passage.inset))
        yield where, "speaker", speakers, "speakers.toml"
    for quote in announcement.quotes:
        where = f"quotes.toml: quote '{quote.id}'"
        yield where, "passage", (quote.passage,), "passages.toml"
        yield where, "topics", quote.topics, "topics.toml"
    for subject in announcement.subjects:
        yield f"subjects.toml: subject '{subject.id}'", "quotes", subject.quotes, "quotes.toml"
    for claim in announcement.claims:
        yield f"claims/{claim.id}.toml", "quotes", claim.quotes, "quotes.toml"
        yield f"claims/{claim.id}.toml", "facts", claim.facts, "facts/"
        yield f"claims/{claim.id}.toml", "subject", (claim.subject,) if claim.subject else (), "subjects.toml"
    for fact in announcement.facts:
        yield f"facts/{fact.id}.toml", "quotes", fact.quotes, "quotes.toml"
    for step in announcement.timeline:
        yield f"timeline.toml: entry '{step.id}'", "quote", (step.quote,), "quotes.toml"


def _unknown(where: str, key: str, ids: Iterable[str], known: set[str], file: str) -> Iterator[str]:
    for wanted in ids:
        if wanted not in known:
            yield f"{where}: {key} names '{wanted}', which {file} does not hold"


if TYPE_CHECKING:
    from typing import Protocol

    from bot.domain.announcement.model import Strength

    class _Identified(Protocol):
        @property
        def id(self) -> str: ...

    class _Ruled(Protocol):
        @property
        def quotes(self) -> tuple[str, ...]: ...
        @property
        def strength(self) -> Strength: ...

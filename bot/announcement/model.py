"""The typed form of an announcement's folder. Unknown keys are refused, so a typing slip is found."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta

from bot.announcement.words import NO_STRENGTH, Line, Words

Slug = Annotated[str, Meta(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=80)]
Text = Annotated[str, Meta(min_length=1, max_length=4000)]
Colour = Annotated[str, Meta(pattern=r"^#[0-9A-Fa-f]{6}$")]
# Without white space and angle brackets, which end a link of Discord's Markdown. Other letters are written as %C3%A9.
Address = Annotated[str, Meta(pattern=r"^https?://[!-;=?-~]+$", max_length=500)]


class _Entry(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What all entries share: frozen, and strict about their keys."""


class Head(_Entry, frozen=True):
    """What the announcement is: `about` and `title` are our words."""

    id: Slug
    title: Line
    about: Line
    timeline_title: Line = "How it came about"


class Source(_Entry, frozen=True):
    """Where words come from: an article, or a post that it carries.

    `cite` is what stands under a quote, in words that tell whose it is; without it the title does. `url` is where the
    whole of it can be read.
    """

    id: Slug
    title: Line
    author: Slug
    cite: Line | None = None
    url: Address | None = None

    @property
    def cited(self) -> str:
        """What stands under a quote."""
        return self.cite or self.title


class Speaker(_Entry, frozen=True):
    """Who says words; `quoted_by` is the speaker through whom they reach us."""

    id: Slug
    name: Line
    role: Line
    colour: Colour
    quoted_by: Slug | None = None
    aliases: tuple[str, ...] = ()

    @property
    def accent(self) -> int:
        """The colour as 0xRRGGBB."""
        return int(self.colour[1:], 16)


class Topic(_Entry, frozen=True):
    """What quotes are about."""

    id: Slug
    name: Line
    aliases: tuple[str, ...] = ()


class Inset(_Entry, frozen=True):
    """A run of a passage that is another speaker's words."""

    speaker: Slug
    text: Text


class Passage(_Entry, frozen=True):
    """One paragraph by one speaker; the order of the file is the order of the announcement."""

    id: Slug
    source: Slug
    speaker: Slug
    text: Text
    inset: tuple[Inset, ...] = ()


class QuoteEntry(_Entry, frozen=True):
    """What an author writes of a quote: a run of whole consecutive sentences of one passage, verbatim.

    The listed ones are numbered, drawn and completed, and no two of them share words. The others are shorter or
    longer runs that back facts and rulings, and that a search may find.
    """

    id: Slug
    passage: Slug
    text: Text
    topics: tuple[Slug, ...]
    listed: bool = True


class Quote(QuoteEntry, frozen=True, kw_only=True):
    """A quote in its place: who says it, and where it is from.

    `attribution` holds the whole chain of speakers. `start` is where the words begin in their passage, in characters.
    `number` counts the listed quotes from 1, and is None for the others; `order` counts all of them.
    """

    speaker: Speaker
    attribution: str
    source: Source
    start: int
    number: int | None
    order: int = 0


class Person(_Entry, frozen=True):
    """Somebody whom people may name, of a kind in the words; `unmentioned` means that the announcement never does."""

    id: Slug
    name: Line
    kind: Slug = "other"
    aliases: tuple[str, ...] = ()
    unmentioned: bool = False


class Subject(_Entry, frozen=True):
    """What can be ruled on by its name: somebody, something, or a pair; kind, verdict and strength are in the words.

    `statement` is the sentence that the verdict belongs to where the name alone could be misread beside it. Without
    `members`, it is something that nobody else is named for.
    """

    id: Slug
    kind: Slug
    name: Line
    verdict: Slug
    line: Line
    members: tuple[Slug, ...] = ()
    strength: Slug = NO_STRENGTH
    statement: Line | None = None
    aliases: tuple[str, ...] = ()
    quotes: Annotated[tuple[Slug, ...], Meta(max_length=3)] = ()


class Claim(_Entry, frozen=True):
    """A statement that people argue over, with its ruling; whoever says the opposite is shown this one too.

    Ruling and strength are in the words. A claim that asks no more than a subject's verdict names it in `subject`, and
    that is what is shown.
    """

    id: Slug
    statement: Line
    ruling: Slug
    line: Line
    strength: Slug = NO_STRENGTH
    quotes: Annotated[tuple[Slug, ...], Meta(max_length=3)] = ()
    facts: tuple[Slug, ...] = ()
    subject: Slug | None = None


class Fact(_Entry, frozen=True):
    """Something that the announcement states: `answer` is ours, the quotes back it.

    `question` is its plainest form, short enough for a button (Discord's docs: a button's label has at most 80
    characters).
    """

    id: Slug
    answer: Line
    quotes: Annotated[tuple[Slug, ...], Meta(max_length=3)]
    question: Annotated[str, Meta(min_length=1, max_length=75)]


class Entry(_Entry, frozen=True):
    """A step in how it came about, in order."""

    id: Slug
    when: Annotated[str, Meta(min_length=1, max_length=60)]
    title: Annotated[str, Meta(min_length=1, max_length=60)]
    quote: Slug
    line: Line


class Concept(_Entry, frozen=True):
    """Words and phrases that mean the same when people talk about this announcement."""

    id: Slug
    forms: tuple[str, ...]


class PhrasedClaim(_Entry, frozen=True):
    """How people put a claim: asserting it, denying it, or asking."""

    agree: tuple[str, ...] = ()
    deny: tuple[str, ...] = ()
    ask: tuple[str, ...] = ()


class Phrasings(_Entry, frozen=True):
    """One voice's ways of putting things, by the id of what they mean."""

    voice: str
    facts: dict[str, tuple[str, ...]]
    claims: dict[str, PhrasedClaim]
    out_of_scope: tuple[str, ...]


class Announcement(_Entry, frozen=True):
    """All of an announcement's folder."""

    head: Head
    words: Words
    sources: tuple[Source, ...]
    speakers: tuple[Speaker, ...]
    topics: tuple[Topic, ...]
    passages: tuple[Passage, ...]
    quotes: tuple[QuoteEntry, ...]
    people: tuple[Person, ...]
    subjects: tuple[Subject, ...]
    claims: tuple[Claim, ...]
    facts: tuple[Fact, ...]
    timeline: tuple[Entry, ...]
    concepts: tuple[Concept, ...]
    phrasings: tuple[Phrasings, ...]

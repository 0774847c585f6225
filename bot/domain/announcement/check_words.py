"""Misquoting made impossible: a quote is a run of whole sentences of its passage, or the data is refused."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.domain.quotes import introduces
from bot.domain.text import sentences

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bot.domain.announcement.model import Announcement, Inset, Passage, Quote

_MARKS = "\"\u201c\u201d'\u2018\u2019()[]"


def check_words(announcement: Announcement) -> Iterator[str]:
    """Yield a mistake for each inset or quote whose words do not stand whole in their passage."""
    passages = {passage.id: passage for passage in announcement.passages}
    for passage in announcement.passages:
        for inset in passage.inset:
            if inset.text not in passage.text:
                yield f"passages.toml: passage '{passage.id}': the inset \"{inset.text}\" is not found in it"
    seen: dict[tuple[str, str], str] = {}
    for quote in announcement.quotes:
        where = f"quotes.toml: quote '{quote.id}'"
        if quote.passage in passages:
            yield from _quote(where, quote, passages[quote.passage])
        first = seen.setdefault((quote.passage, quote.text), quote.id)
        if first != quote.id:
            yield f"{where}: has the same words as '{first}'"


def check_listed(announcement: Announcement) -> Iterator[str]:
    """Yield a mistake for each two listed quotes that share words, and for each that cannot stand alone.

    Also for each speaker or topic whose quotes are all unlisted: nothing could be drawn for it.
    """
    passages = {passage.id: passage for passage in announcement.passages}
    whole = [q for q in announcement.quotes if q.passage in passages and q.text in passages[q.passage].text]
    listed = [(quote, span(quote, passages[quote.passage])) for quote in whole if quote.listed]
    for at, (quote, (start, end)) in enumerate(listed):
        where = f"quotes.toml: quote '{quote.id}'"
        for other, (first, last) in listed[:at]:
            if other.passage == quote.passage and start < last and first < end:
                yield (
                    f"{where}: shares words with '{other.id}', and both are listed, so people would be shown the same "
                    "words twice; put `listed = false` on one of them"
                )
        if introduces(quote.text):
            yield f"{where}: ends with a colon, and what should follow is not in it; put `listed = false` on it"
    for file, key, owners in (
        ("speakers.toml", "speaker", lambda quote: (speaker_of(quote, passages[quote.passage]),)),
        ("topics.toml", "topic", lambda quote: quote.topics),
    ):
        drawn = {owner for quote, _ in listed for owner in owners(quote)}
        for owner in dict.fromkeys(owner for quote in whole for owner in owners(quote)):
            if owner not in drawn:
                yield f"{file}: {key} '{owner}': none of the quotes is listed, so nothing would be drawn; list one"


def span(quote: Quote, passage: Passage) -> tuple[int, int]:
    """Return where a quote that stands in its passage begins and ends in it, in characters."""
    start = passage.text.index(quote.text)
    return start, start + len(quote.text)


def _quote(where: str, quote: Quote, passage: Passage) -> Iterator[str]:
    if quote.text not in passage.text:
        yield f"{where}: its text is not found in passage '{passage.id}'; copy it from there, word for word"
        return
    inset = _inset_of(quote, passage)
    if not _whole(quote.text, inset.text if inset else passage.text):
        yield f"{where}: is not a run of whole sentences of passage '{passage.id}'"


def speaker_of(quote: Quote, passage: Passage) -> str:
    """Return the id of the speaker whose words the quote is: an inset's words belong to the inset's."""
    inset = _inset_of(quote, passage)
    return inset.speaker if inset else passage.speaker


def _inset_of(quote: Quote, passage: Passage) -> Inset | None:
    """Return the inset within which the quote stands, marks of quotation aside."""
    words = quote.text.strip(_MARKS)
    at = passage.text.index(quote.text) + quote.text.index(words)
    for inset in passage.inset:
        start = passage.text.find(inset.text)
        if start <= at and at + len(words) <= start + len(inset.text):
            return inset
    return None


def _whole(run: str, text: str) -> bool:
    """Whether `run` is a series of whole sentences of `text`, give or take marks of quotation around it."""
    pieces = [piece.strip(_MARKS) for piece in sentences(text)]
    wanted = [piece.strip(_MARKS) for piece in sentences(run)]
    return any(pieces[at : at + len(wanted)] == wanted for at in range(len(pieces) - len(wanted) + 1))

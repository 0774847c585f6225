"""The announcement in data/: whole, verbatim, and well covered by quotes."""

from __future__ import annotations

from math import dist
from typing import TYPE_CHECKING

import pytest

from bot.announcement import Announcement, drafting, load
from bot.announcement.checking import speaker_of
from bot.pictures.canvas import READABLE, channels, contrast, paper, readable
from bot.settings import ANNOUNCEMENT
from bot.text import normalise, sentences
from tests.support.seeded import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator

ARTICLE = ROOT.parent / "shared" / "article.txt"
_MARKS = "\"“”'‘’()"


@pytest.fixture(scope="module")
def announcement() -> Announcement:
    return load(ANNOUNCEMENT)


@pytest.fixture(scope="module")
def paragraphs() -> list[str]:
    if not ARTICLE.is_file():
        pytest.skip(f"the article itself is not beside the repository ({ARTICLE.name}); nothing to compare with")
    return [line.strip() for line in ARTICLE.read_text(encoding="utf-8").splitlines() if line.strip()]


def test_all_of_the_article_is_passages_in_its_order(announcement: Announcement, paragraphs: list[str]) -> None:
    assert [passage.text for passage in announcement.passages] == paragraphs


def test_there_are_quotes_enough(announcement: Announcement) -> None:
    assert len(announcement.quotes) >= 60


def test_the_quotes_cover_the_article(announcement: Announcement) -> None:
    said = list(_sentences(announcement))
    covered = sum(any(sentence in quote for quote in quotes) for sentence, quotes in said)
    assert covered / len(said) >= 0.95


def _sentences(announcement: Announcement) -> Iterator[tuple[str, list[str]]]:
    """Yield each sentence of the article, with the quotes from its passage."""
    for passage in announcement.passages:
        quotes = [quote.text for quote in announcement.quotes if quote.passage == passage.id]
        for sentence in sentences(passage.text):
            yield sentence.strip(_MARKS), quotes


def test_nested_quotes_belong_to_the_inner_speaker(announcement: Announcement) -> None:
    passages = {passage.id: passage for passage in announcement.passages}
    nested = {
        inset.text: inset.speaker
        for passage in announcement.passages
        for inset in passage.inset
        if inset.speaker != passage.speaker
    }
    assert nested
    for text, speaker in nested.items():
        found = [quote for quote in announcement.quotes if quote.text.strip(_MARKS) == text.strip(_MARKS)]
        assert [speaker_of(quote, passages[quote.passage]) for quote in found] == [speaker], text


def test_whoever_is_quoted_by_another_has_words_of_their_own(announcement: Announcement) -> None:
    passages = {passage.id: passage for passage in announcement.passages}
    speaking = {speaker_of(quote, passages[quote.passage]) for quote in announcement.quotes}
    assert {speaker.id for speaker in announcement.speakers} == speaking


def test_every_topic_has_quotes(announcement: Announcement) -> None:
    used = {topic for quote in announcement.quotes for topic in quote.topics}
    assert used == {topic.id for topic in announcement.topics}


def test_our_own_lines_do_not_pass_for_quotes(announcement: Announcement) -> None:
    """A line of ours may cite words between marks, but does not repeat a sentence as if it were ours."""
    ours = [fact.answer for fact in announcement.facts]
    ours += [subject.line for subject in announcement.subjects] + [claim.line for claim in announcement.claims]
    theirs = {normalise(sentence) for sentence, _ in _sentences(announcement) if len(sentence.split()) > 3}
    unmarked = [line for line in ours if '"' not in line and "“" not in line]
    assert [line for line in unmarked for sentence in sentences(line) if normalise(sentence) in theirs] == []


def test_the_listed_quotes_share_no_words_and_say_something(announcement: Announcement) -> None:
    listed = [quote for quote in announcement.quotes if quote.listed]
    assert 50 <= len(listed) < len(announcement.quotes)
    told = [sentence for quote in listed for sentence in _apart(quote.text)]
    assert len(set(told)) == len(told)
    assert all(len(quote.text.split()) > 5 and not quote.text.endswith(":") for quote in listed)


def _apart(text: str) -> list[str]:
    return [normalise(sentence) for sentence in sentences(text)]


def _difference(one: int, other: int) -> float:
    return dist(channels(one), channels(other))


def test_no_speaker_has_the_colour_of_a_ruling_or_of_another(announcement: Announcement) -> None:
    """A quote with a red edge would look contradicted."""
    rulings = {verdict.accent for verdict in announcement.words.verdicts.values()}
    assert len(rulings) == 4
    speakers = [speaker.accent for speaker in announcement.speakers]
    drafted = [int(colour[1:], 16) for colour in drafting._COLOURS]
    for own in (speakers, drafted):
        for at, colour in enumerate(own):
            assert min(_difference(colour, other) for other in rulings) >= 60
            assert min((_difference(colour, other) for other in own[:at]), default=255) >= 60
            assert contrast(readable(colour, paper(colour)), paper(colour)) >= READABLE

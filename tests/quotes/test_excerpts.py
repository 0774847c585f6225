"""Quotes that touch become one; what does not touch stays apart; the words stay the passage's."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from bot.announcement import Passage, Quote, Source, Speaker, attributions, joined, length

ADA = Speaker("ada", "Ada", "", "#000000")
BEN = Speaker("ben", "Ben", "", "#000000", quoted_by="ada")
TALK = Source("talk", "A talk", "ada")
SENTENCES = ("One came.", "Two went.", "Three stayed!", "Did four?", "Five did.")
TEXT = " ".join(SENTENCES)
PASSAGES = {"p": Passage("p", "talk", "ada", TEXT), "q": Passage("q", "talk", "ada", TEXT)}


def run(first: int, last: int, *, passage: str = "p", speaker: Speaker = ADA) -> Quote:
    """The quote of the sentences from `first` to `last`, from 0."""
    text = " ".join(SENTENCES[first : last + 1])
    return Quote(
        f"{passage}-{first}-{last}",
        passage,
        text,
        (),
        speaker=speaker,
        attribution=attributions([ADA, BEN])[speaker.id],
        source=TALK,
        start=TEXT.index(text),
        number=first + 1,
    )


def test_an_attribution_holds_the_whole_chain() -> None:
    cas = Speaker("cas", "Cas", "", "#000000", quoted_by="ben")
    assert attributions([cas, BEN, ADA]) == {
        "ada": "Ada",
        "ben": "Ben, quoted by Ada",
        "cas": "Cas, quoted by Ben, quoted by Ada",
    }


def test_quotes_that_overlap_become_one() -> None:
    (whole,) = joined([run(1, 2), run(2, 3)], PASSAGES)
    assert whole.text == "Two went. Three stayed! Did four?"
    assert (whole.id, whole.number) == ("p-1-2", 2)


def test_quotes_side_by_side_become_one_whichever_comes_first() -> None:
    (whole,) = joined([run(2, 2), run(1, 1)], PASSAGES)
    assert whole.text == "Two went. Three stayed!"
    assert whole.id == "p-2-2"


def test_a_quote_between_two_joins_them_all() -> None:
    assert [quote.text for quote in joined([run(0, 0), run(2, 2), run(1, 1)], PASSAGES)] == [
        "One came. Two went. Three stayed!"
    ]


def test_what_does_not_touch_stays_apart() -> None:
    quotes = (run(0, 0), run(2, 2), run(3, 3, passage="q"), run(1, 1, speaker=BEN))
    assert joined(quotes, PASSAGES) == quotes


def test_sentences_are_counted_over_all_quotes() -> None:
    assert length([run(0, 1), run(3, 3)]) == 3
    assert length([]) == 0


runs = st.tuples(st.integers(0, 4), st.integers(0, 4)).map(lambda ends: run(min(ends), max(ends)))


@given(st.lists(runs, max_size=6))
def test_whatever_is_joined_stands_in_its_passage_and_nothing_is_lost_or_twice(quotes: list[Quote]) -> None:
    shown = joined(quotes, PASSAGES)
    assert all(TEXT[quote.start :].startswith(quote.text) for quote in shown)
    wanted = {sentence for sentence in SENTENCES for quote in quotes if sentence in quote.text}
    assert {sentence for sentence in SENTENCES for quote in shown if sentence in quote.text} == wanted
    assert length(shown) == len(wanted)
    assert joined(shown, PASSAGES) == shown

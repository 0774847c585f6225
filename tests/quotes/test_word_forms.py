"""Texts found by their words in whatever form."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.quotes.search import WordForms, meaningful

TEXTS = (
    "They held hands on the stairs.",
    "She is a better captain than her brother was.",
    "He broke the vase, and the children laughed.",
    "The choir broke up in spring, and nobody has looked back.",
    "A captain and her brother sailed in spring.",
)
FORMS = WordForms(TEXTS)


@pytest.mark.parametrize(
    ("text", "places"),
    [
        ("holding hands", (0,)),
        ("hand-holding", (0,)),
        ("do they hold hands?", (0,)),
        ("good captains", (1,)),
        ("isn't he the better captain", (1,)),
        ("breaking vases", (2,)),
        ("choirs breaking up", (3,)),
        ("look back", (3,)),
        ("brother", (4, 1)),
    ],
)
def test_all_words_in_some_form(text: str, places: tuple[int, ...]) -> None:
    assert FORMS.search(text)[:2] == (places, True)


@pytest.mark.parametrize(
    ("text", "first"), [("her brother, a captain, sailing in spring storms", 4), ("a choir that broke up", 3)]
)
def test_most_of_the_words(text: str, first: int) -> None:
    assert FORMS.search(text).places[0] == first


@pytest.mark.parametrize(
    "text",
    [
        "",
        "is it the same?",
        "violins",
        "hands and violins",
        "the vase broke up",
        "spring in a distant southern country",
    ],
)
def test_too_few_of_the_words(text: str) -> None:
    assert FORMS.search(text).places == ()


def test_a_verb_with_its_particle_is_another_verb() -> None:
    assert meaningful("They broke up.") == {"break up"}
    assert meaningful("They broke it.") == {"break"}


WORDS = st.sampled_from([*" ".join(TEXTS).split(), "violin", "sailing", "up"])


@given(st.text(max_size=80) | st.lists(WORDS, max_size=4).map(" ".join))
def test_what_is_found_whole_holds_every_word_that_is_wanted(text: str) -> None:
    held = FORMS.search(text)
    whole = {place for place, each in enumerate(TEXTS) if WordForms([each]).search(text).whole}
    assert len(set(held.places)) == len(held.places)
    assert (set(held.places) if held.whole else set()) == whole

"""Small talk is told from questions by its words alone."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.understanding import small_talk, tokens
from bot.understanding.reading import SMALL_PHRASES, SMALL_TALK


@pytest.mark.parametrize(
    ("said", "kind"),
    [
        ("heyyyy", "greeting"),
        ("Good evening, dear bot", "greeting"),
        ("sup bro", "greeting"),
        ("how are you today?", "greeting"),
        ("ty!", "thanks"),
        ("thank you for your help", "thanks"),
        ("good bot", "thanks"),
        ("ok bye, see you tomorrow", "farewell"),
        ("Good night all", "farewell"),
        ("what are you?", "self"),
        ("hello! can you help me please", "self"),
        ("hi, thanks, who made you", "self"),
    ],
)
def test_kinds(said: str, kind: str) -> None:
    assert small_talk(tokens(said)) == kind


@pytest.mark.parametrize(
    "said",
    [
        "",
        "there",
        "the bot",
        "hi, who wrote the letter",
        "thanks, but when does it open",
        "who are you talking about in the letter",
        "can you help me find the hall",
        "good morning is the name of the symphony",
        "hi " * 20,
    ],
)
def test_what_is_none(said: str) -> None:
    assert small_talk(tokens(said)) is None


@pytest.mark.parametrize("words", [*((word,) for word in SMALL_TALK), *SMALL_PHRASES])
def test_each_word_and_phrase_is_reached_from_how_it_is_typed(words: tuple[str, ...]) -> None:
    """After folding, what stands in the tables is still what is compared."""
    assert small_talk(tokens(" ".join(words))) is not None


@given(st.text(max_size=300))
def test_any_text_is_told(text: str) -> None:
    assert small_talk(tokens(text)) in (None, "greeting", "thanks", "farewell", "self")

"""What people ask of the real announcement, by kinds: what is shown must hold the words that answer."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest

from bot.quotes.ask import Answered, Closest, Greeted, NoAnswer, Ruled

if TYPE_CHECKING:
    from bot.client.client import Services

PRESS = ("got it right", "embraced it", "didn't find it ambiguous")
FANS = ("embraced it", "lashed out", "picked up on this")
SCENE = ("last scene", "spirit portal")
ORIGIN = ("kick around the writers' room", "organically blossomed")
NETWORK = ("supportive",)
MAKERS = ("always made both Avatar and Korra", "Both Michael Dante DiMartino and Bryan Konietzko")
TOGETHER = ("Mike and I talked it over",)


ASKED = (
    ("what did the media think", PRESS),
    ("what did the newspapers make of the couple", PRESS),
    ("how did the journalists take it", PRESS),
    ("how did fans react", FANS),
    ("how was it received by the viewers", FANS),
    ("what scene confirmed it", SCENE),
    ("which moment of the show makes them a couple", SCENE),
    ("how did korrasami start", ORIGIN),
    ("how did the whole korrasami idea begin", ORIGIN),
    ("were the bosses ok with a gay couple", NETWORK),
    ("did the executives have a problem with two women in love", NETWORK),
    ("was the channel fine with it", NETWORK),
    ("who created the show", MAKERS),
    ("who are the people that make legend of korra", MAKERS),
    ("was mike on board", TOGETHER),
    ("did dimartino agree to make it clear", TOGETHER),
    ("why did they confirm it at all", ("clear verbal statement",)),
    ("what happened to makorra", ("as far as the end of Book 1",)),
    (
        "hi all! my sister and i watched the last episode again. who wrote the music at the end? we loved it",
        ("Zuckerman",),
    ),
)


@pytest.mark.parametrize(("question", "words"), ASKED)
def test_kinds_of_questions_are_answered(real: Services, question: str, words: tuple[str, ...]) -> None:
    reply = real.asking.ask(question)
    assert isinstance(reply, Answered | Closest), reply
    assert any(word in quote.text for word in words for quote in reply.quotes)


def test_nearly_all_of_them_surely(real: Services) -> None:
    sure = sum(isinstance(real.asking.ask(question), Answered) for question, _ in ASKED)
    assert sure >= 0.85 * len(ASKED)


@pytest.mark.parametrize(
    ("question", "statement"),
    [
        ("did they kiss", "kissed"),
        ("do korra and asami kiss?", "kissed"),
        ("is zutara canon", "Zutara"),
        ("is kataang canon", "Kataang"),
        ("is korra bisexual", "bisexual"),
    ],
)
def test_what_only_a_ruling_answers_is_ruled_on(real: Services, question: str, statement: str) -> None:
    reply = real.asking.ask(question)
    assert isinstance(reply, Ruled), reply
    assert statement in reply.rulings[0].statement


@pytest.mark.parametrize(
    ("question", "statement"),
    [("when did korra and asami kiss", "kissed"), ("do korra and asami have kids", "children")],
)
def test_what_a_question_takes_for_granted_is_told_to_be_not_addressed(
    real: Services, question: str, statement: str
) -> None:
    reply = real.asking.ask(question)
    assert isinstance(reply, Ruled), reply
    (ruling,) = reply.rulings
    assert statement in ruling.statement
    assert (ruling.verdict, ruling.direct) == ("not-addressed", False)


@pytest.mark.parametrize("question", ["is korrasami real", "is korrasami canon or not", "are korra and asami official"])
def test_the_ship_itself_is_confirmed(real: Services, question: str) -> None:
    reply = real.asking.ask(question)
    told = reply.quotes if isinstance(reply, Answered) else reply.rulings[0].quotes if isinstance(reply, Ruled) else ()
    assert any("canon" in quote.text or "official" in quote.text for quote in told), reply


@pytest.mark.parametrize(
    "question",
    [
        "does mako end up with wu",
        "does mako end up with prince wu in the end",
        "will opal be a better partner for mako",
        "did bolin ask Jeremy Zuckerman to make the music tender?",
        "did kuvira hold hands with asami in the script",
        "was it written in the script 7 years ago that they held hands",
    ],
)
def test_a_near_miss_is_never_answered_surely(real: Services, question: str) -> None:
    reply = real.asking.ask(question)
    assert not isinstance(reply, Answered), reply
    assert not isinstance(reply, Ruled) or not reply.rulings[0].quotes or not reply.rulings[0].direct, reply


def test_a_near_miss_may_show_what_is_closest(real: Services) -> None:
    reply = real.asking.ask("does mako end up with wu")
    assert isinstance(reply, Closest)
    assert "whomever he ends up with" in reply.quotes[0].text


@pytest.mark.parametrize(
    "typed",
    [
        "a a a a a a a a",
        "the the the of of",
        "not not not not not not",
        "1 2 3 4 5",
        "2010",
        "42",
        "🏳️‍🌈🏳️‍🌈🏳️‍🌈",
        "😭😭😭 💙 ❤️",
        "asdfghjkl qwertyuiop",
        "sdkjfh sdkfjh sdkfjhsd",
        "kiss kiss kiss kiss",
        "korra asami korra asami korra asami korra asami",
        "lol lol lol lol lol",
        "?????",
        "<@123456789012345678> <:korra:123456789012345678>",
        "why though",
        "and then what",
    ],
)
def test_without_content_nothing_is_answered(real: Services, typed: str) -> None:
    assert isinstance(real.asking.ask(typed), NoAnswer)


@pytest.mark.parametrize(
    "said",
    [
        "what's for dinner tonight",
        "anyone up for a game later?",
        "my cat knocked over the plant again",
        "i have an exam tomorrow and i'm so nervous",
        "what time zone are you all in",
        "can someone help me with my homework",
        "happy birthday to my best friend",
        "brb getting coffee",
        "the weather is awful here",
        "did you see the football match yesterday",
        "my laptop broke and i lost everything",
        "lmao same",
        "who wants to join voice chat",
        "i can't sleep",
        "does this server have rules",
    ],
)
def test_chatter_is_left_alone(real: Services, said: str) -> None:
    assert isinstance(real.asking.ask(said), NoAnswer | Greeted)


def test_what_was_asked_lately_is_remembered_and_no_more(real: Services) -> None:
    remembered = real.asking.remembered
    for at in range(1_100):
        real.asking.ask(f"what did they say about number {at} of the finale")
    info = remembered()
    assert info.maxsize is not None
    assert info.currsize <= info.maxsize <= 1_024
    before = remembered().hits
    real.asking.ask("who wrote that lovely music at the end")
    real.asking.ask("who wrote that lovely music at the end")
    assert remembered().hits == before + 1


def test_a_word_that_is_being_typed_does_not_ask_the_engine_at_each_key(real: Services) -> None:
    real.asking.complete("who composed the music for the ", 25)
    before = real.facts.remembered().misses
    for typed in ("l", "la", "las", "last"):
        assert real.asking.complete(f"who composed the music for the {typed}", 25)
    assert real.facts.remembered().misses == before
    real.asking.complete("who composed the music for the last scene ", 25)
    assert real.facts.remembered().misses == before + 1


def test_any_length_costs_little(real: Services) -> None:
    started = time.process_time()
    for text in ("\ufdfa" * 6_000, "korra " * 1_000, "a" * 100_000, "who did it. " * 500, "<" * 5_000):
        real.asking.ask(text)
        real.asking.complete(text, 25)
    assert time.process_time() - started < 2

"""Looking quotes up: one box for speakers, topics, words, numbers, ids and chance."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.quotes.search import Found, Missing, QuoteService, numbered

if TYPE_CHECKING:
    from bot.client.client import Services


@pytest.fixture
def quotes(second_services: Services) -> QuoteService:
    return second_services.quotes


async def found(quotes: QuoteService, query: str, speaker: str | None = None, seed: int = 0) -> Found:
    result = quotes.find(query, speaker, seed)
    assert isinstance(result, Found), f"nothing found for {query}"
    return result


async def missing(quotes: QuoteService, query: str, speaker: str | None = None) -> Missing:
    result = quotes.find(query, speaker, 0)
    assert isinstance(result, Missing), result
    return result


def ids(result: Found) -> list[str]:
    return [quote.id for quote in result.quotes]


# -- what a query is taken for -----------------------------------------------------------------------


@pytest.mark.parametrize(
    "query",
    ["Ines Falk", "falk", "ines", "INES", "conductor", " Falk! ", "Ines Flak", "inez falk", "condutcor", "fálk"],
)
async def test_a_speaker(quotes: QuoteService, query: str) -> None:
    result = await found(quotes, query)
    assert result.how == "speaker"
    assert {quote.speaker.name for quote in result.quotes} == {"Ines Falk"}
    assert len(result.quotes) == 6


async def test_who_is_quoted_by_another_is_a_speaker_too(quotes: QuoteService) -> None:
    assert ids(await found(quotes, "Clara Voss")) == ["tune-it-first"]


@pytest.mark.parametrize("query", ["The sound", "acoustics", "the-sound", "acustics", "ACOUSTICS?"])
async def test_a_topic(quotes: QuoteService, query: str) -> None:
    result = await found(quotes, query)
    assert result.how == "topic"
    assert set(ids(result)) == {"clapped-once", "tune-it-first", "third-symphony"}


async def test_a_topic_s_quotes_that_hold_the_very_word_come_first(quotes: QuoteService) -> None:
    for seed in range(5):
        result = await found(quotes, "gasworks", seed=seed)
        assert (result.how, result.lead) == ("topic", 2)
        assert set(ids(result)[:2]) == {"from-october", "rumours-are-true"}
        assert len(result.quotes) == 7


@pytest.mark.parametrize(
    ("query", "first"),
    [
        ("wrong note", "a-wrong-note"),
        ("the largest instrument", "tune-it-first"),
        ("kettle", "the-kettle"),
        ("kettel", "the-kettle"),
        ("symphny", "third-symphony"),
        ("seating eleven hundred", "eleven-hundred"),
        ("facade", "a-facade"),
        ("a hall is", "tune-it-first"),
        ('"city council"', "nobody-forced-us"),
        ("“city council”", "nobody-forced-us"),
    ],
)
async def test_words(quotes: QuoteService, query: str, first: str) -> None:
    result = await found(quotes, query)
    assert result.how == "words"
    assert ids(result)[0] == first


async def test_words_in_quotation_marks_stand_together(quotes: QuoteService) -> None:
    assert ids(await found(quotes, "council city")) == ["nobody-forced-us"]
    await missing(quotes, '"council city"')
    assert ids(await found(quotes, '"city concil"')) == ["nobody-forced-us"]


@pytest.mark.parametrize(
    ("query", "quote"),
    [("9", "a-wrong-note"), ("#9", "a-wrong-note"), ("# 9", "a-wrong-note"), (" 9 ", "a-wrong-note")],
)
async def test_a_number(quotes: QuoteService, query: str, quote: str) -> None:
    result = await found(quotes, query)
    assert (result.how, ids(result)) == ("id", [quote])


@pytest.mark.parametrize("query", ["a-wrong-note", "A-Wrong-Note", " a-wrong-note "])
async def test_an_id(quotes: QuoteService, query: str) -> None:
    result = await found(quotes, query)
    assert (result.how, ids(result)) == ("id", ["a-wrong-note"])


@pytest.mark.parametrize(
    "query",
    [
        *("no. 9", "No. 9", "no 9", "no.9", "no. 9.", "9.", "9)", "#9.", "nr. 9", "num 9", "number 9", "Number #9"),
        *("quote 9", "quote no. 9", "quote number 9", "the quote 9", "quotes 9", "№ 9", "№9", "９", "n° 9", "009"),
    ],
)
async def test_a_number_as_people_write_it(quotes: QuoteService, query: str) -> None:
    result = await found(quotes, query)
    assert [quote.number for quote in result.quotes] == [9]
    assert result.how == "id"
    assert quotes.complete_query(query, 25)[-1] == (result.quotes[0].text, "9")


@pytest.mark.parametrize(
    "query", ["-1", "\u22121", "no. -1", "0", "no. 0", "#0", "15", "999", "quote 999", "no. 12345", "# 0", "00"]
)
async def test_a_number_that_is_no_quote_s(quotes: QuoteService, query: str) -> None:
    result = quotes.find(query, None, 1)
    assert isinstance(result, Missing)
    assert result.numbers == range(1, 15)
    assert quotes.complete_query(query, 25) == []


@pytest.mark.parametrize("query", ["9 lives", "no", "quote", "no. nine", "1.5", "9 9", "no. 9 please", "-", "9" * 50])
async def test_what_is_no_number_is_looked_for_as_words(quotes: QuoteService, query: str) -> None:
    result = quotes.find(query, None, 1)
    assert not (isinstance(result, Found) and result.how == "id")
    assert isinstance(result, Found) or result.numbers is None


async def test_a_number_of_somebody_else_s_quote(quotes: QuoteService) -> None:
    theirs = quotes.find("6", "Ines Falk", 1)
    assert isinstance(theirs, Missing)


@pytest.mark.parametrize("query", ["0", "15", "9999", "#0", "٣"])
async def test_a_number_that_no_quote_has(quotes: QuoteService, query: str) -> None:
    await missing(quotes, query)


@pytest.mark.parametrize("query", ["random", "RANDOM", " Random! "])
async def test_chance(quotes: QuoteService, query: str) -> None:
    result = await found(quotes, query)
    assert (result.how, len(result.quotes)) == ("random", 14)


# -- order -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("query", ["random", "falk", "the-move", "gasworks"])
async def test_no_quote_repeats_until_all_were_shown(quotes: QuoteService, query: str) -> None:
    result = await found(quotes, query)
    assert len(set(ids(result))) == len(result.quotes)


async def test_the_order_depends_on_the_seed_alone(quotes: QuoteService) -> None:
    assert ids(await found(quotes, "random", seed=7)) == ids(await found(quotes, "random", seed=7))
    orders = {tuple(ids(await found(quotes, "random", seed=seed))) for seed in range(10)}
    assert len(orders) == 10


async def test_every_quote_comes_first_some_time(quotes: QuoteService) -> None:
    first = {ids(await found(quotes, "random", seed=seed))[0] for seed in range(200)}
    assert len(first) == 14


async def test_words_are_in_order_of_how_well_they_match(quotes: QuoteService) -> None:
    result = await found(quotes, "hall")
    assert not result.shuffled
    assert ids(result) == ids(await found(quotes, "hall", seed=99))


# -- narrowing ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("speaker", ["Clara Voss", "voss", "clara", "Clara Vos"])
async def test_words_of_one_speaker(quotes: QuoteService, speaker: str) -> None:
    result = await found(quotes, "hall", speaker)
    assert (ids(result), result.speaker) == (["tune-it-first"], "voss")


async def test_chance_within_one_speaker(quotes: QuoteService) -> None:
    result = await found(quotes, "random", "brandt")
    assert {quote.speaker.id for quote in result.quotes} == {"brandt"}
    assert len(result.quotes) == 3


async def test_a_topic_within_one_speaker(quotes: QuoteService) -> None:
    assert set(ids(await found(quotes, "the sound", "falk"))) == {"clapped-once", "third-symphony"}


async def test_a_speaker_who_does_not_say_the_words(quotes: QuoteService) -> None:
    told = await missing(quotes, "kettle", "office")
    assert not told.unknown_speaker


async def test_another_speaker_as_query(quotes: QuoteService) -> None:
    await missing(quotes, "voss", "brandt")


async def test_a_speaker_whom_nobody_knows(quotes: QuoteService) -> None:
    told = await missing(quotes, "hall", "Beethoven")
    assert told.unknown_speaker
    assert len(told.speakers) == 3


@pytest.mark.parametrize("speaker", ["", "  ", "!!"])
async def test_an_empty_speaker_narrows_nothing(quotes: QuoteService, speaker: str) -> None:
    assert ids(await found(quotes, "hall", speaker)) == ids(await found(quotes, "hall"))


# -- nothing found -----------------------------------------------------------------------------------


async def test_nothing_found_offers_the_nearest(quotes: QuoteService) -> None:
    told = await missing(quotes, "acouzzticks")
    assert told.topics[0].id == "the-sound"
    assert len(told.speakers) == 3
    assert len(told.topics) == 3


@pytest.mark.parametrize("query", ["", " ", "💙", "\u200b", "?", "zebra", "ก็", "\0"])
async def test_nothing_that_could_be_found(quotes: QuoteService, query: str) -> None:
    await missing(quotes, query)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(query=st.text(max_size=200), speaker=st.none() | st.text(max_size=20) | st.just("falk"))
async def test_any_text_gives_an_answer(quotes: QuoteService, query: str, speaker: str | None) -> None:
    result = quotes.find(query, speaker, 3)
    if isinstance(result, Found):
        assert result.quotes
    else:
        assert result.speakers
        assert result.topics


# -- finding the same again --------------------------------------------------------------------------


async def test_what_was_found_can_be_written_down(quotes: QuoteService) -> None:
    result = await found(quotes, "random", seed=5)
    again = await found(quotes, numbered(result.quotes, 80), seed=9)
    assert ids(again) == ids(result)
    assert not again.shuffled


async def test_as_many_as_fit_are_written_down(quotes: QuoteService) -> None:
    result = await found(quotes, "random", seed=5)
    for limit in range(3, 40):
        short = numbered(result.quotes, limit)
        assert len(short) <= limit
        some = ids(await found(quotes, short))
        assert some == ids(result)[: len(some)]


# -- context -----------------------------------------------------------------------------------------


def test_a_quote_in_its_passage(quotes: QuoteService) -> None:
    context = quotes.context("tune-it-first")
    assert context is not None
    assert context.before is not None
    assert context.after is not None
    assert (context.before.id, context.passage.id, context.after.id) == ("rumours", "largest-instrument", "engaged")


def test_the_first_and_the_last_passage_have_one_neighbour(quotes: QuoteService) -> None:
    first, last = quotes.context("eleven-hundred"), quotes.context("on-sale-in-august")
    assert first is not None
    assert last is not None
    assert (first.before, last.after) == (None, None)
    assert first.after is not None
    assert last.before is not None


def test_a_quote_that_is_gone(quotes: QuoteService) -> None:
    assert quotes.context("gone") is None


# -- completions -------------------------------------------------------------------------------------


def test_an_empty_box_offers_chance_speakers_and_topics(quotes: QuoteService) -> None:
    offered = quotes.complete_query("", 25)
    assert offered[0] == ("A random quote", "random")
    assert [value for _, value in offered[1:]] == [
        *("The orchestra's office", "Ines Falk", "Tomas Brandt", "Clara Voss"),
        *("The move", "The sound", "The engagement", "Tickets"),
    ]
    assert ("Clara Voss, quoted by Ines Falk", "Clara Voss") in offered
    assert ("About the sound", "The sound") in offered


@pytest.mark.parametrize(
    ("typed", "value"),
    [
        ("In", "Ines Falk"),
        ("Ines Fak", "Ines Falk"),
        ("inse", "Ines Falk"),
        ("brndt", "Tomas Brandt"),
        ("tick", "Tickets"),
        ("tikcets", "Tickets"),
        ("wedd", "The engagement"),
        ("ran", "random"),
        ("wrong note", "9"),
        ("wrong nto", "9"),
        ("FAÇADE", "13"),
    ],
)
def test_completions_of_a_query(quotes: QuoteService, typed: str, value: str) -> None:
    offered = quotes.complete_query(typed, 25)
    assert value in [each for _, each in offered][:5]
    assert len(offered) <= 25


def test_there_may_be_none(quotes: QuoteService) -> None:
    assert quotes.complete_query("qqqqqqqqqq", 25) == []


@pytest.mark.parametrize(
    ("typed", "first"), [("", "The orchestra's office"), ("cla", "Clara Voss"), ("tmas", "Tomas Brandt")]
)
def test_completions_of_a_speaker(quotes: QuoteService, typed: str, first: str) -> None:
    assert quotes.complete_speaker(typed, 25)[0][1] == first


@pytest.mark.parametrize(
    ("text", "thing"),
    [
        ("falk", "falk"),
        ("Tickets", "tickets"),
        ("condcutor", "falk"),
        ("tikets", "tickets"),
        ("zebra", None),
        ("", None),
    ],
)
def test_what_a_schedule_is_about(quotes: QuoteService, text: str, thing: str | None) -> None:
    about = quotes.about(text)
    assert (about.id if about else None) == thing


def test_completions_of_what_a_schedule_is_about(quotes: QuoteService) -> None:
    assert len(quotes.complete_about("", 25)) == 8
    assert quotes.complete_about("", 3) == quotes.complete_about("", 25)[:3]
    assert quotes.complete_about("sound", 25)[0] == ("About the sound", "The sound")


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(typed=st.text(max_size=100))
def test_any_text_can_be_completed(quotes: QuoteService, typed: str) -> None:
    assert len(quotes.complete_query(typed, 25)) <= 25
    assert len(quotes.complete_speaker(typed, 25)) <= 4


# -- words that are typed right ----------------------------------------------------------------------


@pytest.mark.parametrize("query", ["settle", "wrote", "hill", "talk", "tucked", "moved"])
async def test_an_english_word_is_no_slip_of_another(quotes: QuoteService, query: str) -> None:
    """Each is one letter off a word or a name of this announcement."""
    await missing(quotes, query)


async def test_many_english_words_leave_room_for_a_slip(quotes: QuoteService) -> None:
    typed = "apple banana cherry orange melon grape lemon peach berry apricot walnut"
    assert quotes._mended(f"{typed} orchesrta 2014 !?") == f"{typed} orchestra 2014"


async def test_without_an_engine_nothing_is_looked_for_by_meaning(second_services: Services) -> None:
    alone = QuoteService(second_services.library)
    await missing(alone, "where will the musicians perform")
    await found(second_services.quotes, "where will the orchestra play")

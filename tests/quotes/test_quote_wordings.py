"""Quotes looked up in people's own words: in other forms of the words, with some that are missing, by meaning."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bot.announcement import introduces, overlap
from bot.quotes.search import Found, Missing, numbered

if TYPE_CHECKING:
    from bot.client.client import Services

HANDS = "held hands as they walked into the spirit portal"
BETTER = "he's a better person for it"
LENS = "only through a hetero lens"
LIMIT = "there was a limit to how far we could go with it"
SHOES = "to walk in their shoes"
SPY = "a duplicitous spy"
DAD = "her father's villainous activities"
PRESS = "just about every piece I read got it right"
LATE = "I'm only sorry it took us so long"
RULE = "the unwritten rule that just because a boy and girl"
SAME_SEX = "Just because two characters of the same sex"
STRAIGHT = "not everyone is straight"
FOR_US = "made both Avatar and Korra for us, first and foremost"
HAPPY = "not everyone will be happy with the way that the show ended"
HATE = "homophobic vitriol and nonsense"
CHARACTERS = "they tell you what they want to do"
ALLOWED = "No one ever explicitly said so"
FOUGHT = "we could have fought harder for that"
TROPHY = "little more than a trophy"
MUSIC = "make the music tender and romantic"
BREAK_UP = "we were going to have them break up"
FAVOUR = "just caved in to the fans"
TENZIN = "Life is one big bumpy ride."
FRIENDS = "they also grew to have romantic feelings"
SHIPPER = "the first Korrasami shipper"
COUPLE = "from being friends to being a couple"
MOCKED = "something merely to be mocked"
BI = "bisexual people are real!"
EYES = "rolling my eyes"
BEAUTIFUL = "turned out beautiful"


@pytest.mark.parametrize(
    ("query", "words"),
    [
        # Other forms of the words.
        ("hand holding", HANDS),
        ("do they hold hands", HANDS),
        ("clasped hand", HANDS),
        ("Mako is a better person", BETTER),
        ("mako, a good partner", BETTER),
        ("dont look at it through hetero lens", LENS),
        ("view it through a hetero lens", LENS),
        ("walking in someone else's shoes", SHOES),
        ("walked in other people's shoes", SHOES),
        ("fight harder", FOUGHT),
        ("we should've fought harder!!", FOUGHT),
        ("marginalizing people who aren't heterosexual", "a paradigm that marginalizes non-heterosexual people"),
        ("break the patterns", "break the typical pattern"),
        ("they will break up in book 2", BREAK_UP),
        ("life's a bumpy ride", TENZIN),
        ("celebrating it or getting over it", "You can celebrate it, embrace it, accept it"),
        ("networks were supportive", LIMIT),
        ("rolled my eyes at action films", EYES),
        ("the last two minutes were beautiful", BEAUTIFUL),
        # Slips of the finger.
        ("hetro lens", LENS),
        ("bisexaul people", BI),
        ("homophobc vitriol", HATE),
        # Most of the words.
        ("holding hands at the very end", HANDS),
        ("proud to play a small part", "I'm proud to do my part"),
        ("stop mocking gay people", MOCKED),
        # By what they mean.
        ("we make these shows for ourselves", FOR_US),
        ("the characters decide for themselves", CHARACTERS),
        ("korra and mako broke up", BREAK_UP),
        ("her dad was the bad guy", DAD),
        ("asami was evil at first", SPY),
        ("girls as prizes", TROPHY),
        ("nobody ever told us we couldn't", ALLOWED),
        ("it should have happened much sooner", LATE),
        ("the journalists understood it", PRESS),
        ("u can't please everyone", "a faction that was elated"),
        ("fanservice lol", FAVOUR),
        ("ppl who hate gay ppl", HATE),
        ("not everybody is heterosexual", STRAIGHT),
        ("from pals to lovers", FRIENDS),
        ("what the composer was told to write", MUSIC),
        ("nickelodeon was fine with it up to a point", LIMIT),
        ("shows rarely end in a way that pleases everybody", HAPPY),
        # One other word for it.
        ("dad", DAD),
        ("movie", RULE),
        # A topic's other name stands in a quote about something else.
        ("script", HANDS),
    ],
)
async def test_the_quotes_that_say_it(services: Services, query: str, words: str) -> None:
    found = services.quotes.find(query, None, 0)
    assert isinstance(found, Found), query
    assert any(words in quote.text for quote in found.quotes[:3]), [quote.text for quote in found.quotes[:3]]


@pytest.mark.parametrize(
    "query",
    [
        *("kiss", "first kiss", "cash", "fired", "nice", "dragon", "screaming", "guitar", "asdfgh"),
        *("pizza recipe", "bitcoin price", "what is the weather", "tell me a joke", "what time is it"),
        *("make me a sandwich", "how do i cook rice", "release date of the next season", "lin beifong", "zuko"),
        *(
            "2014",
            "1999",
            "marry",
            "good morning",
            "who would win in a fight",
            "best restaurant in town",
            "how tall is korra",
        ),
    ],
)
async def test_what_no_quote_says(services: Services, query: str) -> None:
    found = services.quotes.find(query, None, 0)
    assert isinstance(found, Missing), [quote.text for quote in found.quotes]


@pytest.mark.parametrize(
    "query", ["friends", "spirit portal", "korra asami", "the", "proud", "representation", "i", "couple", "network"]
)
async def test_the_same_words_are_shown_once(services: Services, query: str) -> None:
    found = services.quotes.find(query, None, 0)
    assert isinstance(found, Found)
    shown = found.quotes
    assert not any(overlap(one, other) for at, one in enumerate(shown) for other in shown[:at])


@pytest.mark.parametrize("query", ["random", "konietzko", "dimartino", "tenzin", "miyazaki", "the press", "tickets"])
async def test_what_is_drawn_is_listed(services: Services, query: str) -> None:
    found = services.quotes.find(query, None, 0)
    if isinstance(found, Found):
        assert all(quote.number for quote in found.quotes)
        assert found.shuffled
    else:
        assert query == "tickets"


async def test_what_only_leads_over_is_shown_to_whoever_looks_for_it_alone(services: Services) -> None:
    for query in ("network", "bit", "confirmation", "the"):
        found = services.quotes.find(query, None, 0)
        assert (
            not isinstance(found, Found)
            or len(found.quotes) == 1
            or not any(introduces(quote.text) for quote in found.quotes)
        ), query
    found = services.quotes.find("here's the bit about the network", None, 0)
    assert isinstance(found, Found)
    assert introduces(found.quotes[0].text)


async def test_a_listed_quote_stands_for_others_with_its_words(services: Services) -> None:
    found = services.quotes.find("bumpy ride", None, 0)
    assert isinstance(found, Found)
    assert [quote.text for quote in found.quotes] == [TENZIN]


async def test_a_longer_run_is_found_where_no_listed_quote_has_all_words(services: Services) -> None:
    found = services.quotes.find("bumpy ride tiny bit", None, 0)
    assert isinstance(found, Found)
    assert [quote.number for quote in found.quotes] == [None]


async def test_a_topic_s_quotes_with_the_very_word_lead_whether_or_not_they_are_listed(services: Services) -> None:
    found = services.quotes.find("proud", "dimartino", 0)
    assert isinstance(found, Found)
    assert (found.how, found.lead) == ("topic", 1)
    assert "I'm proud to do my part" in found.quotes[0].text
    assert len(found.quotes) > 1


@pytest.mark.parametrize(
    ("query", "how"),
    [
        ("hand holding", "words"),
        ("holding hands at the very end", "most"),
        ("korra and mako broke up", "meaning"),
    ],
)
async def test_how_it_was_found_is_kept_where_the_quotes_are_written_down(
    services: Services, query: str, how: str
) -> None:
    found = services.quotes.find(query, None, 0)
    assert isinstance(found, Found)
    again = services.quotes.find(numbered(found.quotes, 80, found.how), None, 0)
    assert isinstance(again, Found)
    assert again.quotes == found.quotes
    assert (found.how, again.how) == (how, "id" if how == "words" else how)


async def test_words_in_quotation_marks_are_never_looked_for_by_meaning(services: Services) -> None:
    assert isinstance(services.quotes.find('"korra and mako broke up"', None, 0), Missing)


async def test_by_meaning_within_one_speaker(services: Services) -> None:
    assert isinstance(services.quotes.find("korra and mako broke up", "dimartino", 0), Missing)
    found = services.quotes.find("korra and mako broke up", "konietzko", 0)
    assert isinstance(found, Found)
    assert {quote.speaker.id for quote in found.quotes} == {"konietzko"}

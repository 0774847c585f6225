"""Canon checks and questions as services, on the tiny announcement; and that its models are learnt alike."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot import seeding
from bot.announcement import length, load
from bot.announcement.words import preset
from bot.errors import LearningError
from bot.quotes.ask import CLOSEST_SENTENCES, QUESTION_LIMIT, Answered, Closest, Greeted, NoAnswer, Reply, Ruled
from bot.seeding import lessons
from tests.support.seeded import SECOND

if TYPE_CHECKING:
    from pathlib import Path

    from bot.canon.service import CanonRuling
    from bot.client.client import Services

ON_PEOPLE = "Mentioned in the announcement"
VERDICT_WORDS = {"Confirmed", "Ended", "Mentioned, no ruling", "Not addressed", "Supported", "Contradicted"}
REAL = "Tomines is real: Ines Falk and Tomas Brandt are engaged."
VERY_QUIET = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)


# -- canon -------------------------------------------------------------------------------------------


def only(services: Services, text: str) -> CanonRuling:
    (ruling,) = services.canon.check(text).rulings
    return ruling


@pytest.mark.parametrize(
    ("text", "verdict", "quotes"),
    [
        ("Tomas x Ines", "Confirmed", ["we-are-engaged"]),
        ("antines", "Ended", ["parted-as-friends"]),
        ("clara voss", "Mentioned in the announcement", ["third-symphony"]),
        ("greta x tomas", "Not addressed", []),
        ("tomines is not canon", "Confirmed", ["we-are-engaged"]),
        ("did the city force the orchestra out?", "Contradicted", ["nobody-forced-us"]),
        ("nobody forced them out", "Contradicted", ["nobody-forced-us"]),
        ("will the tickets be cheaper?", "Not addressed", []),
        ("is the earth flat", "Not addressed", []),
    ],
)
def test_rulings(second_services: Services, text: str, verdict: str, quotes: list[str]) -> None:
    ruling = only(second_services, text)
    assert (ruling.label, [quote.id for quote in ruling.quotes]) == (verdict, quotes)


def test_the_interface_s_words() -> None:
    words = preset()
    assert {verdict.label for verdict in words.verdicts.values()} == VERDICT_WORDS
    assert words.label("mentioned", "person") == ON_PEOPLE
    assert words.label("mentioned", "ship") == words.label("mentioned") == "Mentioned, no ruling"
    assert [strong.lower() for strong in words.strengths.values()] == ["stated by a creator", "reported by the article"]


def test_a_message_is_ruled_on_three_times_at_most(second_services: Services) -> None:
    rulings = second_services.canon.check_message("tomines, antines, claranes: which one? ines and anton!")
    assert [ruling.statement for ruling in rulings] == [REAL, "Antines", "Claranes"]
    assert second_services.canon.check_message("good morning, everybody") == ()


def test_a_ruling_is_on_a_statement_and_never_on_what_was_typed(second_services: Services) -> None:
    denied = only(second_services, "tomines is not canon")
    assert (denied.statement, denied.label) == (REAL, "Confirmed")
    both = second_services.canon.check_message("tomines is canon, antines is not")
    assert [(ruling.statement, ruling.label) for ruling in both] == [(REAL, "Confirmed"), ("Antines", "Ended")]


@pytest.mark.parametrize(
    ("text", "kind", "direct"),
    [
        ("tomines", "pair", True),
        ("who is clara", "single", True),
        ("clara rides a unicycle", "single", False),
        ("nobody forced them out", "claim", True),
        ("the city forced the orchestra out with tear gas", "claim", False),
    ],
)
def test_what_is_recognised(second_services: Services, text: str, kind: str, direct: bool) -> None:
    ruling, *_ = second_services.canon.check(text).rulings
    assert (ruling.kind, ruling.direct) == (kind, direct)
    assert 0 <= ruling.belief <= 1


@pytest.mark.parametrize("text", ["", "is the earth flat", "tomas x greta", "greta", "ines x prandt", "not not not"])
def test_what_is_not_recognised(second_services: Services, text: str) -> None:
    assert [ruling.kind for ruling in second_services.canon.check(text).rulings[:1] if ruling.kind] == []


def test_a_claim_s_own_statement_leads_to_it(second_services: Services, real: Services) -> None:
    for services in (second_services, real):
        for claim in services.library.claims:
            # Discord's docs, Application Commands: the value of a completion has at most 100 characters.
            assert len(claim.statement) <= 100
            for typed in (claim.statement, claim.statement.upper(), claim.statement.rstrip(".")):
                ruling = only(services, typed)
                assert ruling.direct
                assert (ruling.claim, ruling.subject) in {(claim.id, None), (None, claim.subject)}


def test_half_a_pair_is_offered_whole(second_services: Services) -> None:
    checked = second_services.canon.check("ines x prandt")
    assert checked.rulings == ()
    assert checked.meant is not None
    assert checked.meant.name == "Ines Falk x Tomas Brandt"
    assert only(second_services, checked.meant.text).statement == REAL


def test_completions_of_an_empty_box_are_what_is_ruled_on(second_services: Services) -> None:
    offered = [value for _, value in second_services.canon.complete("", 25)]
    assert offered[:3] == ["Tomines", "Antines", "Clara Voss"]
    assert "Claranes" not in offered
    assert "The city council forced the orchestra out." in offered


@pytest.mark.parametrize(
    ("typed", "value"),
    [
        ("tomi", "Tomines"),
        ("tomnies", "Tomines"),
        ("clarn", "Claranes"),
        ("inest", "Tomines"),
        ("council", "The city council forced the orchestra out."),
        ("tickets will be cheper", "The tickets will be cheaper."),
    ],
)
def test_completions_tolerate_slips(second_services: Services, typed: str, value: str) -> None:
    assert (value, value) in second_services.canon.complete(typed, 25)


@VERY_QUIET
@given(text=st.text(max_size=300))
def test_any_text_gives_a_ruling(second_services: Services, text: str) -> None:
    checked = second_services.canon.check(text)
    assert bool(checked.rulings) != bool(checked.meant)
    for ruling in checked.rulings:
        assert ruling.label in {*VERDICT_WORDS, ON_PEOPLE}
        assert len(ruling.quotes) <= 3
    assert len(second_services.canon.complete(text, 25)) <= 25


# -- questions ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("question", "fact"),
    [
        ("where does the orchestra play from october?", "where-to"),
        ("how many seats does the hall have?", "how-many-seats"),
        ("how did ines meet tomas", "how-they-met"),
        ("when can I buy tickets?", "when-tickets"),
        ("wich symphony opens the seasn", "what-opens"),
    ],
)
def test_answers(second_services: Services, question: str, fact: str) -> None:
    answer = second_services.asking.ask(question)
    assert isinstance(answer, Answered)
    assert answer.fact.id == fact
    assert [quote.id for quote in answer.quotes] == list(answer.fact.quotes)


def test_what_is_likely_but_not_sure_is_the_closest_passage(second_services: Services) -> None:
    answer = second_services.asking.ask("WHERE IS THE VENUE")
    assert isinstance(answer, Closest)
    assert answer.quotes[0].id == "from-october"
    assert length(answer.quotes) <= CLOSEST_SENTENCES
    assert answer.nearest[0].id == "where-to"


@pytest.mark.parametrize(
    "question",
    [
        "what is the capital of france",
        "tell me a joke",
        "",
        "💙",
        "asdf qwer",
        "ก็",
        "a a a a a a a a",
        "the the the of of",
        "12 345 6",
        "tickets tickets tickets tickets",
        "hall seats hall seats hall seats",
        "not not not not",
        "3",
        "!!! ??? ...",
    ],
)
def test_silence(second_services: Services, question: str) -> None:
    answer = second_services.asking.ask(question)
    assert isinstance(answer, NoAnswer)
    assert len(answer.nearest) == 3


@pytest.mark.parametrize(
    ("said", "kind"),
    [
        ("hi", "greeting"),
        ("hello there, bot!", "greeting"),
        ("Good morning everyone", "greeting"),
        ("hey, how's it going?", "greeting"),
        ("thanks!!", "thanks"),
        ("thank you so much, great bot", "thanks"),
        ("bye, have a nice day", "farewell"),
        ("who are you?", "self"),
        ("hi, what can you do", "self"),
        ("help", "self"),
    ],
)
def test_small_talk_is_met_kindly(second_services: Services, said: str, kind: str) -> None:
    reply = second_services.asking.ask(said)
    assert isinstance(reply, Greeted)
    assert reply.kind == kind
    assert bool(reply.nearest) == (kind in ("greeting", "self"))


def test_a_greeting_before_a_question_is_no_small_talk(second_services: Services) -> None:
    reply = second_services.asking.ask("hi bot, when do tickets go on sale?")
    assert isinstance(reply, Answered)
    assert reply.fact.id == "when-tickets"


def test_the_question_in_the_middle_of_a_message_is_found(second_services: Services) -> None:
    reply = second_services.asking.ask("hey all, what a lovely day. how many seats does the hall have? thanks, bye!")
    assert isinstance(reply, Answered)
    assert reply.fact.id == "how-many-seats"


@pytest.mark.parametrize("text", ["pizza is good", "i love my car", "the earth is flat", "trains are always late"])
def test_what_is_off_the_topic_is_neither_answered_nor_ruled_on(second_services: Services, text: str) -> None:
    assert isinstance(second_services.asking.ask(text), NoAnswer | Closest)
    (ruling,) = second_services.canon.check(text).rulings
    assert (ruling.kind, ruling.label) == (None, "Not addressed")


def test_sentences_that_ask_nothing_are_not_answered(second_services: Services) -> None:
    reply = second_services.asking.ask("we had soup for dinner. my sister made it. it was too salty for me.")
    assert isinstance(reply, NoAnswer)


@pytest.mark.parametrize(
    ("question", "statement", "verdict"),
    [
        ("is tomines canon", REAL, "Confirmed"),
        ("is antines canon?", "Antines", "Ended"),
        ("will the tickets be cheaper?", "The tickets will be cheaper.", "Not addressed"),
        ("are tickets cheaper", "The tickets will be cheaper.", "Not addressed"),
    ],
)
def test_what_no_fact_answers_may_be_ruled_on(
    second_services: Services, question: str, statement: str, verdict: str
) -> None:
    reply = second_services.asking.ask(question)
    assert isinstance(reply, Ruled)
    (ruling,) = reply.rulings
    assert (ruling.statement, ruling.label) == (statement, verdict)


def test_who_is_never_in_the_announcement_is_never_answered_surely(second_services: Services) -> None:
    for question in ("when does greta holm sell tickets", "how many seats does Greta have in the hall?"):
        assert not isinstance(second_services.asking.ask(question), Answered | Ruled)


def test_own_questions_and_statements_lead_to_what_they_are_of(second_services: Services, real: Services) -> None:
    for services in (second_services, real):
        for fact in services.library.facts:
            for typed in (fact.question, fact.question.upper(), f"  {fact.question.rstrip('?')}"):
                reply = services.asking.ask(typed)
                assert isinstance(reply, Answered)
                assert reply.fact is fact
        for claim in services.library.claims:
            assert isinstance(services.asking.ask(claim.statement), Ruled), claim.id


def test_the_first_300_characters_count(second_services: Services) -> None:
    question = "when can I buy tickets?"
    assert QUESTION_LIMIT == 300
    answer = second_services.asking.ask(question + " " * 300 + "tell me a joke about football " * 10)
    assert isinstance(answer, Answered)
    assert answer.fact.id == "when-tickets"


def test_a_suggestion_is_answered(second_services: Services) -> None:
    answer = second_services.asking.fact("when-tickets")
    assert answer is not None
    assert [quote.id for quote in answer.quotes] == ["on-sale-in-august"]
    assert second_services.asking.fact("gone") is None


@pytest.mark.parametrize("typed", ["", "  "])
def test_completions_of_an_empty_box_are_facts(second_services: Services, typed: str) -> None:
    assert len(second_services.asking.complete(typed, 25)) == 6
    assert len(second_services.asking.complete(typed, 2)) == 2


def test_completions_are_near_to_what_is_typed(second_services: Services) -> None:
    assert "when-tickets" in [fact.id for fact in second_services.asking.complete("tickts on sal", 25)]


@VERY_QUIET
@given(text=st.text(max_size=400))
def test_any_text_is_answered_or_not(second_services: Services, text: str) -> None:
    assert isinstance(second_services.asking.ask(text), Reply)
    assert len(second_services.asking.complete(text, 25)) <= 25


# -- learning ----------------------------------------------------------------------------------------


def test_what_there_is_to_learn() -> None:
    taught = lessons(load(SECOND))
    facts, claims = taught["facts"], taught["claims"]
    assert len(facts.answerables) == 6
    assert len(claims.answerables) == 3
    assert {example.label for example in facts.examples} == {None, *(each.label for each in facts.answerables)}
    assert "Where will the orchestra play?" in {example.text for example in facts.examples}
    assert {example.label for example in claims.examples} == {None, *(each.label for each in claims.answerables)}


async def test_learning_that_fails_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(seeding, "_ROOT", tmp_path)  # where there is nothing to run
    with pytest.raises(LearningError, match="failed with exit code 1"):
        await seeding._learn(lessons(load(SECOND)), lambda _: None)

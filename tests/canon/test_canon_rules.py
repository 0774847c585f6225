"""Who is named, what is denied, and what is ruled: on an invented announcement."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from bot.announcement import Announcement, Subject, load
from bot.canon import CanonLesson, Judge, Roster, learn
from bot.canon.names import words_of
from bot.canon.rules import Fitting, learn_claim_words
from bot.understanding import Outcome, Understanding
from tests.support.seeded import SECOND

if TYPE_CHECKING:
    from bot.canon import Ruling


def pairs(announcement: Announcement) -> list[Subject]:
    return [subject for subject in announcement.subjects if announcement.words.is_pair(subject.kind)]


@pytest.fixture(scope="module")
def announcement() -> Announcement:
    return load(SECOND)


@pytest.fixture(scope="module")
def roster(announcement: Announcement) -> Roster:
    return Roster(announcement.people, pairs(announcement), {*learn(announcement).known_words, "toams"})


class Engine:
    """Understands nothing but one claim's name."""

    knows_little = False

    def understand(self, text: str) -> Understanding:
        known = ("the-council-forced-them", "tickets-get-cheaper", "they-are-engaged")
        claim = next((claim for claim in known if claim in text), None)
        if claim is None:
            near = "the-council-forced-them" if "leave" in text else "they-are-engaged"
            return Understanding("unsure", near, None, (near,), 0.1)
        return Understanding("sure", claim, None, (claim,), 0.9)


class Facts:
    """Understands who asks about force, and nothing else."""

    def understand(self, text: str) -> Understanding:
        outcome: Outcome = "sure" if "forced" in text else "unsure"
        return Understanding(outcome, "why-leave", None, ("why-leave",), 0.9)


@pytest.fixture(scope="module")
def judge(announcement: Announcement, roster: Roster) -> Judge:
    lesson = learn(announcement)
    claims: Any = Engine()
    facts: Any = Facts()
    return Judge(
        roster,
        claims,
        facts,
        words=announcement.words,
        people=announcement.people,
        subjects=announcement.subjects,
        claims=announcement.claims,
        vocabulary=lesson.vocabulary,
        concepts=lesson.concepts,
        evidence={quote.id: quote.text for quote in announcement.quotes},
        passages=(passage.text for passage in announcement.passages),
    )


# -- who is named ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "ships", "persons"),
    [
        ("tomines", ["tomines"], []),
        ("Tomines!", ["tomines"], []),
        ("inestom", ["tomines"], []),
        ("tomine", ["tomines"], []),
        ("tominse", ["tomines"], []),
        ("tomas x ines", [], ["brandt", "falk"]),
        ("Ines/Tomas", [], ["falk", "brandt"]),
        ("tomasines", [], ["brandt", "falk"]),
        ("tomasxines", [], ["brandt", "falk"]),
        ("Ines Falk & Tomas Brandt", [], ["falk", "brandt"]),
        ("ines falk ines", [], ["falk"]),
        ("Ines's cellist Tomas'", [], ["falk", "brandt"]),
        ("💙 Inés 💙 Tomás 💙", [], ["falk", "brandt"]),
        ("tоmines", ["tomines"], []),
        ("to\u200bmines", ["tomines"], []),
        ("tomsa and greta", [], ["brandt", "holm"]),
        ("nobody here", [], []),
        ("", [], []),
    ],
)
def test_who_is_named(roster: Roster, text: str, ships: list[str], persons: list[str]) -> None:
    found = roster.find(text)
    assert (list(found.pairs), list(found.persons)) == (ships, persons)


@pytest.mark.parametrize("word", ["gasworks", "hall", "tune", "note", "cello", "lines", "homes", "tom"])
def test_words_that_mean_something_are_no_misspelt_names(roster: Roster, word: str) -> None:
    assert roster.find(word).persons == ()


def test_two_names_that_are_as_near_are_neither(announcement: Announcement) -> None:
    people = [announcement.people[0].__class__(id=name, name=name, kind="other") for name in ("marita", "marina")]
    roster = Roster(people, (), ())
    assert roster.find("marina").persons == ("marina",)
    assert roster.find("marixa").persons == ()


def test_in_a_long_text_a_short_word_is_no_misspelt_name(roster: Roster) -> None:
    assert roster.find("tomsa").persons == ("brandt",)
    assert roster.find("so what have tomsa and the others played so far").persons == ()


def test_the_other_words_are_kept(roster: Roster) -> None:
    assert roster.find("is tomines real").rest == ("is", "real")


@given(st.text())
def test_any_text_names_somebody_or_nobody(text: str) -> None:
    announcement = load_once()
    found = Roster(announcement.people, pairs(announcement), ()).find(text)
    assert len(found.rest) <= len(words_of(text))


_LOADED: list[Announcement] = []


def load_once() -> Announcement:
    if not _LOADED:
        _LOADED.append(load(SECOND))
    return _LOADED[0]


# -- which words fit a claim -------------------------------------------------------------------------

SAID = {"cheaper": ["tickets will cost less", "do the tickets get cheaper?"], "loud": ["the dog barks at night"]}
TOLD = {"cheaper": ["The price will fall."], "loud": ["The dog barks."]}
CONCEPTS = (("price", ("price", "fee")),)
STAGE = ("people",)


@pytest.fixture(scope="module")
def fitting() -> Fitting:
    return Fitting(learn_claim_words(SAID, TOLD, CONCEPTS, STAGE), CONCEPTS, STAGE)


@pytest.mark.parametrize(
    ("text", "strange"),
    [
        ("ticket costs less", []),
        ("will the price fall", []),
        ("the fee will fall", []),  # another word for the price
        ("honestly, do you believe they'll get cheaper", []),
        ("my best friend says that tickets get cheaper", []),
        ("the tickets get chaeper", []),
        ("the tickets get scented", ["scent"]),
        ("the tickets barks", ["bark"]),
        ("they cost 40 less", ["40"]),
    ],
)
def test_what_a_claim_does_not_explain(fitting: Fitting, text: str, strange: list[str]) -> None:
    assert list(fitting.strange(fitting.content(words_of(text)), "cheaper")) == strange


def test_some_words_tell_a_claim_and_some_are_in_most(fitting: Fitting) -> None:
    content = fitting.content(words_of("the price of tickets will fall at night"))
    assert fitting.telling(content, "cheaper") == ("@price", "ticket", "fall")
    assert fitting.telling(content, "loud") == ("night",)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "is it not so",
        "not not not",
        "nobody nothing nowhere never",
        "well, I don't think so",
        "what do the people say",
    ],
)
def test_talk_says_nothing(fitting: Fitting, text: str) -> None:
    assert fitting.content(words_of(text)) == ()


@pytest.mark.parametrize(
    ("text", "known", "other"),
    [
        ("tomas x iens", "brandt", "falk"),
        ("iens x tomas", "brandt", "falk"),
        ("is tomas x iens canon?", "brandt", "falk"),
        ("tomas/iens", "brandt", "falk"),
        ("tomas and iens", "brandt", "falk"),
        ("tomas x snorkel", "brandt", None),
        ("ines & donald duck", "falk", None),
    ],
)
def test_half_a_pair(announcement: Announcement, text: str, known: str, other: str | None) -> None:
    roster = Roster(announcement.people, pairs(announcement), {"iens"})
    assert roster.half_pair(text, {"is", "canon"}) == (known, other)


@pytest.mark.parametrize(
    "text",
    [
        "tomas x ines",
        "tomas",
        "tomas and the gasworks hall",
        "ines with a cello",
        "x",
        "tomas x",
        "tomas x is canon",
        "one two x tomas plays a long way off",
        "tomas plays x snorkel",
    ],
)
def test_no_half_pair(roster: Roster, text: str) -> None:
    assert roster.half_pair(text, {"is", "canon"}) is None


def test_what_is_learnt_comes_back_as_it_was(announcement: Announcement) -> None:
    lesson = learn(announcement)
    assert CanonLesson.from_bytes(lesson.to_bytes()) == lesson
    assert learn(announcement).to_bytes() == lesson.to_bytes()
    assert "leas" in lesson.vocabulary.claims["the-council-forced-them"]
    assert "gasworks" in lesson.known_words
    assert "tomsa" not in lesson.known_words


# -- what is ruled -----------------------------------------------------------------------------------

REAL = "Tomines is real: Ines Falk and Tomas Brandt are engaged."
FORCED = "The city council forced the orchestra out."


def rule(judge: Judge, text: str) -> Ruling:
    (ruling,) = judge.check(text, 3).rulings
    return ruling


@pytest.mark.parametrize(
    ("text", "verdict", "statement"),
    [
        ("tomines", "confirmed", REAL),
        ("is tomines canon?", "confirmed", REAL),
        ("Tomas x Ines", "confirmed", REAL),
        ("ines/tomas", "confirmed", REAL),
        ("isn't tomines canon?", "confirmed", REAL),
        ("tomines is not canon", "confirmed", REAL),
        ("TOMINES ISN'T REAL", "confirmed", REAL),
        ("nothing is more canon than tomines", "confirmed", REAL),
        ("antines", "ended", "Antines"),
        ("antines is not over", "ended", "Antines"),
        ("anton and ines", "ended", "Antines"),
        ("claranes", "not-addressed", "Claranes"),
        ("clara x ines", "not-addressed", "Claranes"),
        ("clara", "mentioned", "Clara Voss"),
        ("greta", "not-addressed", ""),
        ("tomas and greta", "not-addressed", ""),
        ("clara/greta", "not-addressed", ""),
        ("tomas x clara are canon", "not-addressed", ""),
        ("tomas x snorkel", "not-addressed", ""),
        ("beethoven x mozart", "not-addressed", ""),
        ("the-council-forced-them", "contradicted", FORCED),
        ("not the-council-forced-them", "contradicted", FORCED),
        ("tickets-get-cheaper", "not-addressed", "The tickets will be cheaper."),
        ("greta says that the-council-forced-them", "not-addressed", ""),
        ("they-are-engaged or so", "confirmed", REAL),
        ("I have read it all twice now. So, is tomines canon?", "confirmed", REAL),
        ("I have read it all twice now. And the weather was fine: is greta a couple", "not-addressed", ""),
    ],
)
def test_rulings(judge: Judge, text: str, verdict: str, statement: str) -> None:
    ruling = rule(judge, text)
    assert (ruling.verdict, ruling.statement, ruling.direct) == (verdict, statement, True)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("the-council-forced-them with tear gas", FORCED),
        ("clara says the-council-forced-them", FORCED),
        ("tomines moved to alaska", REAL),
        ("clara rides a unicycle", "Clara Voss"),
    ],
)
def test_a_detail_that_does_not_fit_leaves_the_nearest(judge: Judge, text: str, shown: str) -> None:
    ruling = rule(judge, text)
    assert (ruling.statement, ruling.direct) == (shown, False)


def test_silence_names_whom_it_is_about(judge: Judge) -> None:
    assert rule(judge, "greta").line == "The announcement says nothing about Greta Holm."
    assert rule(judge, "ines").line == "The announcement says nothing about Ines Falk."
    assert rule(judge, "tomas").line == "The announcement mentions Tomas Brandt, but settles nothing about them."
    assert rule(judge, "tell me about tomas").verdict == "not-addressed"
    assert (
        rule(judge, "tomas and greta").line
        == "The announcement says nothing about Tomas Brandt and Greta Holm as a couple."
    )
    assert rule(judge, "beethoven x mozart").line == "I couldn't find that in the announcement."


def test_two_ships_have_two_rulings(judge: Judge) -> None:
    for text in ("tomines or antines?", "antines isn't over, tomines is", "tomines beats antines by a mile"):
        assert {ruling.subject for ruling in judge.check(text, 3).rulings} == {"tomines", "antines"}, text
    assert len(judge.check("tomines antines", 1).rulings) == 1


def test_half_a_pair_is_asked_after(judge: Judge) -> None:
    checked = judge.check("ines x toams", 3)
    assert (checked.rulings, checked.meant) == ((), ("falk", "brandt"))


def test_a_ruling_has_its_evidence(judge: Judge) -> None:
    ruling = rule(judge, "tomines")
    assert (ruling.quotes, ruling.strength, ruling.subject) == (("we-are-engaged",), "creator", "tomines")
    claim = rule(judge, "the-council-forced-them")
    assert (claim.quotes, claim.strength, claim.claim) == (("nobody-forced-us",), "creator", "the-council-forced-them")


def test_silence_has_none(judge: Judge) -> None:
    for text in ("greta", "tomas and greta", "claranes", "what about the weather"):
        ruling = rule(judge, text)
        assert (ruling.quotes, ruling.strength) == ((), "none")


def test_pairs_that_are_never_paired_are_never_ruled_on(judge: Judge, announcement: Announcement) -> None:
    ships = {frozenset(subject.members) for subject in announcement.subjects if subject.kind == "ship"}
    for one, other in itertools.permutations(announcement.people, 2):
        if frozenset((one.id, other.id)) in ships:
            continue
        for text in (
            f"{one.name} x {other.name}",
            f"{one.name}/{other.name}",
            f"is {one.name} with {other.name} canon",
        ):
            assert rule(judge, text).verdict == "not-addressed", text


@pytest.mark.parametrize("text", ["", "  ", "!!!", "💙", "\u200b"])
def test_nothing_to_rule_on(judge: Judge, text: str) -> None:
    ruling = rule(judge, text)
    assert (ruling.verdict, ruling.statement) == ("not-addressed", "")
    assert ruling.line.startswith("There's nothing to check here")


def test_a_message_may_name_several(judge: Judge) -> None:
    rulings = judge.check_message("Antines beats tomines. And the-council-forced-them!", 3)
    assert [ruling.claim or ruling.subject for ruling in rulings] == ["antines", "tomines", "the-council-forced-them"]
    assert len(judge.check_message("antines tomines", 1)) == 1
    assert judge.check_message("good morning", 3) == ()
    assert judge.check_message("good morning, Clara. How is Greta?", 3) == ()


def test_a_message_is_ruled_on_by_its_plainest_sentence(judge: Judge) -> None:
    (ruling,) = judge.check_message("tomines moved to alaska. Is tomines real?", 3)
    assert ruling.direct
    (ruling,) = judge.check_message("tomines moved to alaska", 3)
    assert not ruling.direct


PIECES = st.sampled_from(
    [
        "tomines",
        "antines",
        "ines",
        "tomas",
        "greta",
        "x",
        "/",
        "not",
        "is",
        "canon",
        "?",
        "💙",
        "\u202e",
        "ก็",
        "`",
        "@everyone",
        "snorkel",
        "the-council-forced-them",
    ]
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(text=st.one_of(st.text(), st.lists(PIECES).map(" ".join)))
@example(text="a" * 5000)
def test_any_text_gives_a_ruling(judge: Judge, announcement: Announcement, text: str) -> None:
    statements = {
        *(claim.statement for claim in announcement.claims),
        *(subject.statement or subject.name for subject in announcement.subjects),
        "",
    }
    checked = judge.check(text, 3)
    assert bool(checked.rulings) != bool(checked.meant)
    for ruling in (*checked.rulings, *judge.check_message(text, 3)):
        # Never the words that were typed: a verdict belongs to a sentence of ours.
        assert ruling.statement in statements
        ruled = ruling.verdict != "not-addressed"
        assert bool(ruling.quotes) == ruled
        assert (ruling.strength != "none") == ruled
        assert ruling.line


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    words=st.lists(st.sampled_from(["not", "never", "isn't", "no", "really", "hardly", "?", "!"]), max_size=8),
    claim=st.sampled_from(["the-council-forced-them", "tomines is canon", "antines ended"]),
)
def test_no_denial_turns_a_ruling_round(judge: Judge, words: list[str], claim: str) -> None:
    plain = rule(judge, claim)
    for text in (" ".join([*words, claim]), " ".join([claim, *words])):
        assert (rule(judge, text).statement, rule(judge, text).verdict) == (plain.statement, plain.verdict)


def test_a_claim_is_recognised_where_both_engines_come_to_the_same(judge: Judge) -> None:
    assert rule(judge, "were the musicians forced to leave?").claim == "the-council-forced-them"
    assert rule(judge, "did the musicians sing?").verdict == "not-addressed"


def test_what_is_hardly_believed_is_the_nearest(judge: Judge) -> None:
    ruling = rule(judge, "did the council make the orchestra leave out of spite?")
    assert (ruling.claim, ruling.direct) == ("the-council-forced-them", False)

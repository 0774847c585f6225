"""Who is named, what is denied, and what is ruled: on an invented announcement."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from bot.domain.announcement import Announcement, load
from bot.domain.canon import CanonLesson, Judge, Roster, Stances, learn
from bot.domain.canon.roster import words_of
from bot.domain.canon.stance import learn_stances, negated
from bot.domain.understanding import Outcome, Understanding
from tests.support.seeded import SECOND

if TYPE_CHECKING:
    from bot.domain.canon import Ruling


@pytest.fixture(scope="module")
def announcement() -> Announcement:
    return load(SECOND)


@pytest.fixture(scope="module")
def roster(announcement: Announcement) -> Roster:
    return Roster(announcement.people, announcement.subjects, learn(announcement).known_words)


class Engine:
    """Understands nothing but one claim's name."""

    def understand(self, text: str) -> Understanding:
        claim = next((claim for claim in ("the-council-forced-them", "tickets-get-cheaper") if claim in text), None)
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
    return Judge(
        roster,
        Engine(),  # type: ignore[arg-type]
        Facts(),  # type: ignore[arg-type]
        subjects=announcement.subjects,
        claims=announcement.claims,
        stances=Stances.from_bytes(lesson.stances, lesson.folds),
        evidence={quote.id: quote.text for quote in announcement.quotes},
        names={person.id: person.name for person in announcement.people},
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
    assert (list(found.ships), list(found.persons)) == (ships, persons)


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
    found = Roster(announcement.people, announcement.subjects, ()).find(text)
    assert len(found.rest) <= len(words_of(text))


_LOADED: list[Announcement] = []


def load_once() -> Announcement:
    if not _LOADED:
        _LOADED.append(load(SECOND))
    return _LOADED[0]


# -- what is denied ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "it is not true",
        "it isn't real",
        "they never met",
        "nobody forced them",
        "that's false",
        "no way they are together",
        "they can't be a couple",
        "it ain't so",
        "they are not a couple, right?",
    ],
)
def test_denials(text: str) -> None:
    assert negated(text)


@pytest.mark.parametrize(
    "text",
    [
        "it is true",
        "is it true?",
        "isn't it true?",
        "aren't they a couple?",
        "but weren't they together",
        "is it not true?",
        "no doubt they are",
        "not only friends, they are a couple",
        "there is no denying it",
        "it is not false",
        "nobody never",
        "they are a couple, aren't they?",
        "it's real, no?",
        "is it true or not",
        "",
        "💙",
    ],
)
def test_what_denies_nothing(text: str) -> None:
    assert not negated(text)


CHEAPER = [
    ("it will cost less", "cheaper", False),
    ("tickets get cheaper", "cheaper", False),
    ("they cost less than before", "cheaper", False),
    ("it will not cost less", "cheaper", True),
    ("tickets get dearer", "cheaper", True),
    ("the price goes up", "cheaper", True),
    ("the dog barks", "loud", False),
    ("the dog does not bark", "loud", True),
]


@pytest.mark.parametrize(
    ("text", "stance"),
    [
        ("do tickets get cheaper", "asserts"),
        ("it will cost less", "asserts"),
        ("surely tickets get dearer", "denies"),
        ("it will never cost less", "denies"),
        ("the price goes up again", "denies"),
    ],
)
def test_a_text_takes_the_side_of_what_it_resembles(text: str, stance: str) -> None:
    assert Stances.from_bytes(learn_stances(CHEAPER, {}), {}).of(text, "cheaper") == stance


def test_words_that_mean_the_same_are_the_same() -> None:
    folds = {"council": "town", "city": "town"}
    learnt = learn_stances([("the city did", "forced", False), ("the lease did", "forced", True)] * 3, folds)
    assert Stances.from_bytes(learnt, folds).of("the council did", "forced") == "asserts"


def test_where_nothing_was_learnt_it_stays_unclear() -> None:
    assert Stances.from_bytes(learn_stances([], {}), {}).of("it is so", "anything") == "unclear"


def test_equal_examples_give_equal_bytes() -> None:
    assert learn_stances(CHEAPER, {}) == learn_stances(CHEAPER, {})


def test_what_is_learnt_comes_back_as_it_was(announcement: Announcement) -> None:
    lesson = learn(announcement)
    assert CanonLesson.from_bytes(lesson.to_bytes()) == lesson
    assert learn(announcement).to_bytes() == lesson.to_bytes()
    assert lesson.folds["council"] == "council"
    assert "gasworks" in lesson.known_words
    assert "tomsa" not in lesson.known_words


# -- what is ruled -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "verdict", "about"),
    [
        ("tomines", "confirmed", "Tomines"),
        ("is tomines canon?", "confirmed", "Tomines"),
        ("Tomas x Ines", "confirmed", "Tomines"),
        ("ines/tomas", "confirmed", "Tomines"),
        ("isn't tomines canon?", "confirmed", "Tomines"),
        ("tomines is not canon", "contradicted", "tomines is not canon"),
        ("TOMINES ISN'T REAL", "contradicted", "TOMINES ISN'T REAL"),
        ("antines", "ended", "Antines"),
        ("antines is not canon", "ended", "Antines"),
        ("anton and ines", "ended", "Antines"),
        ("claranes", "not-addressed", "Claranes"),
        ("clara x ines", "not-addressed", "Claranes"),
        ("clara", "mentioned", "Clara Voss"),
        ("greta", "not-addressed", "Greta Holm"),
        ("anton", "not-addressed", "Anton Reuter"),
        ("tomas and greta", "not-addressed", "Tomas Brandt and Greta Holm"),
        ("clara/greta", "not-addressed", "Clara Voss and Greta Holm"),
        ("tomas x clara are canon", "not-addressed", "Tomas Brandt and Clara Voss"),
        ("beethoven x mozart", "not-addressed", "beethoven x mozart"),
        ("the-council-forced-them", "contradicted", "the-council-forced-them"),
        ("not the-council-forced-them", "supported", "not the-council-forced-them"),
        ("tickets-get-cheaper", "not-addressed", "The tickets will be cheaper."),
        ("greta says that the-council-forced-them", "not-addressed", "Greta Holm"),
        ("I have read it all twice now. So, is tomines canon?", "confirmed", "Tomines"),
        ("I have read it all twice now. And the weather was fine: is clara a couple", "not-addressed", "Clara Voss"),
    ],
)
def test_rulings(judge: Judge, text: str, verdict: str, about: str) -> None:
    ruling = judge.rule(text)
    assert (ruling.verdict, ruling.about) == (verdict, about)


def test_a_ruling_has_its_evidence(judge: Judge) -> None:
    ruling = judge.rule("tomines")
    assert (ruling.quotes, ruling.strength, ruling.subject) == (("we-are-engaged",), "creator", "tomines")
    claim = judge.rule("the-council-forced-them")
    assert (claim.quotes, claim.strength, claim.claim) == (("nobody-forced-us",), "creator", "the-council-forced-them")


def test_silence_has_none(judge: Judge) -> None:
    for text in ("greta", "tomas and greta", "claranes", "what about the weather"):
        ruling = judge.rule(text)
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
            assert judge.rule(text).verdict == "not-addressed", text


@pytest.mark.parametrize("text", ["", "  ", "!!!", "💙", "\u200b"])
def test_nothing_to_rule_on(judge: Judge, text: str) -> None:
    ruling = judge.rule(text)
    assert (ruling.verdict, ruling.about) == ("not-addressed", text)
    assert ruling.line.startswith("There is nothing to check here")


def test_a_message_may_name_several(judge: Judge) -> None:
    rulings = judge.rule_all("the-council-forced-them, and antines beats tomines!", 3)
    assert [ruling.claim or ruling.subject for ruling in rulings] == ["antines", "tomines"]
    assert len(judge.rule_all("antines tomines", 1)) == 1
    assert [ruling.claim for ruling in judge.rule_all("surely the-council-forced-them", 3)] == [
        "the-council-forced-them"
    ]
    assert judge.rule_all("good morning", 3) == ()


def test_a_message_may_deny_a_ship(judge: Judge) -> None:
    (ruling,) = judge.rule_all("tomines is not canon", 3)
    assert ruling.verdict == "contradicted"


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
    ]
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(text=st.one_of(st.text(), st.lists(PIECES).map(" ".join)))
@example(text="a" * 5000)
def test_any_text_gives_a_ruling(judge: Judge, text: str) -> None:
    check(judge.rule(text))
    for ruling in judge.rule_all(text, 3):
        check(ruling)


def check(ruling: Ruling) -> None:
    ruled = ruling.verdict != "not-addressed"
    assert bool(ruling.quotes) == ruled
    assert (ruling.strength != "none") == ruled
    assert ruling.line


def test_a_claim_is_recognised_where_both_engines_come_to_the_same(judge: Judge) -> None:
    assert judge.rule("were the musicians forced to leave?").claim == "the-council-forced-them"
    assert judge.rule("did the musicians leave?").verdict == "not-addressed"

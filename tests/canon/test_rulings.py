"""Nobody takes the opposite of the truth from a ruling: hundreds of sentences, read as their readers would."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from bot.announcement import Meaning

if TYPE_CHECKING:
    from bot.canon.service import CanonCheck
    from bot.client.client import Services

SENTENCES: dict[str, dict[str, list[str]]] = tomllib.loads(
    Path(__file__).with_name("rulings.toml").read_text(encoding="utf-8")
)
# A ruling says that something is so, or is not so; to be mentioned, or not to be addressed, cannot be misread.
RULED = {Meaning.YES, Meaning.NO}


def shown(checked: CanonCheck, *, direct: bool = False) -> set[str]:
    """What is shown by id: as what the sentence speaks of, or as the nearest to it."""
    rulings = [ruling for ruling in checked.rulings if ruling.direct or not direct]
    return {ruling.claim or ruling.subject or "silent" for ruling in rulings} | ({"meant"} if checked.meant else set())


def test_there_are_many_of_every_kind() -> None:
    assert sum(map(len, SENTENCES.values())) >= 300
    assert min(map(len, SENTENCES.values())) >= 10


@pytest.mark.parametrize("kind", SENTENCES)
def test_what_is_ruled_is_what_the_sentence_speaks_of(real: Services, kind: str) -> None:
    wrong = []
    for text, may in SENTENCES[kind].items():
        for ruling in real.canon.check(text).rulings:
            ruled = ruling.direct and ruling.kind != "single" and ruling.means in RULED
            if ruled and (ruling.claim or ruling.subject) not in may:
                wrong.append((text, ruling.statement, ruling.label))
    assert wrong == []


# What differs in a detail may well meet silence.
@pytest.mark.parametrize("kind", sorted(SENTENCES.keys() - {"details-that-differ"}))
def test_most_sentences_find_what_they_speak_of(real: Services, kind: str) -> None:
    asked = {text: set(may) for text, may in SENTENCES[kind].items() if may}
    missed = []
    for text, may in asked.items():
        found = shown(real.canon.check(text))
        if not (may <= found if kind == "two-ships" else may & found):
            missed.append((text, found))
    assert len(missed) <= 0.12 * len(asked), missed


def test_each_case_that_was_reported(real: Services) -> None:
    for text, may in SENTENCES["reported"].items():
        found = shown(real.canon.check(text), direct=bool(may))
        assert found & set(may) or not may, (text, found)


@pytest.mark.parametrize(
    ("text", "claim"),
    [
        ("the music was supposed to be scary", "music-meant-as-romantic"),
        ("the last three seasons set romance aside", "romance-set-aside"),
        ("they alluded to it in the first half of the series", "show-hinted-at-it"),
        ("empathy is the key theme of book 3", "empathy-key-theme"),
        ("the first season is about empathy", "empathy-key-theme"),
        ("half of the fans hated it", "most-fans-embraced-it"),
        ("asami's arc was planned from the start", "spiritual-arc-was-planned"),
    ],
)
def test_a_claim_that_differs_in_a_detail_is_only_the_nearest(real: Services, text: str, claim: str) -> None:
    (ruling,) = real.canon.check(text).rulings
    assert (ruling.claim, ruling.direct) == (claim, False)


@pytest.mark.parametrize(
    ("text", "claim"),
    [
        ("the last two seasons set romance aside", "romance-set-aside"),
        ("they set romance aside for the last 2 seasons", "romance-set-aside"),
        ("a key theme of season 4 is empathy", "empathy-key-theme"),
        ("bryan was the first shipper", "konietzko-first-shipper"),
    ],
)
def test_the_right_number_is_no_other_detail(real: Services, text: str, claim: str) -> None:
    (ruling,) = real.canon.check(text).rulings
    assert (ruling.claim, ruling.direct) == (claim, True)


@pytest.mark.parametrize(
    ("text", "ships"),
    [
        ("korra x asami and mako x korra", ["korrasami", "makorra"]),
        ("korra x mako, asami x korra", ["makorra", "korrasami"]),
        ("mako x korra and bolin x asami", ["makorra", "bosami"]),
        ("mako x korra x asami", ["makorra", "korrasami"]),
    ],
)
def test_the_last_of_one_pair_and_the_first_of_the_next_are_no_third(
    real: Services, text: str, ships: list[str]
) -> None:
    assert [ruling.subject for ruling in real.canon.check(text).rulings] == ships


@pytest.mark.parametrize(
    ("text", "claim"),
    [("do korra and asami have kids", "they-have-children"), ("when did korra and asami kiss", "they-kissed")],
)
def test_a_claim_that_has_all_the_words_is_nearer_than_the_ship(real: Services, text: str, claim: str) -> None:
    (ruling,) = real.canon.check(text).rulings
    assert ruling.claim == claim


def test_one_word_that_a_claim_shares_with_chatter_does_not_settle_it(real: Services) -> None:
    assert not any(ruling.direct for ruling in real.canon.check_message("the finale was so good"))


def test_every_claim_has_its_opposite(real: Services) -> None:
    written = {claim for may in SENTENCES["opposites"].values() for claim in may}
    claims = {claim.subject or claim.id for claim in real.library.claims}
    ships = {"korrasami"}  # Its opposites stand among the denials.
    assert claims - written - ships == set()

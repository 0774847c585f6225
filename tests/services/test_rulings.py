"""Nobody takes the opposite of the truth from a ruling: hundreds of sentences, read as their readers would."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from bot.canon import Verdict

if TYPE_CHECKING:
    from bot.canon.service import CanonCheck
    from bot.client.client import Services

SENTENCES: dict[str, dict[str, list[str]]] = tomllib.loads(
    Path(__file__).with_name("rulings.toml").read_text(encoding="utf-8")
)
# A ruling says that something is so, or is not so; to be mentioned, or not to be addressed, cannot be misread.
RULED = {Verdict.CONFIRMED, Verdict.ENDED, Verdict.SUPPORTED, Verdict.CONTRADICTED}


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
            ruled = ruling.direct and ruling.kind != "person" and ruling.verdict in RULED
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


def test_a_claim_that_differs_in_a_detail_is_only_the_nearest(real: Services) -> None:
    (ruling,) = real.canon.check("the music was supposed to be scary").rulings
    assert (ruling.claim, ruling.direct) == ("music-meant-as-romantic", False)


def test_every_claim_has_its_opposite(real: Services) -> None:
    written = {claim for may in SENTENCES["opposites"].values() for claim in may}
    claims = {claim.subject or claim.id for claim in real.library.claims}
    ships = {"korrasami"}  # Its opposites stand among the denials.
    assert claims - written - ships == set()

"""The words of the matter: presets, what a folder puts differently, and each mistake in that."""

from __future__ import annotations

import shutil
import tomllib
from typing import TYPE_CHECKING

import pytest

from bot.announcement import Announcement, Meaning, Part, load, load_words
from bot.announcement.words import COMMANDS, DEFAULT, PRESETS, digest, preset, presets
from bot.errors import AnnouncementError
from bot.settings import ANNOUNCEMENT
from tests.support.seeded import ROOT, SECOND

if TYPE_CHECKING:
    from pathlib import Path

BUS = """
preset = "plain"

[check]
command = "bus"
description = "Does it still run? Check {a pair}, a line or a claim"

[pair]
name = "exchange"
plural = "exchanges"

[subjects.line]
members = 1
labels = { mentioned = "Mentioned in the notice" }

[subjects.exchange]
members = 2

[people.driver]
part = "teller"

[verdicts.confirmed]
label = "Stays"

[verdicts.closes]
means = "no"
label = "Closes"
colour = "#B5432F"
of = ["subjects"]

[strengths]
operator = "Stated by the operator"

[asking]
words = ["closing", "over"]
stage = ["bus"]
"""
LINE = """
[[subject]]
id = "line-7"
kind = "line"
name = "Line 7"
aliases = ["the seven"]
verdict = "closes"
line = "Line 7 closes."
strength = "operator"
quotes = ["third-symphony"]
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = shutil.copytree(SECOND, tmp_path / "announcement")
    (made / "subjects.toml").unlink()
    shutil.rmtree(made / "claims")
    return made


def with_words(folder: Path, words: str, subjects: str = "") -> Path:
    (folder / "words.toml").write_text(words, encoding="utf-8")
    (folder / "subjects.toml").write_text(subjects, encoding="utf-8")
    people = folder / "people.toml"
    people.write_text(people.read_text(encoding="utf-8").replace('kind = "creator"\n', ""), encoding="utf-8")
    return folder


def mistakes(folder: Path) -> tuple[str, ...]:
    with pytest.raises(AnnouncementError) as raised:
        load(folder)
    return raised.value.mistakes


def loaded(folder: Path, words: str, subjects: str = "") -> Announcement:
    return load(with_words(folder, words, subjects))


# -- presets -----------------------------------------------------------------------------------------


def test_every_preset_has_every_key() -> None:
    contents = [tomllib.loads((PRESETS / f"{name}.toml").read_text(encoding="utf-8")) for name in presets()]
    assert len(contents) == 2
    for table in ("check", "pair", "quiz", "asking"):
        assert len({frozenset(content[table]) for content in contents}) == 1
    assert all(content.keys() == contents[0].keys() for content in contents)
    assert all("other" in preset(name).people for name in presets())


@pytest.mark.parametrize("name", presets())
def test_a_preset_has_no_mistake_and_nothing_left_open(name: str, folder: Path) -> None:
    words = loaded(folder, f'preset = "{name}"').words
    assert words == preset(name)
    shown = [str(text) for table in (words.check, words.pair, words.quiz) for text in vars_of(table)]
    assert not any("{" in text for text in shown)
    assert {words.means(verdict) for verdict in words.verdicts} == set(Meaning)


def vars_of(table: object) -> list[object]:
    return [getattr(table, name) for name in type(table).__struct_fields__]  # type: ignore[attr-defined]


def test_the_plain_words_are_of_no_fandom() -> None:
    text = (PRESETS / "plain.toml").read_text(encoding="utf-8").lower()
    assert not any(word in text for word in ("ship", "canon", "couple", "creator", "character", "fandom", "romance"))


def test_a_folder_without_words_has_the_old_ones(folder: Path) -> None:
    assert load(folder).words == load(ANNOUNCEMENT).words == load_words(folder) == preset(DEFAULT)


def test_the_digest_is_of_all_presets() -> None:
    assert digest() == digest()
    assert len(digest()) == 16


# -- an author's own ---------------------------------------------------------------------------------


def test_what_is_not_put_differently_stays(folder: Path) -> None:
    words = loaded(folder, BUS, LINE).words
    plain = preset("plain")
    assert (words.check.command, words.check.menu) == ("bus", plain.check.menu)
    assert words.check.description == "Does it still run? Check an exchange, a line or a claim"
    assert (words.pair.heading, words.pair.pick) == ("Exchanges at a glance", "Pick an exchange…")
    assert words.label("confirmed") == "Stays"
    assert words.verdicts["confirmed"].colour == plain.verdicts["confirmed"].colour
    assert (words.means("closes"), words.verdicts["closes"].accent) == (Meaning.NO, 0xB5432F)
    assert words.verdicts_of("subjects") == ("confirmed", "ended", "mentioned", "not-addressed", "closes")
    assert "closes" not in words.verdicts_of("claims")
    assert words.label("mentioned", "line") == "Mentioned in the notice"
    assert words.label("mentioned", "thing") == words.label("mentioned") == "Mentioned, no ruling"
    assert (words.part("driver"), words.part("other")) == (Part.TELLER, Part.OTHER)
    assert words.strengths == {**plain.strengths, "operator": "Stated by the operator"}
    assert words.asking.words == (*plain.asking.words, "closing")
    assert words.asking.stage == (*plain.asking.stage, "bus")
    assert load_words(folder) == words


def test_the_article_can_be_told(folder: Path) -> None:
    words = loaded(folder, 'preset = "plain"\n[pair]\nname = "union"\nplural = "unions"\narticle = "a"\n').words
    assert words.pair.pick == "Pick a union…"


def test_a_subject_without_members_is_found_by_its_own_name(folder: Path) -> None:
    announcement = loaded(folder, BUS, LINE)
    (line,) = announcement.subjects
    assert line.members == ("line-7",)
    person = announcement.people[-1]
    assert (person.id, person.name, person.aliases, person.kind) == ("line-7", "Line 7", ("the seven",), "other")
    assert announcement.words.is_pair("exchange")
    assert not announcement.words.is_pair("line")


def test_a_subject_with_the_id_of_a_person_is_that_person(folder: Path) -> None:
    subject = LINE.replace("line-7", "voss").replace('name = "Line 7"', 'name = "Clara Voss"')
    announcement = loaded(folder, BUS, subject)
    assert announcement.subjects[0].members == ("voss",)
    assert [person.id for person in announcement.people].count("voss") == 1


def test_a_pair_may_be_of_subjects_that_stand_for_themselves(folder: Path) -> None:
    other = LINE.replace("line-7", "line-12").replace("Line 7", "Line 12").replace("the seven", "the twelve")
    pair = """
[[subject]]
id = "at-the-bridge"
kind = "exchange"
name = "The bridge"
members = ["line-7", "line-12"]
verdict = "not-addressed"
line = "Nothing is said of changing there."
"""
    announcement = loaded(folder, BUS, LINE + other + pair)
    assert announcement.subjects[-1].members == ("line-7", "line-12")
    assert announcement.subjects[-1].strength == "none"


# -- mistakes ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ('preset = "ships"', """words.toml: there's no preset 'ships'; use "fandom" or "plain\""""),
        ("preset = 5", """words.toml: there's no preset '5'; use "fandom" or "plain\""""),
        (
            "[checks]\n",
            (
                "words.toml: 'checks' isn't known here; the tables are check, pair, quiz, asking, subjects, people, "
                "verdicts, strengths"
            ),
        ),
        ("check = 5\n", "words.toml: [check]: the entry: a table is expected, with a key and a value on each line"),
        ("verdicts = 5\n", "words.toml: [verdicts]: a table is expected, with a key and a value on each line"),
        ('asking = "x"\n', "words.toml: [asking]: the entry: a table is expected, with a key and a value on each line"),
        ("[check]\ncomand = 'x'\n", "words.toml: [check]: the entry has an unknown key: `comand`"),
        ("[check]\ncommand = ''\n", "words.toml: [check]: `command` can't be empty"),
        ("[check]\nmenu = 5\n", "words.toml: [check]: `menu`: text is expected, in quotation marks"),
        (
            f'[check]\nmenu = "{"x" * 33}"\n',
            "words.toml: [check]: `menu` is too long; at most 32 characters fit",
        ),
        (
            f'[check]\ndescription = "{"{pair}" * 33}"\n',
            "words.toml: [check]: `description` is too long; at most 100 characters fit",
        ),
        (
            "[check]\ncommand = 'Canon'\n",
            "words.toml: [check]: `command` must be one word of small letters, digits, - and _",
        ),
        (
            "[check]\ncommand = 'is it'\n",
            "words.toml: [check]: `command` must be one word of small letters, digits, - and _",
        ),
        ("[check]\ncommand = 'ask'\n", "words.toml: [check]: `command`: there's a /ask already; use another word"),
        (
            "[pair]\nheading = '{ships}'\n",
            (
                "words.toml: [pair]: `heading`: {ships} isn't known; use one of {pair}, {pairs}, {a pair}, {Pair}, "
                "{Pairs}, {A pair}, {command}"
            ),
        ),
        ("[asking]\nwords = 'x'\n", "words.toml: [asking]: `words`: a list is expected, in square brackets"),
        (
            "[verdicts.closes]\nmeans = 'no'\nlabel = 'X'\n",
            "words.toml: [verdicts.closes]: the entry is missing the key `colour`",
        ),
        (
            "[verdicts.ended]\nmeans = 'never'\n",
            "words.toml: [verdicts.ended]: `means` must be one of yes, no, open, silent; it is 'never'",
        ),
        (
            "[verdicts.ended]\nof = ['people']\n",
            "words.toml: [verdicts.ended]: `of` must be one of subjects, claims; it is 'people'",
        ),
        (
            "[verdicts.ended]\ncolour = 'red'\n",
            "words.toml: [verdicts.ended]: `colour` must be a colour such as #2F6DB5",
        ),
        (
            "[verdicts.Ended]\nmeans = 'no'\nlabel = 'X'\ncolour = '#000000'\n",
            "words.toml: [verdicts.Ended]: 'Ended' must be made of lowercase letters, digits and single hyphens",
        ),
        (
            "[verdicts]\nended = 5\n",
            "words.toml: [verdicts]: `ended`: the entry: a table is expected, with a key and a value on each line",
        ),
        (
            "[verdicts.not-addressed]\nmeans = 'open'\n",
            "words.toml: [verdicts]: one of them must mean 'silent', for what the announcement never mentions",
        ),
        ("[subjects.trio]\nmembers = 3\n", "words.toml: [subjects.trio]: `members` must be one of 1, 2; it is 3"),
        (
            "[subjects.trio]\nmembers = 1\nlabels = { gone = 'Gone' }\n",
            "words.toml: [subjects.trio]: `labels` names 'gone', which isn't among the verdicts",
        ),
        (
            "[people.guest]\npart = 'guest'\n",
            "words.toml: [people.guest]: `part` must be one of teller, fictional, other; it is 'guest'",
        ),
        ("[strengths]\nsure = 5\n", "words.toml: [strengths]: `sure`: the entry: text is expected, in quotation marks"),
        (
            "[strengths]\nnone = 'None'\n",
            "words.toml: [strengths]: 'none' is kept for what isn't addressed; use another word",
        ),
        ("preset =", "words.toml: not valid TOML: Invalid value (at end of document)"),
    ],
)
def test_a_mistake_in_the_words_is_all_that_is_told(folder: Path, words: str, told: str) -> None:
    # The subject is of a kind that only the words could have told.
    assert mistakes(with_words(folder, words, LINE)) == (told,)
    with pytest.raises(AnnouncementError) as raised:
        load_words(folder)
    assert raised.value.mistakes == (told,)


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ('kind = "line"', 'kind = "tram"', "`kind` must be one of person, thing, pair, line, exchange; it is 'tram'"),
        (
            'verdict = "closes"',
            'verdict = "supported"',
            "`verdict` must be one of confirmed, ended, mentioned, not-addressed, closes; it is 'supported'",
        ),
        (
            'strength = "operator"',
            'strength = "creator"',
            "`strength` must be one of first-hand, reported, operator, none; it is 'creator'",
        ),
        (
            'strength = "operator"\n',
            "",
            "strength 'none' only goes with 'not-addressed'; use 'first-hand' or 'reported' or 'operator'",
        ),
        ('kind = "line"', 'kind = "exchange"', "an exchange has two different members"),
        ('kind = "line"', 'kind = "line"\nmembers = ["voss", "falk"]', "a line has one member"),
        ('kind = "line"', 'kind = "line"\nmembers = ["nobody"]', "members names 'nobody', which isn't in people.toml"),
    ],
)
def test_subjects_go_by_the_words(folder: Path, old: str, new: str, told: str) -> None:
    assert mistakes(with_words(folder, BUS, LINE.replace(old, new))) == (f"subjects.toml: subject 'line-7': {told}",)


def test_people_go_by_the_words(folder: Path) -> None:
    with_words(folder, BUS)
    with (folder / "people.toml").open("a") as file:
        file.write('\n[[person]]\nid = "x"\nname = "X"\nkind = "creator"\n')
    told = "people.toml: person 'x': `kind` must be one of author, other, driver; it is 'creator'"
    assert mistakes(folder) == (told,)


def test_a_name_is_nobody_else_s(folder: Path) -> None:
    told = "subjects.toml: 'line-7': the alias 'clara' is already taken by people.toml: 'voss'"
    assert mistakes(with_words(folder, BUS, LINE.replace("the seven", "clara"))) == (told,)


def test_each_command_s_name_is_kept() -> None:
    found = {path.stem for path in (ROOT / "cogs").glob("*.py")} - {"__init__", "canon", "guilds", "share"}
    assert found == COMMANDS

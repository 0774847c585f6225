"""Each mistake that a person can make in an announcement's folder, and what they are told."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest

from bot.announcement import checksum, load
from bot.announcement.checking import plain
from bot.errors import AnnouncementError
from tests.support.seeded import SECOND

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return shutil.copytree(SECOND, tmp_path / "announcement")


def mistakes(folder: Path) -> tuple[str, ...]:
    with pytest.raises(AnnouncementError) as raised:
        load(folder)
    assert str(raised.value) == "\n".join(raised.value.mistakes)
    return raised.value.mistakes


def change(folder: Path, file: str, old: str, new: str) -> None:
    path = folder / file
    text = path.read_text(encoding="utf-8")
    assert text.count(old) >= 1, f"{file} holds no {old}"
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def append(folder: Path, file: str, text: str) -> None:
    with (folder / file).open("a", encoding="utf-8") as file_:
        file_.write("\n" + text)


def test_the_tiny_announcement_has_none(folder: Path) -> None:
    assert len(load(folder).quotes) == 14


# -- files -------------------------------------------------------------------------------------------


def test_no_such_folder(tmp_path: Path) -> None:
    (told,) = mistakes(tmp_path / "nowhere")
    hint = "there's no such folder; give another to check-data, or set ANNOUNCEMENT_PATH"
    assert told == f"{tmp_path / 'nowhere'}: {hint}"


def test_a_file_in_the_place_of_the_folder(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    assert "there's no such folder" in mistakes(tmp_path / "file")[0]


def test_a_missing_file(folder: Path) -> None:
    (folder / "topics.toml").unlink()
    assert "topics.toml: the file is missing; every announcement needs it" in mistakes(folder)


def test_every_missing_file_is_listed(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    assert [told.split(":")[0] for told in mistakes(tmp_path / "empty")] == [
        "announcement.toml",
        "speakers.toml",
        "sources.toml",
        "passages.toml",
        "topics.toml",
        "quotes.toml",
        "facts/",
    ]


def test_a_folder_in_the_place_of_a_file(folder: Path) -> None:
    (folder / "topics.toml").unlink()
    (folder / "topics.toml").mkdir()
    assert any(told.startswith("topics.toml: can't be read") for told in mistakes(folder))


def test_what_is_not_toml(folder: Path) -> None:
    change(folder, "topics.toml", "[[topic]]", "[[topic]")
    (told,) = mistakes(folder)
    assert told.startswith("topics.toml: not valid TOML: ")
    assert "line" in told


def test_what_is_not_utf_8(folder: Path) -> None:
    path = folder / "passages.toml"
    path.write_bytes(path.read_text(encoding="utf-8").encode("latin-1"))
    assert mistakes(folder) == ("passages.toml: the file isn't UTF-8 text; save it as UTF-8",)


def test_a_byte_order_mark_does_no_harm(folder: Path) -> None:
    path = folder / "topics.toml"
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())
    assert len(load(folder).topics) == 4


def test_questions_that_are_not_toml(folder: Path) -> None:
    (folder / "out_of_scope" / "broken.toml").write_text("questions = ")
    assert mistakes(folder)[0].startswith("out_of_scope/broken.toml: not valid TOML")


# -- the form of entries -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("file", "old", "new", "told"),
    [
        (
            "speakers.toml",
            'role = "Wrote the notice"',
            'job = "Wrote the notice"',
            "speakers.toml: speaker 'office': the entry has an unknown key: `job`",
        ),
        (
            "speakers.toml",
            'role = "Wrote the notice"\n',
            "",
            "speakers.toml: speaker 'office': the entry is missing the key `role`",
        ),
        (
            "speakers.toml",
            'id = "office"\n',
            "",
            "speakers.toml: speaker number 1: the entry is missing the key `id`",
        ),
        (
            "speakers.toml",
            'id = "office"',
            'id = "The Office"',
            "speakers.toml: speaker 'The Office': `id` must be made of lowercase letters, digits and single hyphens",
        ),
        (
            "speakers.toml",
            'colour = "#4B6A9B"',
            'colour = "blue"',
            "speakers.toml: speaker 'office': `colour` must be a colour such as #2F6DB5",
        ),
        (
            "sources.toml",
            'author = "falk"',
            'author = "falk"\nurl = "www.example.org/a letter"',
            "sources.toml: source 'letter': `url` must be an address such as https://example.org/article",
        ),
        (
            "topics.toml",
            'name = "The move"',
            "name = 5",
            "topics.toml: topic 'the-move': `name`: text is expected, in quotation marks",
        ),
        (
            "topics.toml",
            'name = "The move"',
            'name = ""',
            "topics.toml: topic 'the-move': `name` can't be empty",
        ),
        (
            "topics.toml",
            'aliases = ["moving", "gasworks", "new hall"]',
            'aliases = "moving"',
            "topics.toml: topic 'the-move': `aliases`: a list is expected, in square brackets",
        ),
        (
            "subjects.toml",
            'verdict = "confirmed"',
            'verdict = "sure"',
            (
                "subjects.toml: subject 'tomines': `verdict` must be one of confirmed, ended, "
                "mentioned, not-addressed; it is 'sure'"
            ),
        ),
        (
            "facts/where-to.toml",
            'question = "Where will the orchestra play?"',
            f'question = "{"Where " * 13}?"',
            "facts/where-to.toml: `question` is too long; at most 75 characters fit",
        ),
        (
            "claims/the-council-forced-them.toml",
            'quotes = ["nobody-forced-us"]',
            'quotes = ["nobody-forced-us", "the-kettle", "a-facade", "from-october"]',
            "claims/the-council-forced-them.toml: `quotes` has too many; at most 3 fit",
        ),
        (
            "claims/they-are-engaged.toml",
            'ruling = "supported"',
            'ruling = "confirmed"',
            (
                "claims/they-are-engaged.toml: `ruling` must be one of supported, contradicted, "
                "mentioned, not-addressed; it is 'confirmed'"
            ),
        ),
        (
            "subjects.toml",
            'verdict = "confirmed"',
            'verdict = "supported"',
            (
                "subjects.toml: subject 'tomines': `verdict` must be one of confirmed, ended, "
                "mentioned, not-addressed; it is 'supported'"
            ),
        ),
        (
            "people.toml",
            "unmentioned = true",
            'unmentioned = "yes"',
            "people.toml: person 'holm': `unmentioned`: true or false is expected, without quotation marks",
        ),
        (
            "claims/they-are-engaged.toml",
            'strength = "creator"',
            'strength = "certain"',
            "claims/they-are-engaged.toml: `strength` must be one of creator, article, none; it is 'certain'",
        ),
        (
            "announcement.toml",
            "title = ",
            'titel = "x"\ntitle = ',
            "announcement.toml: the entry has an unknown key: `titel`",
        ),
        (
            "topics.toml",
            "[[topic]]",
            '[[topics]]\nid = "x"\n[[topic]]',
            "topics.toml: 'topics' isn't known here; use [[topic]]",
        ),
        (
            "out_of_scope/passers-by.toml",
            "[questions]",
            "[question]",
            "out_of_scope/passers-by.toml: 'question' isn't known here; use [questions]",
        ),
        (
            "out_of_scope/passers-by.toml",
            "[questions]\n",
            'questions = ["how old is the conductor"]\n[other]\n',
            "out_of_scope/passers-by.toml: write each writer's phrasings beneath the writer's name",
        ),
        (
            "facts/where-to.toml",
            "[phrasings]",
            "[phrasing]",
            "facts/where-to.toml: the entry has an unknown key: `phrasing`",
        ),
        (
            "facts/where-to.toml",
            "visitors = [",
            "visitors = [5, ",
            "facts/where-to.toml: 'visitors': the entry: text is expected, in quotation marks",
        ),
        (
            "claims/the-council-forced-them.toml",
            "agree = [",
            "agrees = [",
            ("claims/the-council-forced-them.toml: 'visitors': the entry has an unknown key: `agrees`"),
        ),
    ],
)
def test_the_form_of_an_entry(folder: Path, file: str, old: str, new: str, told: str) -> None:
    change(folder, file, old, new)
    assert told in mistakes(folder)


def test_what_nobody_foresaw_is_told_as_it_is() -> None:
    assert plain("Something new", {}) == "Something new"
    assert plain("Expected `int`, got `str` - at `$.x`", {}) == "`x`: int is expected"


def test_an_entry_that_is_no_table(folder: Path) -> None:
    (folder / "timeline.toml").write_text("entry = [5]\n")
    assert mistakes(folder) == (
        "timeline.toml: entry number 1: the entry: a table is expected, with a key and a value on each line",
    )


def test_one_bracket_too_few(folder: Path) -> None:
    (folder / "timeline.toml").write_text('[entry]\nid = "x"\n')
    assert mistakes(folder) == ("timeline.toml: write [[entry]] with two brackets before each entry",)


# -- what entries say --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("file", "old", "new", "told"),
    [
        (
            "sources.toml",
            'author = "office"',
            'author = "nobody"',
            "sources.toml: source 'notice': author names 'nobody', which isn't in speakers.toml",
        ),
        (
            "passages.toml",
            'speaker = "office"',
            'speaker = "nobody"',
            "passages.toml: passage 'leaving': speaker names 'nobody', which isn't in speakers.toml",
        ),
        (
            "passages.toml",
            'source = "notice"',
            'source = "nothing"',
            "passages.toml: passage 'leaving': source names 'nothing', which isn't in sources.toml",
        ),
        (
            "passages.toml",
            'speaker = "voss"',
            'speaker = "nobody"',
            "passages.toml: passage 'largest-instrument': speaker names 'nobody', which isn't in speakers.toml",
        ),
        (
            "speakers.toml",
            'quoted_by = "falk"',
            'quoted_by = "nobody"',
            "speakers.toml: speaker 'voss': quoted_by names 'nobody', which isn't in speakers.toml",
        ),
        (
            "speakers.toml",
            'quoted_by = "falk"',
            'quoted_by = "voss"',
            "speakers.toml: speaker 'voss': 'quoted_by' leads back to itself",
        ),
        (
            "quotes.toml",
            'topics = ["the-move"]',
            'topics = ["the-mood"]',
            "quotes.toml: quote 'leaves-the-exchange': topics names 'the-mood', which isn't in topics.toml",
        ),
        (
            "quotes.toml",
            'passage = "leaving"',
            'passage = "living"',
            "quotes.toml: quote 'leaves-the-exchange': passage names 'living', which isn't in passages.toml",
        ),
        (
            "subjects.toml",
            'members = ["brandt", "falk"]',
            'members = ["brandt", "fawkes"]',
            "subjects.toml: subject 'tomines': members names 'fawkes', which isn't in people.toml",
        ),
        (
            "subjects.toml",
            'members = ["brandt", "falk"]',
            'members = ["brandt", "brandt"]',
            "subjects.toml: subject 'tomines': a ship has two different members",
        ),
        (
            "subjects.toml",
            'members = ["voss"]',
            'members = ["voss", "falk"]',
            "subjects.toml: subject 'clara': a person has one member",
        ),
        (
            "subjects.toml",
            'quotes = ["we-are-engaged"]',
            "quotes = []",
            "subjects.toml: subject 'tomines': a ruling needs evidence: name at least one quote",
        ),
        (
            "claims/they-are-engaged.toml",
            'strength = "creator"',
            'strength = "none"',
            (
                "claims/they-are-engaged.toml: strength 'none' only goes with 'not-addressed'; use 'creator' or "
                "'article'"
            ),
        ),
        (
            "claims/tickets-get-cheaper.toml",
            'strength = "none"',
            'strength = "article"',
            "claims/tickets-get-cheaper.toml: what isn't addressed can't have quotes, and its strength is 'none'",
        ),
        (
            "claims/the-council-forced-them.toml",
            'facts = ["why-leave"]',
            'facts = ["why-stay"]',
            "claims/the-council-forced-them.toml: facts names 'why-stay', which isn't in facts/",
        ),
        (
            "facts/where-to.toml",
            'quotes = ["from-october"]',
            "quotes = []",
            "facts/where-to.toml: a fact needs evidence: name the quotes that back it up",
        ),
        (
            "facts/where-to.toml",
            'quotes = ["from-october"]',
            'quotes = ["clapped-once", "tune-it-first"]',
            "facts/where-to.toml: its quotes have 4 sentences; at most 3 are shown",
        ),
        (
            "facts/where-to.toml",
            'quotes = ["from-october"]',
            'quotes = ["from-november"]',
            "facts/where-to.toml: quotes names 'from-november', which isn't in quotes.toml",
        ),
        (
            "timeline.toml",
            'quote = "clapped-once"',
            'quote = "clapped-twice"',
            "timeline.toml: entry 'the-visit': quote names 'clapped-twice', which isn't in quotes.toml",
        ),
        (
            "topics.toml",
            'id = "the-sound"',
            'id = "the-move"',
            "topics.toml: 'the-move' is used 2 times; every id must be unique",
        ),
        (
            "topics.toml",
            '"moving"',
            '"Cellist"',
            "topics.toml: 'the-move': the alias 'cellist' is already taken by speakers.toml: 'brandt'",
        ),
        (
            "people.toml",
            '"greta"',
            '"TOMINES"',
            "subjects.toml: 'tomines': the alias 'tomines' is already taken by people.toml: 'holm'",
        ),
        (
            "lexicon.toml",
            '"ticket"',
            '"venue"',
            "lexicon.toml: 'tickets': the alias 'venue' is already taken by lexicon.toml: 'hall'",
        ),
        (
            "speakers.toml",
            '"cellist"',
            '"!!!"',
            "speakers.toml: 'brandt': an alias has no letters or digits",
        ),
        (
            "topics.toml",
            '"moving"',
            '"random"',
            (
                "topics.toml: 'the-move': the alias 'random' is already taken by "
                "quotes.toml: the word for a quote by chance"
            ),
        ),
        (
            "quotes.toml",
            'id = "from-october"',
            'id = "gasworks"',
            "topics.toml: 'the-move': the alias 'gasworks' is already taken by quotes.toml: 'gasworks'",
        ),
    ],
)
def test_what_an_entry_says(folder: Path, file: str, old: str, new: str, told: str) -> None:
    change(folder, file, old, new)
    assert told in mistakes(folder)


def test_an_empty_file(folder: Path) -> None:
    (folder / "topics.toml").write_text("")
    assert "topics.toml: has no entries; at least one is needed" in mistakes(folder)


def test_an_empty_folder(folder: Path) -> None:
    for path in (folder / "facts").iterdir():
        path.unlink()
    assert "facts/: has no entries; at least one is needed" in mistakes(folder)


def test_a_missing_folder_and_what_follows_from_it(folder: Path) -> None:
    shutil.rmtree(folder / "facts")
    told = mistakes(folder)
    assert "facts/: the folder is missing; every announcement needs it" in told
    assert not any("which isn't in facts/" in each for each in told)


def test_a_broken_fact_is_told_once(folder: Path) -> None:
    (folder / "facts" / "why-leave.toml").write_text("question = ")
    (told,) = mistakes(folder)
    assert told.startswith("facts/why-leave.toml: not valid TOML")


def test_an_id_that_no_file_may_have(folder: Path) -> None:
    (folder / "facts" / "why-leave.toml").rename(folder / "facts" / "Why leave.toml")
    assert "facts/Why leave.toml: `id` must be made of lowercase letters, digits and single hyphens" in mistakes(folder)


@pytest.mark.parametrize("file", ["timeline.toml", "lexicon.toml"])
def test_files_that_may_be_empty(folder: Path, file: str) -> None:
    (folder / file).write_text("")
    load(folder)


def test_an_announcement_without_any_example(folder: Path) -> None:
    shutil.rmtree(folder / "out_of_scope")
    for kind in ("facts", "claims"):
        for path in (folder / kind).iterdir():
            path.write_text(path.read_text(encoding="utf-8").split("\n[phrasings")[0], encoding="utf-8")
    assert load(folder).phrasings == ()


# -- misquoting --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "The hall seats twelve hundred people.",
        "The hall seats eleven hundred people!",
        "the hall seats eleven hundred people.",
        "The hall  seats eleven hundred people.",
        "The hall seats eleven hundred people. Really.",
    ],
)
def test_words_that_are_not_in_the_passage(folder: Path, text: str) -> None:
    change(folder, "quotes.toml", "The hall seats eleven hundred people.", text)
    assert (
        "quotes.toml: quote 'eleven-hundred': its text isn't in passage 'leaving'; copy it from there, word for word"
    ) in mistakes(folder)


@pytest.mark.parametrize("text", ["The hall seats eleven hundred", "eleven hundred people.", "Nine. The hall"])
def test_half_a_sentence(folder: Path, text: str) -> None:
    change(folder, "quotes.toml", "The hall seats eleven hundred people.", text)
    assert "quotes.toml: quote 'eleven-hundred': isn't a run of whole sentences from passage 'leaving'" in mistakes(
        folder
    )


@pytest.mark.parametrize("text", ["the largest instrument", "Tune it", "A hall is the largest instrument in the room"])
def test_half_a_sentence_of_somebody_quoted(folder: Path, text: str) -> None:
    change(folder, "quotes.toml", "A hall is the largest instrument in the room. Tune it first.", text)
    assert (
        "quotes.toml: quote 'tune-it-first': isn't a run of whole sentences from passage 'largest-instrument'"
    ) in mistakes(folder)


def test_an_inset_that_is_not_in_its_passage(folder: Path) -> None:
    change(folder, "passages.toml", 'text = "A hall is the largest', 'text = "A hall is a large')
    assert (
        "passages.toml: passage 'largest-instrument': the inset \"A hall is a large instrument in the room. "
        "Tune it first.\" isn't in it word for word"
    ) in mistakes(folder)


def test_the_same_words_twice(folder: Path) -> None:
    append(
        folder,
        "quotes.toml",
        '[[quote]]\nid = "again"\npassage = "leaving"\ntopics = []\ntext = "The hall seats eleven hundred people."\n',
    )
    assert "quotes.toml: quote 'again': has the same words as 'eleven-hundred'" in mistakes(folder)


# -- all at once -------------------------------------------------------------------------------------


def test_all_mistakes_are_listed_at_once(folder: Path) -> None:
    change(folder, "sources.toml", 'author = "office"', 'author = "nobody"')
    change(folder, "quotes.toml", "eleven hundred", "12 hundred")
    change(folder, "facts/where-to.toml", 'quotes = ["from-october"]', "quotes = []")
    told = "\n".join(mistakes(folder))
    assert told.count("\n") == 2
    for part in ("'notice'", "'eleven-hundred'", "facts/where-to.toml"):
        assert part in told


def test_mistakes_of_form_and_of_content_are_listed_together(folder: Path) -> None:
    change(folder, "topics.toml", 'name = "The move"', "name = 5")
    change(folder, "quotes.toml", "eleven hundred", "12 hundred")
    told = "\n".join(mistakes(folder))
    assert "topic 'the-move'" in told
    assert "'eleven-hundred': its text isn't in passage" in told


# -- the checksum ------------------------------------------------------------------------------------


def test_the_checksum_tells_of_every_change(folder: Path) -> None:
    seen = {checksum(folder)}
    change(folder, "topics.toml", "The move", "The  move")
    seen.add(checksum(folder))
    (folder / "out_of_scope" / "more.toml").write_text("")
    seen.add(checksum(folder))
    (folder / "out_of_scope" / "more.toml").rename(folder / "out_of_scope" / "other.toml")
    seen.add(checksum(folder))
    assert len(seen) == 4


def test_the_checksum_is_of_the_files_alone(folder: Path, tmp_path: Path) -> None:
    elsewhere = shutil.copytree(folder, tmp_path / "elsewhere")
    (elsewhere / "notes.txt").write_text("not an announcement's file")
    assert checksum(folder) == checksum(elsewhere)


@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
def test_files_saved_by_an_editor_of_windows(folder: Path, mark: bytes) -> None:
    before = load(folder)
    for file in folder.rglob("*.toml"):
        file.write_bytes(mark + file.read_bytes().replace(b"\n", b"\r\n"))
    assert load(folder) == before


# -- listed quotes -----------------------------------------------------------------------------------

RUN = """[[quote]]
id = "gasworks-and-hall"
passage = "leaving"
topics = ["the-move"]
text = "From October it will play in the gasworks on Pier Nine. The hall seats eleven hundred people."
"""


def test_two_listed_quotes_that_share_words(folder: Path) -> None:
    append(folder, "quotes.toml", RUN)
    assert mistakes(folder) == tuple(
        f"quotes.toml: quote 'gasworks-and-hall': shares words with '{other}', and both are listed, so people would "
        "see the same words twice; put `listed = false` on one of them"
        for other in ("from-october", "eleven-hundred")
    )


def test_a_run_that_is_not_listed_may_share_words(folder: Path) -> None:
    append(folder, "quotes.toml", RUN + "listed = false\n")
    assert [quote.id for quote in load(folder).quotes if not quote.listed] == ["gasworks-and-hall"]


def test_an_inner_speaker_s_words_are_shared_as_well(folder: Path) -> None:
    append(
        folder,
        "quotes.toml",
        """[[quote]]
id = "clara-told-us"
passage = "largest-instrument"
topics = ["the-sound"]
text = 'Clara Voss once told us, "A hall is the largest instrument in the room. Tune it first."'
""",
    )
    (told,) = mistakes(folder)
    assert told.startswith("quotes.toml: quote 'clara-told-us': shares words with 'tune-it-first'")


def test_a_listed_quote_that_only_introduces_another(folder: Path) -> None:
    change(folder, "passages.toml", "The price has not been set.", "The price has not been set (for now):")
    append(
        folder,
        "quotes.toml",
        """[[quote]]
id = "the-price"
passage = "tickets"
topics = ["tickets"]
text = "The price has not been set (for now):"
""",
    )
    (told,) = mistakes(folder)
    assert told.startswith("quotes.toml: quote 'the-price': ends with a colon, but leaves out what should follow")


def test_a_speaker_and_a_topic_without_a_listed_quote(folder: Path) -> None:
    change(folder, "quotes.toml", 'topics = ["tickets"]', 'topics = ["tickets"]\nlisted = false')
    change(folder, "quotes.toml", 'id = "tune-it-first"', 'id = "tune-it-first"\nlisted = false')
    assert mistakes(folder) == (
        "speakers.toml: speaker 'voss': none of its quotes is listed, so there'd be nothing to pick; list one",
        "topics.toml: topic 'tickets': none of its quotes is listed, so there'd be nothing to pick; list one",
    )


# -- all at once -------------------------------------------------------------------------------------


def test_every_mistake_of_an_entry_in_one_run(folder: Path) -> None:
    change(folder, "topics.toml", 'name = "The move"\naliases = [', 'nam = "The move"\naliases = [5, ')
    change(folder, "facts/where-to.toml", 'question = "Where will the orchestra play?"', 'question = "???"')
    change(folder, "facts/where-to.toml", "quotes = [", "quotes = [7, ")
    told = mistakes(folder)
    assert [line for line in told if line.startswith("topics.toml")] == [
        "topics.toml: topic 'the-move': the entry has an unknown key: `nam`",
        "topics.toml: topic 'the-move': the entry is missing the key `name`",
        "topics.toml: topic 'the-move': `aliases`: text is expected, in quotation marks",
    ]
    assert [line for line in told if line.startswith("facts/")] == [
        "facts/where-to.toml: still to be filled in: `question`",
        "facts/where-to.toml: `quotes`: text is expected, in quotation marks",
    ]


def test_what_is_not_a_table_at_all(folder: Path) -> None:
    (folder / "people.toml").write_text("person = [5]\n")
    assert mistakes(folder) == (
        "people.toml: person number 1: the entry: a table is expected, with a key and a value on each line",
    )


def test_mistakes_come_in_the_order_of_the_work(folder: Path) -> None:
    for file in (
        "lexicon.toml",
        "facts/where-to.toml",
        "speakers.toml",
        "announcement.toml",
        "claims/they-are-engaged.toml",
    ):
        append(folder, file, "[broken")
    assert [line.split(":")[0] for line in mistakes(folder)] == [
        "announcement.toml",
        "speakers.toml",
        "facts/where-to.toml",
        "claims/they-are-engaged.toml",
        "lexicon.toml",
    ]

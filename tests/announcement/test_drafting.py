"""What new-announcement writes: from the article alone, marked where it doesn't tell, and never over what is there."""

from __future__ import annotations

import re
import tomllib
from collections import Counter
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.__main__ import main
from bot.announcement import Announcement, draft, load
from bot.announcement.checking import OPEN
from bot.errors import AnnouncementError

if TYPE_CHECKING:
    from pathlib import Path

ARTICLE = """\
# The Harbour Orchestra moves

By Jane Doe

12 May 2024

The Harbour Orchestra leaves the Old Exchange at the end of the season. From October 2024 it will play in
the gasworks. The hall seats eleven hundred people.

## The sound

Yes. The rumours about the gasworks are true. The conductor, Ines Falk, walked through it in March and clapped
her hands once.

Clara Voss once told us, "A hall is the largest instrument in the room. Tune it first." We open with her.

"We are moving," said Tomas Brandt. "The lease simply ended." Everyone calls it "the kettle" now.

She added: \u201cThe roof leaks in B flat.\u201d Na\u00efve? Perhaps.

Ines Falk wrote in a letter:

> And yes, Tomas and I are engaged.
> We met over a wrong note.

## Tickets

- Tickets for the first night go on sale in August.
- The price has not been set. Ask again later:
"""
# What may be told of a draft: what is to be filled in, and what an author alone can write.
EXPECTED = re.compile(
    r"[\w./-]+: (?:\w+ '[\w-]+': )?still to be filled in: .+"
    r"|(?:topics\.toml|speakers\.toml|facts/|quotes\.toml): has no entries; at least one is needed"
)


def drafted(folder: Path, text: str = ARTICLE) -> Path:
    article = folder / "article.txt"
    article.write_text(text, encoding="utf-8")
    draft(article, folder / "new")
    return folder / "new"


def entries(folder: Path, name: str) -> dict[str, dict[str, Any]]:
    content = tomllib.loads((folder / f"{name}.toml").read_text(encoding="utf-8"))
    return {entry["id"]: entry for (tables) in content.values() for entry in tables}


def told(folder: Path) -> tuple[str, ...]:
    with pytest.raises(AnnouncementError) as raised:
        load(folder)
    return raised.value.mistakes


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def filled_in(folder: Path) -> Announcement:
    """Return the announcement after an author's evening: every mark has words, and there is a subject and a topic."""
    words = {"ruling": "mentioned", "strength": "reported", "speaker": "somebody"}
    quote = next(iter(entries(folder, "quotes")))
    for path in folder.rglob("*.toml"):
        text = path.read_text(encoding="utf-8").replace(f'["{OPEN}"]', f'["{quote}"]')
        text = re.sub(
            r'^(\w+) = "\?\?\?"$', lambda m: f'{m[1]} = "{words.get(m[1], "Words")}"', text, flags=re.MULTILINE
        )
        path.write_text(text, encoding="utf-8")
    more = {
        "speakers": '\n[[speaker]]\nid = "somebody"\nname = "Somebody"\nrole = "Words"\ncolour = "#000000"\n',
        "topics": '\n[[topic]]\nid = "zzzz"\nname = "Zzzz"\n',
        "people": '\n[[person]]\nid = "zz-person"\nname = "Zz person"\n',
        "subjects": '\n[[subject]]\nid = "zz"\nkind = "person"\nname = "Zz"\nmembers = ["zz-person"]\n'
        'verdict = "not-addressed"\nline = "Nothing."\nstrength = "none"\n',
    }
    for name, text in more.items():
        with (folder / f"{name}.toml").open("a", encoding="utf-8") as file:
            file.write(text)
    return load(folder)


def test_passages_are_the_paragraphs_word_for_word(tmp_path: Path) -> None:
    texts = [passage["text"] for passage in entries(drafted(tmp_path), "passages").values()]
    assert texts[0].startswith("The Harbour Orchestra leaves")
    assert texts[0].endswith("it will play in the gasworks. The hall seats eleven hundred people.")
    assert "And yes, Tomas and I are engaged. We met over a wrong note." in texts
    assert texts[-2:] == [
        "Tickets for the first night go on sale in August.",
        "The price has not been set. Ask again later:",
    ]
    plain = re.sub(r"[\s>#-]+", " ", ARTICLE)
    assert all(re.sub(r"[\s>#-]+", " ", text) in plain for text in texts)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.sampled_from("a seat costs 110. The next 5) and a bunk 60. In all".split(" ")), max_size=20),
    st.lists(st.sampled_from(" \n"), min_size=20, max_size=20),
)
def test_a_paragraph_keeps_each_of_its_numbers(
    tmp_path_factory: pytest.TempPathFactory, words: list[str], gaps: list[str]
) -> None:
    # Too long for a heading.
    text = f"It has {'very ' * 20}much" + "".join(gap + word for gap, word in zip(gaps, words, strict=False)) + " all."
    folder = drafted(tmp_path_factory.mktemp("numbers"), f"The title\n\nBefore it.\n\n{text}")
    kept = " ".join(passage["text"] for passage in list(entries(folder, "passages").values())[1:])
    # Only what stands at the start of a line can be a list's sign.
    within = Counter(word for gap, word in zip(gaps, words, strict=False) if gap == " ")
    assert within <= Counter(kept.split())


def test_a_number_that_ends_a_sentence_begins_no_item(tmp_path: Path) -> None:
    text = "A seat costs 35. A bunk costs\n60. The price is the same all year.\n1. One.\n2. Two."
    folder = drafted(tmp_path, f"The title\n\nBefore it.\n\n{text}")
    assert [passage["text"] for passage in entries(folder, "passages").values()][1:] == [
        "A seat costs 35. A bunk costs 60. The price is the same all year.",
        "One.",
        "Two.",
    ]


OPENING = (
    "On Sunday 2 May we light the new bread oven on the allotments for the first time, and you can all come to see."
    " It is big enough for sixteen loaves."
)
REASON = (
    "Two years ago the bakery closed, and since then bread is a bus ride away. It was an idea of Hanna Petrov, a baker."
)
WRAPPED = f"""\
The allotments get a bread oven
By the Mill Hill Gardeners

{OPENING.replace("to see. It ", "to see. It" + chr(10))}

Why an oven
{REASON.replace("Hanna ", "Hanna" + chr(10))}
"""


def test_lines_broken_at_any_width_and_headings_right_above_their_paragraphs(tmp_path: Path) -> None:
    folder = drafted(tmp_path, WRAPPED)
    assert [passage["text"] for passage in entries(folder, "passages").values()] == [OPENING, REASON]
    head = tomllib.loads((folder / "announcement.toml").read_text(encoding="utf-8"))
    assert head["title"] == "The allotments get a bread oven"
    assert [topic["name"] for topic in entries(folder, "topics").values()] == ["Why an oven"]
    assert [speaker["name"] for speaker in entries(folder, "speakers").values()] == ["The Mill Hill Gardeners"]


def test_a_name_is_not_taken_with_the_word_that_begins_its_sentence(tmp_path: Path) -> None:
    text = "It stops at Tarn Junction. Beyond Tarn Junction it stops. Tell Ada Byron so. Ada Byron knows."
    folder = drafted(tmp_path, f"The title\n\nBy the Harbour Line\n\n{text}")
    assert [person["name"] for person in entries(folder, "people").values()] == ["Tarn Junction", "Ada Byron"]
    assert [speaker["name"] for speaker in entries(folder, "speakers").values()] == ["The Harbour Line"]


def test_speakers_and_nested_quotations(tmp_path: Path) -> None:
    folder = drafted(tmp_path)
    insets = {
        inset["text"]: inset["speaker"]
        for passage in entries(folder, "passages").values()
        for inset in passage.get("inset", [])
    }
    assert insets == {
        "A hall is the largest instrument in the room. Tune it first.": "clara-voss",
        "The lease simply ended.": "tomas-brandt",
        "The roof leaks in B flat.": OPEN,
    }
    assert entries(folder, "passages")["and-yes-tomas-and-i"]["speaker"] == "ines-falk"
    speakers = entries(folder, "speakers")
    assert list(speakers) == ["jane-doe", "clara-voss", "tomas-brandt", "ines-falk"]
    assert speakers["clara-voss"]["quoted_by"] == "jane-doe"
    assert speakers["clara-voss"]["role"] == OPEN
    assert entries(folder, "sources")["article"] == {
        "id": "article",
        "title": "The Harbour Orchestra moves",
        "author": "jane-doe",
    }


def test_a_quote_a_sentence_short_ones_with_the_next(tmp_path: Path) -> None:
    texts = [quote["text"] for quote in entries(drafted(tmp_path), "quotes").values()]
    assert "The hall seats eleven hundred people." in texts
    assert "Yes. The rumours about the gasworks are true." in texts
    assert "Ask again later:" not in texts


def test_topics_people_steps_and_facts(tmp_path: Path) -> None:
    folder = drafted(tmp_path)
    assert [topic["name"] for topic in entries(folder, "topics").values()] == ["The sound", "Tickets"]
    quotes = entries(folder, "quotes")
    assert quotes["tickets-for-the-first-night"]["topics"] == ["tickets"]
    assert quotes["the-hall-seats-eleven-hundred"]["topics"] == []
    assert entries(folder, "people")["ines-falk"] == {
        "id": "ines-falk",
        "name": "Ines Falk",
        "aliases": ["ines", "falk"],
    }
    steps = [(step["when"], step["quote"], step["title"]) for step in entries(folder, "timeline").values()]
    assert steps == [
        ("From October 2024", "from-october-2024-it-will", OPEN),
        ("In March", "the-conductor-ines-falk-walked", OPEN),
        ("In August", "tickets-for-the-first-night", OPEN),
    ]
    fact = tomllib.loads((folder / "facts" / "the-hall-seats-eleven-hundred.toml").read_text(encoding="utf-8"))
    assert fact == {
        "question": OPEN,
        "answer": OPEN,
        "quotes": ["the-hall-seats-eleven-hundred"],
        "phrasings": {},
    }


def test_what_is_numbered_or_a_thing_is_nobody(tmp_path: Path) -> None:
    text = "We read in Book 2 and in Book 3. We saw the Old Exchange, and Old Exchange men. We met Dr. Ines Falk twice."
    assert [person["name"] for person in entries(drafted(tmp_path, text), "people").values()] == ["Dr. Ines Falk"]


def test_check_data_says_exactly_what_is_to_be_filled_in(tmp_path: Path) -> None:
    folder = drafted(tmp_path)
    mistakes = told(folder)
    assert [line for line in mistakes if not EXPECTED.fullmatch(line)] == []
    assert any(
        "still to be filled in: `statement`; `ruling`, one of supported, contradicted, mentioned, not-addressed; "
        "`line`; `strength`, one of first-hand, reported, none; `quotes`" in told
        for told in mistakes
    )
    assert "passages.toml: passage 'she-added-the-roof-leaks': still to be filled in: `inset.speaker`" in mistakes
    assert "facts/tune-it-first.toml: still to be filled in: `question`; `answer`" in mistakes
    assert len(filled_in(folder).quotes) == len(entries(folder, "quotes"))


@pytest.mark.parametrize(
    ("sentence", "when"),
    [
        ("It rained all through 3 May 2021 here.", "3 May 2021"),
        ("It rained here on Friday, 12th of June.", "On Friday, 12th of June"),
        ("It rained on May 12, 2024 and later.", "On May 12, 2024"),
        ("It has rained here since 1964, and before.", "Since 1964"),
        ("It rained in late October, as always.", "In late October"),
        ("The month of April 2020 was a dry one.", "April 2020"),
        ("It rained here by 2024-05-12 at the latest.", "By 2024-05-12"),
        ("It may rain; march on, all 1964 of you.", None),
        ("May I come in on my own, or not?", None),
    ],
)
def test_a_step_for_each_time_in_its_own_words(tmp_path: Path, sentence: str, when: str | None) -> None:
    steps = entries(drafted(tmp_path, f"# T\n\n{sentence}\n"), "timeline")
    assert [step["when"] for step in steps.values()] == ([when] if when else [])


def test_run_again_it_changes_nothing_and_overwrites_nothing(tmp_path: Path) -> None:
    folder = drafted(tmp_path)
    before = contents(folder)
    assert draft(tmp_path / "article.txt", folder) == {}
    (folder / "facts" / "tune-it-first.toml").write_text("mine")
    (folder / "facts" / "the-lease-simply-ended.toml").unlink()
    passages = folder / "passages.toml"
    passages.write_text(passages.read_text(encoding="utf-8").replace('id = "yes-the-rumours-about-the"', 'id = "mine"'))
    changed = contents(folder)
    assert changed != before
    assert draft(tmp_path / "article.txt", folder) == {}
    assert contents(folder) == changed


def test_what_is_new_in_the_article_is_added(tmp_path: Path) -> None:
    folder = drafted(tmp_path)
    before = contents(folder)
    more = 'Greta Holm said: "A seat costs ten crowns from 2025." That is cheap.'
    more += '\n\nClara Voss said: "Clap again in the hall."'
    drafted(tmp_path, f"{ARTICLE}\n## The price\n\n{more}\n")
    after = contents(folder)
    assert all(after[name].startswith(text) for name, text in before.items())
    changed = {name for name in after if after[name] != before.get(name)}
    assert changed == {
        "passages.toml",
        "quotes.toml",
        "speakers.toml",
        "people.toml",
        "topics.toml",
        "timeline.toml",
        "facts/a-seat-costs-ten-crowns.toml",
        "facts/that-is-cheap.toml",
        "facts/clap-again-in-the-hall.toml",
    }
    assert "# New in the article. Move it to its place" in after["passages.toml"].decode()
    assert list(entries(folder, "speakers"))[-2:] == ["ines-falk", "greta-holm"]
    assert entries(folder, "passages")["clara-voss-said-clap-again"]["inset"][0]["speaker"] == "clara-voss"
    filled_in(folder)


def test_plain_text_without_a_title_or_empty_lines(tmp_path: Path) -> None:
    folder = drafted(
        tmp_path, "We are moving in the autumn, all of us.\nTickets are sold at the door, as they always were.\n"
    )
    assert len(entries(folder, "passages")) == 2
    mistakes = told(folder)
    assert "announcement.toml: still to be filled in: `title`; `about`" in mistakes
    assert "topics.toml: has no entries; at least one is needed" in mistakes
    assert entries(folder, "speakers")["the-author"]["role"] == "Wrote the article"


def test_a_heading_that_is_a_speaker_and_one_twice(tmp_path: Path) -> None:
    heading = "## Ines Falk\n\n"
    text = f"# T\n\nBy Ines Falk\n\n{heading}I conduct here.\n\n## Random\n\nIt rains.\n\n{heading}I stay.\n"
    folder = drafted(tmp_path, text)
    assert len(entries(folder, "topics")) == 2
    filled_in(folder)


def test_a_speaker_who_comes_after_a_heading_of_that_name(tmp_path: Path) -> None:
    text = "# T\n\nWe begin.\n\n## Ines Falk\n\nWe go on.\n"
    said = '\nInes Falk said, "We all stay here."\n'
    (tmp_path / "one").mkdir()
    (tmp_path / "two").mkdir()
    at_once = entries(drafted(tmp_path / "one", text + said), "topics")
    assert [topic["name"] for topic in at_once.values()] == ["On Ines Falk"]
    later = drafted(tmp_path / "two", text)
    drafted(tmp_path / "two", text + said)
    assert list(entries(later, "speakers")) == ["the-author"]
    assert list(entries(later, "passages").values())[-1]["inset"][0]["speaker"] == OPEN


def test_an_article_without_a_sentence_to_quote(tmp_path: Path) -> None:
    mistakes = told(drafted(tmp_path, "And so it was:\n"))
    assert {line for line in mistakes if "still to be" not in line} == {
        f"{file}: has no entries; at least one is needed" for file in ("topics.toml", "quotes.toml", "facts/")
    }


def test_a_paragraph_longer_than_a_passage(tmp_path: Path) -> None:
    folder = drafted(tmp_path, "This sentence is said many times over, number one. " * 200 + "\n\n" + "x" * 9000)
    assert all(len(passage["text"]) <= 4000 for passage in entries(folder, "passages").values())
    assert [line for line in told(folder) if not EXPECTED.fullmatch(line)] == []


def test_what_cannot_be_read(tmp_path: Path) -> None:
    def refused(article: Path, folder: Path) -> str:
        with pytest.raises(AnnouncementError) as raised:
            draft(article, folder)
        return str(raised.value)

    article, folder = tmp_path / "a.txt", tmp_path / "new"
    assert "can't be read" in refused(article, folder)
    article.write_bytes(b"\xff\xfe")
    assert "save it as UTF-8" in refused(article, folder)
    article.write_text(" \n---\n# Only a title\n")
    assert "there's no paragraph in it" in refused(article, folder)
    article.write_text("We are moving, all of us.")
    assert "give the name of a folder" in refused(article, article)
    assert not folder.exists()
    folder.mkdir()
    (folder / "quotes.toml").write_text("[[quote]")
    assert "nothing was changed" in refused(article, folder)
    assert [path.name for path in folder.iterdir()] == ["quotes.toml"]
    (folder / "quotes.toml").unlink()
    (folder / "quotes.toml").mkdir()
    assert "can't be read" in refused(article, folder)
    (folder / "quotes.toml").rmdir()
    (folder / "facts").write_text("a file in the folder's place")
    assert "can't be written" in refused(article, folder)


def test_the_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "a.txt").write_text(ARTICLE, encoding="utf-8")
    folder = tmp_path / "new"
    assert main(["new-announcement", str(tmp_path / "a.txt"), str(folder)]) == 0
    out = capsys.readouterr().out
    assert f"{folder / 'people.toml'}: " in out
    assert f"python -m bot check-data {folder}" in out
    assert main(["new-announcement", str(tmp_path / "a.txt"), str(folder)]) == 0
    assert "nothing was changed" in capsys.readouterr().out
    assert main(["check-data", str(folder)]) == 2
    assert "still to be filled in: " in capsys.readouterr().err


TEXT = '''No.
Yes!
Why?
It rained on 3 May 2021.
And so it was:
In 2019 we met Anton Reuter.
"We leave." said Falk.
“It is over now. Go home.”
Ines Falk said, "We stay here. For good."
«La maison est vide.»
Dr. Ines Falk was there.
Random
### Ines Falk
## 日本
By Falk
> A line apart.
He wrote:
- One more thing here.
1. First of all this.
it goes on (see below.)
The 'end'... Or is it?
"An open quotation. It never ends.
"""
a\\b """ c.
???
* * *
日本語。
It's Falk's.
I. Then we left in March.
O’Neill and O’Neill met.
We met Ines. Ines left. We met Ines.'''
SENTENCES = st.sampled_from([*TEXT.splitlines(), "A mark ''' within", "***"])
TEXTS = st.lists(st.tuples(SENTENCES, st.sampled_from([" ", "\n", "\n\n", "\n\n"])), min_size=1, max_size=14).map(
    lambda parts: "".join(sentence + gap for sentence, gap in parts)
)


@settings(max_examples=40, deadline=None)
@given(TEXTS | st.text(max_size=200))
def test_any_article_makes_a_folder_with_nothing_wrong_but_what_is_open(
    tmp_path_factory: pytest.TempPathFactory, text: str
) -> None:
    folder = tmp_path_factory.mktemp("any")
    article = folder / "article.txt"
    article.write_text(text, encoding="utf-8", errors="replace")
    try:
        draft(article, folder / "new")
    except AnnouncementError as error:
        assert "there's no paragraph" in str(error)  # noqa: PT017 - a text without a word is refused
        return
    assert [line for line in told(folder / "new") if not EXPECTED.fullmatch(line)] == []
    before = contents(folder / "new")
    assert draft(article, folder / "new") == {}
    assert contents(folder / "new") == before
    if entries(folder / "new", "quotes"):
        filled_in(folder / "new")


@pytest.mark.parametrize(
    ("said", "speaker"),
    [
        ("said council member Ines Falk", "ines-falk"),
        ("said the newly elected chair Ines Falk", "ines-falk"),
        ("said a friend of Ines Falk", OPEN),
        ("said nobody in particular, but Ines Falk laughed", OPEN),
    ],
)
def test_what_somebody_is_may_stand_before_the_name(tmp_path: Path, said: str, speaker: str) -> None:
    folder = drafted(tmp_path, f'# T\n\n"The roof leaks in B flat," {said}. "We shall mend it."\n\nInes Falk sings.\n')
    (passage, _) = entries(folder, "passages").values()
    assert passage["inset"][0]["speaker"] == speaker


def test_a_new_folder_has_plain_words_and_an_old_one_keeps_its_own(tmp_path: Path) -> None:
    folder = drafted(tmp_path)
    text = (folder / "words.toml").read_text(encoding="utf-8")
    assert tomllib.loads(text) == {"preset": "plain"}
    # Whoever makes an example of the comments an entry need not move anything.
    example = re.sub(r"^#   ", "", text, flags=re.MULTILINE)
    assert tomllib.loads(example)["preset"] == "plain"
    (folder / "words.toml").write_text(example, encoding="utf-8")
    assert filled_in(folder).words.check.command == "true"


def test_what_an_author_did_without_is_not_brought_back(tmp_path: Path) -> None:
    folder = drafted(tmp_path)
    left = {"words.toml", "subjects.toml", "lexicon.toml", "claims/first-claim.toml", "out_of_scope/near-misses.toml"}
    for name in left:
        (folder / name).unlink()
    drafted(tmp_path, f"{ARTICLE}\n\nIt is all new and rather loud.\n")
    assert not any((folder / name).exists() for name in left)


def test_no_word_of_fandom_is_in_a_draft(tmp_path: Path) -> None:
    told = "\n".join(path.read_text(encoding="utf-8") for path in drafted(tmp_path).rglob("*.toml")).lower()
    assert not re.search(r"\b(?:ships?|canon|couples?|fandom|creators?|romance)\b", told)

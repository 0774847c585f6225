"""Drafts an announcement's folder from the text of an article, and marks what its author has to decide.

Nothing is made up: what is written is cut from the article or follows from its form, and where neither tells, the mark
of `checking.OPEN` stands, which check-data lists until somebody has filled it in.
"""

from __future__ import annotations

import json
import re
import tomllib
from collections import Counter
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from bot.announcement.checking import FACT_SENTENCES, OPEN
from bot.announcement.loading import read_text
from bot.announcement.quotes import introduces
from bot.errors import AnnouncementError
from bot.text import fold, normalise, sentences

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

# What a passage holds at most (model.Text).
_LONGEST: Final = 4000
# A line longer than this wasn't broken by hand: it is a paragraph by itself.
_WRAPPED: Final = 120
# A heading is a short line of its own that ends like no sentence.
_HEADING: Final = 80
_BYLINE = re.compile(r"[Bb]y (\S.{1,60})")
_NO_HEADING_END: Final = ".?!:;,\u2026\"\u201d'\u2019"
_BULLET = re.compile(r"\s*(?:[-*+\u2022]|[0-9]{1,2}[.)])\s+")
_LINE_BREAKS = re.compile(r"\r\n?|[\x0b\x0c\x85\u2028\u2029]")
_CONTROL = re.compile(r"[\x00-\x09\x0e-\x1f\x7f-\x9f]")
_RULE = re.compile(r"\s*(?:[-=*_]\s*){3,}")
# A quote shorter than this says little alone, and is joined to the next.
_SHORT_QUOTE: Final = 5

_MONTH: Final = (
    "(?:January|February|March|April|May|June|July|August|September|October|November|December|"
    r"(?:Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept?|Oct|Nov|Dec)\.?)"
)
_DAY: Final = "(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day"
_WHEN: Final = "(?:[Ii]n|[Bb]y|[Ss]ince|[Uu]ntil|[Ff]rom|[Oo]n|[Bb]efore|[Aa]fter) (?:early |late |mid-)?"
_DATE = re.compile(
    rf"\b(?:(?:{_WHEN})?(?:(?:{_DAY},? )?(?:[0-9]{{1,2}}(?:st|nd|rd|th)? (?:of )?{_MONTH}|"
    rf"{_MONTH} [0-9]{{1,2}}(?:st|nd|rd|th)?\b)(?:,? [0-9]{{4}})?|{_MONTH},? [0-9]{{4}}"
    r"|[0-9]{4}-[0-9]{2}-[0-9]{2})"
    rf"|{_WHEN}(?:{_MONTH}|{_DAY}|(?:19|20)[0-9]{{2}}))(?![\w-])"
)

_CAPITAL: Final = r"[A-Z\u00c0-\u00d6\u00d8-\u00de](?:[\w\u2019'-]*\w)"
_NAME = re.compile(
    rf"(?<![\w'\u2019-])(?:(?:Dr|Mr|Mrs|Ms|Prof|St)\.? )?{_CAPITAL}"
    rf"(?: (?:(?:de|del|van|von|der|den|di|da|la|le|al|bin|ibn) )*(?:[A-HJ-Z]\. )?{_CAPITAL}){{0,3}}"
)
_SAID: Final = (
    "(?:said|says|wrote|writes|told|tells|asked|asks|added|adds|explained|explains|replied|replies|noted|notes|"
    "announced|announces|continued|continues|answered|answers|recalled|recalls|stated|states|posted|posts|"
    "concluded|concludes|insisted|insists|admitted|admits|joked|jokes|promised|promises)"
)
# What somebody is may stand before the name ('said council member Ines Falk'), but nobody else's with an 'of' or 'by'.
_ROLE: Final = r"(?:(?!(?:about|after|at|before|by|for|from|in|of|on|that|to|with)\b)[a-z][a-z-]+ ){0,4}"
_BEFORE = re.compile(rf"(?P<name>{_NAME.pattern})(?: \w+)? {_SAID}\b[^.?!\u201c\"]{{0,60}}[,:]?\s*$")
_ACCORDING = re.compile(rf"[Aa]ccording to (?P<name>{_NAME.pattern})[,:]\s*$")
_AFTER = re.compile(
    rf"\s*(?:[-\u2013\u2014]\s*)?(?:(?:{_SAID} {_ROLE})(?P<name>{_NAME.pattern})|(?P<other>{_NAME.pattern}) {_SAID}\b)"
)
_JUST_SAID = re.compile(
    rf"[\"\u201d] (?:(?:{_SAID} {_ROLE})(?P<name>{_NAME.pattern})|(?P<other>{_NAME.pattern}) {_SAID})"
    r"[^.?!\"\u201c\u201d]*[.:]\s*$"
)
_QUOTED = re.compile(r"\u201c([^\u201c\u201d]+)(?:\u201d|$)|\u00ab\s?([^\u00ab\u00bb]+?)\s?\u00bb|\"([^\"]+)(?:\"|$)")
# Words that begin a sentence in capitals, and are no names.
_NO_NAMES: Final = frozenset(
    "a about above according after again all also although always an and another any anybody anyone are as ask at "
    "because before behind below both but by can come could dear did do does each either every everybody everyone "
    "finally first for from get go good had has have he hello her here hers him his how however i if in indeed inside "
    "instead is it its just last later let like many maybe me meanwhile more most much my never next no nobody none "
    "nor not nothing now of often on once one only or other others our ours out over perhaps please same she should "
    "since so some somebody someone sometimes soon still such tell thank thanks that the their theirs them then there "
    "these they this those though three through to today together tomorrow tonight too two under until up us very was "
    "we well were what when where whether which while who whom whose why will with without would yes yesterday yet "
    "you your yours".split()
)
_CALENDAR = re.compile(rf"{_MONTH}|{_DAY}")
# None of them comes near a colour that a ruling has.
_COLOURS: Final = ("#2F6DB5", "#A0356F", "#6B8E23", "#7A4FB5", "#7A4A21", "#18A8B8", "#8FA3B8", "#C66FA0")

_HEADERS: Final = {
    "announcement.toml": """\
# What this folder is about: the one announcement that every answer comes from.
# {open} marks what only you can decide. `python -m bot check-data` lists what is still open.
# "title" is the short form shown under answers; "about" tells a stranger in a sentence or two what this is.
""",
    "sources.toml": """\
# Where the words come from: the article, and any post or letter that it carries.
# "cite" is what stands under a quote; without it, the title does. "url" makes a link of it:
#   url = "https://example.org/article"
""",
    "speakers.toml": """\
# Who says it. "role" is a few words: "Conductor", "Wrote the notice". "quoted_by" is the one through whom the words
# reach us. Aliases are what people type for a speaker: lower case, each for one speaker only.
# The colours are a choice of colours that can be told apart; change them as you like.
""",
    "passages.toml": """\
# The announcement itself, paragraph by paragraph, in its order and its exact words. Never reword anything here.
# "speaker" is whose words they are. An inset is a run within a passage that is another's words:
#   [[passage.inset]]
#   speaker = "clara-voss"
#   text = "A hall is the largest instrument in the room."
""",
    "quotes.toml": """\
# The quotes: whole sentences from the passages, to the letter. They are numbered in this order, drawn and posted daily.
# Each must be worth reading alone, and no two may share words: delete those that aren't, or join them.
# "topics" are ids from topics.toml, up to four: topics = ["the-move", "tickets"]
# `listed = false` keeps a quote out of the draw: facts and searches can still show it.
""",
    "topics.toml": """\
# What quotes are about. At least one is needed; here they are the article's headings. Aliases are what people type.
#   [[topic]]
#   id = "tickets"
#   name = "Tickets"
#   aliases = ["price", "box office"]
""",
    "people.toml": """\
# People who may be named. These are names from the article: delete what is no person. Aliases are lower case, each for
# one person only. kind = "author" is for those whose own account it is; everybody else needs no kind.
# For somebody whom the article never names, but people will ask about, add:  unmentioned = true
""",
    "subjects.toml": """\
# What people check by its name alone, and what the article says of it; leave this empty where that makes no sense.
#   [[subject]]
#   id = "winter-season"
#   kind = "thing"                      # thing or person; a pair has two members from people.toml
#   name = "The winter season"
#   aliases = ["winter concerts"]
#   verdict = "confirmed"               # confirmed, ended, mentioned or not-addressed
#   line = "The winter season takes place as planned, in the old hall."
#   strength = "first-hand"             # first-hand, reported or none (with not-addressed)
#   quotes = ["the-winter-season-takes-place"]  # the evidence, from quotes.toml; none with not-addressed
# A person needs, besides:  members = ["clara-voss"]  (from people.toml)
""",
    "timeline.toml": """\
# How it came about, step by step: the sentences of the article that give a time, in the article's order.
# Delete what is no step, bring the rest into order, and give each a title (60 characters) and a line.
# The line can't say more than its quote does.
""",
    "lexicon.toml": """\
# Words and phrases that mean the same here. Lower case, at most four words each, and each form for one concept only.
#   [[concept]]
#   id = "tickets"
#   forms = ["tickets", "ticket", "seats for the first night"]
""",
}
# What no article tells anything for, and an announcement may do without.
_OPTIONAL: Final = frozenset({"subjects.toml", "lexicon.toml"})
# Of a new folder alone: one that is older has other words.
_WORDS: Final = """\
# What things are called here: as in the preset "plain" of the program, until you write something else. Each table and
# key is explained in the program's data/README.md ("Words of your matter"). The preset comes first, then what differs.
preset = "plain"

# For example:
#   [check]
#   command = "true"            # the command is /true then, and not /check
#   menu = "Is that true?"
#   [verdicts.confirmed]
#   label = "Takes place"
#   [asking]                    # words that ask for a verdict on a subject, and no more
#   words = ["cancelled", "takes", "place"]
"""
_OF_FACT: Final = """\
# Something that the announcement states. Write the question in its plainest form (75 characters) and the answer in a
# line that says no more than the quote does; or delete this file where the quote answers nothing.
question = "{open}"
answer = "{open}"
quotes = [{quote}]
# {text}

# How people ask it, under a name for the voice that you write in; ten or more are best:
[phrasings]
# me = [
#     "when does it start",
#     "since when is it open?",
# ]
"""
_FIRST_CLAIM: Final = """\
# A statement that people argue about, a file for each; name the file after it. Delete this one if there is none.
# ruling: supported, contradicted, mentioned or not-addressed. strength: first-hand, reported or none (with
# not-addressed).
# The line tells readers on either side what is true. quotes: the evidence from quotes.toml, at most three.
statement = "{open}"
ruling = "{open}"
line = "{open}"
strength = "{open}"
quotes = ["{open}"]

# How people put it, under a name for the voice that you write in: for it, against it, and asking.
# [phrasings.me]
# agree = ["they are moving"]
# deny = ["they're staying where they are"]
# ask = ["are they really moving?"]
"""
_OUTSIDE: Final = """\
# Questions that the announcement does not answer, so that the bot learns to be silent on them: what people near to the
# matter will ask all the same, and what passes by in a chat. Write twenty or more, under a name for your voice.
[questions]
# me = [
#     "how old is the conductor",
#     "is there a car park",
# ]
"""
# Our words for the heading of /timeline, for any matter.
_CAME_ABOUT: Final = "How it came about"
_MOVE: Final = "# New in the article. Move it to its place: the order of this file is the article's.\n"


class _Block(NamedTuple):
    """A paragraph: the heading that it is under, and whether it is set off as a quotation."""

    text: str
    heading: str
    set_off: bool


class _Article(NamedTuple):
    title: str
    writer: str
    blocks: tuple[_Block, ...]


def draft(article: Path, folder: Path) -> dict[str, int]:
    """Write into `folder` what follows from the text file `article`, and leave alone whatever is there.

    Return how many entries were added, by file. Where the folder holds an announcement already, what follows from
    the new paragraphs of the article is added. Raises AnnouncementError, before anything is written, where the article
    or a file of the folder can't be read.
    """
    read = _read(read_text(article))
    if not read.blocks:
        raise AnnouncementError((f"{article}: there's no paragraph in it; paste the announcement's text into it",))
    drafting = _Drafting(read, _Folder(folder))
    drafting.draw_up()
    return drafting.folder.write()


# -- The article -------------------------------------------------------------------------------------


def _read(text: str) -> _Article:
    """Take an article apart: plain text or Markdown, its paragraphs parted by empty lines or by line breaks alone."""
    title, writer, heading = "", "", ""
    blocks: list[_Block] = []
    for lines in _groups(_CONTROL.sub(" ", _LINE_BREAKS.sub("\n", text)).split("\n")):
        set_off = all(line.startswith(">") for line in lines)
        block = re.sub(" {2,}", " ", " ".join(line.lstrip("> ") if set_off else line for line in lines)).strip()
        head = "" if set_off else _heading(block)
        if not normalise(block):
            continue
        if head and (byline := _BYLINE.fullmatch(head)) and not blocks:
            writer = byline[1][:1].upper() + byline[1][1:].strip()
        elif head and _DATE.fullmatch(head):
            continue  # when the article was published is none of its words
        elif head and not blocks and not title:
            title = head
        elif head:
            heading = head
        else:
            blocks.extend(_Block(part, heading, set_off) for part in _fitting(_without_bullet(block)))
    return _Article(title, writer, tuple(blocks))


def _groups(lines: Sequence[str]) -> Iterator[list[str]]:
    """Yield the lines of each paragraph or heading."""
    group: list[str] = []
    # Where no line is empty, each is a paragraph.
    dense = all(line.strip() for line in "\n".join(lines).strip().split("\n"))
    for line in [*lines, ""]:
        stripped = line.strip()
        if not stripped or _RULE.fullmatch(stripped):
            yield from _parted(group, alone=dense or any(len(each) > _WRAPPED for each in group))
            group = []
        else:
            group.append(stripped)


def _parted(group: list[str], *, alone: bool) -> Iterator[list[str]]:
    """Yield the lines of a group that is `alone`, that are headings, or that begin a list's item, by themselves.

    A line that goes on with the next one's small letter, or that is too long for a heading and ends no sentence, was
    broken by hand all the same.
    """
    width = max(map(len, group), default=0)
    part: list[str] = []
    for line in group:
        if part and (
            (alone and not _goes_on(part[-1], line))
            or line.startswith("#")
            or part[-1].startswith("#")
            or _is_item(line, part)
            or _stands_above(part, line, width)
        ):
            yield part
            part = []
        part.append(line)
    if part:
        yield part


def _goes_on(line: str, after: str) -> bool:
    return after[:1].islower() or (len(line) > _HEADING and line[-1] not in _NO_HEADING_END)


def _stands_above(part: Sequence[str], line: str, width: int) -> bool:
    """Whether a part is a heading, or the title over its writer, of which no empty line parts the rest.

    `width` is that of the longest line around: where the next word would have had room, the break was meant.
    """
    if len(part) > 1 or not _heading(part[0]) or len(sentences(part[0])) > 1:
        return False
    roomy = len(part[0]) + 1 + len(line.split(maxsplit=1)[0]) <= width
    return bool(_BYLINE.fullmatch(line)) or (roomy and not line[:1].islower())


def _is_item(line: str, part: Sequence[str]) -> bool:
    """Whether a line begins a list's item; a number at the start of a line may also end the sentence before it."""
    return bool(_BULLET.match(line)) and (
        not line[:1].isdigit() or part[-1].endswith((".", "!", "?", ":", ";")) or bool(_BULLET.match(part[0]))
    )


def _heading(block: str) -> str:
    """Return the words of a heading; nothing where the block is none."""
    marked = re.fullmatch(r"#{1,6}\s*(.*?)[\s#]*", block)
    words = marked[1] if marked else re.sub(r"^\*\*(.+)\*\*$", r"\1", block)
    if not normalise(words) or len(words) > _HEADING:
        return ""
    return words if marked or (words[-1] not in _NO_HEADING_END and not _BULLET.match(block)) else ""


def _without_bullet(block: str) -> str:
    """Return a list's item without its sign; a number within a paragraph ("it costs 110. The ...") is no sign."""
    found = _BULLET.match(block)
    return block[found.end() :] if found else block


def _fitting(text: str) -> Iterator[str]:
    """Yield a paragraph in parts that a passage can hold, parted between sentences where that is possible."""
    part = ""
    for sentence in sentences(text):
        for start in range(0, len(sentence), _LONGEST):
            piece = sentence[start : start + _LONGEST].strip()
            if part and len(part) + len(piece) >= _LONGEST:
                yield part
                part = ""
            part = f"{part} {piece}" if part else piece
    if normalise(part):
        yield part


def _names(blocks: Iterable[_Block]) -> dict[str, int]:
    """Return the names of people that the article may hold, with how often each is met, in its order."""
    times: Counter[str] = Counter()
    begun: Counter[str] = Counter()
    things: set[str] = set()
    weak: set[str] = set()
    for block in blocks:
        for sentence in sentences(block.text):
            for match in _NAME.finditer(sentence):
                name = _bare(match[0])
                if not name:
                    continue
                before = sentence[: match.start()].rstrip().rpartition(" ")[2].casefold()
                numbered = re.match(" [0-9]", sentence[match.end() :])
                if before == "the" or match[0].startswith("The ") or numbered:
                    things.add(name)
                elif match.start() <= 1 and " " not in name and name == match[0]:
                    weak.add(name)  # a capital that any sentence begins with
                else:
                    times[name] += 1
                    begun[name] += match.start() <= 1
    _merge(times, begun, things)
    return {name: n + (name in weak) for name, n in times.items() if name not in things}


def _merge(times: Counter[str], begun: Mapping[str, int], things: set[str]) -> None:
    """Leave out of `times` what is a name with another word at a sentence's beginning, a part of one, or a thing.

    `begun` tells how often each name begins a sentence.
    """
    for name in [name for name in times if times[name] == begun[name] and name.partition(" ")[2] in times]:
        # "Beyond Tarn Junction", where Tarn Junction is met elsewhere.
        times[name.partition(" ")[2]] += times.pop(name)
    for name in [name for name in times if " " not in name]:
        if name in things or any(" " in each and name in (each.split()[0], each.split()[-1]) for each in times):
            del times[name]


def _bare(name: str) -> str:
    """Return a name without the words before it that only begin a sentence; nothing where it is no name."""
    parts = re.sub(r"['\u2019]s$", "", name).split(" ")
    while parts and fold(parts[0]).rstrip(".").split("'")[0] in _NO_NAMES:
        parts.pop(0)
    if not parts or any(_CALENDAR.fullmatch(part) or fold(part) in _NO_NAMES for part in parts):
        return ""
    return " ".join(parts)


# -- What is there already ---------------------------------------------------------------------------


class _Folder:
    """An announcement's folder: its entries, and those to add."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.added: dict[str, int] = {}
        self._new: dict[str, list[str]] = {}
        if path.exists() and not path.is_dir():
            raise AnnouncementError((f"{path}: there's a file of this name; give the name of a folder",))
        self._held = {name: self._read(name) for name in _HEADERS if self.has(name)}

    def has(self, name: str) -> bool:
        return (self.path / name).exists()

    def entries(self, name: str, key: str) -> list[dict[str, Any]]:
        """Return the entries of a file as they are written: nothing in them is certain."""
        tables = self._held.get(name, {}).get(key, [])
        return [table for table in tables if isinstance(table, dict)] if isinstance(tables, list) else []

    def add(self, name: str, entry: str) -> None:
        """Note an entry for a file of many."""
        self._new.setdefault(name, []).append(entry)
        self.added[name] = self.added.get(name, 0) + 1

    def create(self, name: str, text: str) -> None:
        """Note a file of its own, unless there is one."""
        if not self.has(name):
            self._new[name] = [text]
            self.added["facts/"] = self.added.get("facts/", 0) + 1

    def begin(self, name: str, header: str, first: str = "") -> None:
        """Note a file with its comments, or a folder with its first file, unless it is there with something in it."""
        there = any((self.path / name).glob("*.toml")) if first else self.has(name)
        if not there:
            self._new[f"{name}/{first}" if first else name] = [header]

    def _read(self, name: str) -> dict[str, Any]:
        file = self.path / name
        try:
            return tomllib.loads(file.read_text(encoding="utf-8-sig"))
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise AnnouncementError((f"{file}: not valid TOML: {error}; nothing was changed",)) from None
        except OSError as error:
            raise AnnouncementError((f"{file}: can't be read: {error.strerror}; nothing was changed",)) from None

    def write(self) -> dict[str, int]:
        try:
            # Without a quote there is no fact, but the folder for them is there.
            (self.path / "facts").mkdir(parents=True, exist_ok=True)
            # The passages tell what is new: they come last, so that a run that broke off can be run again.
            for name, texts in sorted(self._new.items(), key=lambda item: item[0] == "passages.toml"):
                file = self.path / name
                file.parent.mkdir(parents=True, exist_ok=True)
                with file.open("a", encoding="utf-8", newline="\n") as opened:
                    opened.write("\n".join(["", *texts] if opened.tell() else texts))
        except OSError as error:
            raise AnnouncementError((f"{self.path}: can't be written: {error.strerror}",)) from None
        return self.added


# -- The draft ---------------------------------------------------------------------------------------


class _Inset(NamedTuple):
    """Whole sentences within a passage that are another's words."""

    start: int
    text: str
    speaker: str


class _Drafting:
    """One run: the article, the folder, and the ids and names that are taken."""

    def __init__(self, article: _Article, folder: _Folder) -> None:
        self.article = article
        self.folder = folder
        self.names = _names(article.blocks)
        speakers = folder.entries("speakers.toml", "speaker")
        topics = folder.entries("topics.toml", "topic")
        people = folder.entries("people.toml", "person")
        sources = folder.entries("sources.toml", "source")
        quotes = folder.entries("quotes.toml", "quote")
        # Speakers and topics share a box of names with the word for chance; people have one of their own.
        self._box = {"random", *_names_of(speakers), *_names_of(topics)}
        self._persons = _names_of(people) | _names_of(folder.entries("subjects.toml", "subject"))
        self._speakers = {name: str(entry.get("id")) for entry in speakers for name in _names_of([entry])}
        self._topics = {normalise(str(entry.get("name"))): str(entry.get("id")) for entry in topics}
        self._quoted = {normalise(str(entry.get("text"))) for entry in quotes}
        self._passages = _ids_of(folder.entries("passages.toml", "passage"))
        self._quotes = _ids_of(quotes)
        self._steps = _ids_of(folder.entries("timeline.toml", "entry"))
        self._source = str(sources[0].get("id")) if sources else ""
        self._writer = str(sources[0].get("author")) if sources else ""
        self._colours = len(speakers)

    def draw_up(self) -> None:
        """Collect everything to add."""
        # What an author may have done without is not brought back.
        fresh = not self.folder.has("announcement.toml")
        for name, header in _HEADERS.items():
            if fresh or name not in _OPTIONAL:
                self.folder.begin(name, header.format(open=OPEN))
        self._head()
        known = " ".join(normalise(str(entry.get("text"))) for entry in self.folder.entries("passages.toml", "passage"))
        before = ""
        new = []
        for block in self.article.blocks:
            if f" {normalise(block.text)} " not in f" {known} ":
                new.append((block, *self._passage(block, before, _MOVE if known else "")))
            before = block.text
        # A heading may be a speaker's name, so that the speakers come first.
        for block, passage, insets in new:
            self._quotes_of(block, passage, insets)
        self._people([block for block, _, _ in new])
        if fresh:
            self.folder.begin("words.toml", _WORDS)
            self.folder.begin("claims", _FIRST_CLAIM.format(open=OPEN), "first-claim.toml")
            self.folder.begin("out_of_scope", _OUTSIDE, "near-misses.toml")

    def _head(self) -> None:
        title = self.article.title
        if not self.folder.has("announcement.toml"):
            self.folder.add(
                "announcement.toml",
                _keys(id=_slug(title) or "announcement", title=title or OPEN, about=OPEN, timeline_title=_CAME_ABOUT),
            )
        if not self._source:
            self._writer = self._speaker(self.article.writer or "The author", "Wrote the article", by=None)
            self._source = "article"
            self.folder.add("sources.toml", _table("source", id="article", title=title or OPEN, author=self._writer))

    def _passage(self, block: _Block, before: str, note: str) -> tuple[str, list[_Inset]]:
        """Note a paragraph and whose words it holds, and return its id with what is quoted in it."""
        passage = _free(_slug(block.text, 5) or "passage", self._passages)
        speaker = self._writer
        insets: list[_Inset] = []
        if block.set_off:
            speaker = self._said_before(before)
        else:
            insets = list(self._insets(block.text, before))
        entry = _table("passage", id=passage, source=self._source, speaker=speaker, text=block.text)
        entry += "".join(f"\n{_table('passage.inset', speaker=each.speaker, text=each.text)}" for each in insets)
        self.folder.add("passages.toml", note + entry)
        return passage, insets

    def _quotes_of(self, block: _Block, passage: str, insets: Sequence[_Inset]) -> None:
        topics = [self._topic(block.heading)] if block.heading else []
        for text in _runs(block.text, insets):
            if normalise(text) not in self._quoted:
                self._quoted.add(normalise(text))
                self._quote(text, passage, topics)

    def _quote(self, text: str, passage: str, topics: list[str]) -> None:
        slug = _slug(text, 5)
        quote = _free(slug if "-" in slug else f"quote-{slug}".rstrip("-"), self._quotes)
        self.folder.add("quotes.toml", _table("quote", id=quote, passage=passage, topics=topics, text=text))
        self.folder.create(
            f"facts/{quote}.toml", _OF_FACT.format(open=OPEN, quote=_written(quote), text=text.replace("\n", " "))
        )
        if found := _DATE.search(text):
            step = _free(f"step-{_slug(found[0])}", self._steps)
            when = found[0][:1].upper() + found[0][1:]
            entry = _table("entry", id=step, when=when, title=OPEN, quote=quote, line=OPEN)
            self.folder.add("timeline.toml", entry)

    def _topic(self, heading: str) -> str:
        known = self._topics.get(normalise(heading))
        if known:
            return known
        name = heading if normalise(heading) not in self._box else f"On {heading}"
        topic = _free(_slug(heading) or "topic", set(), self._box)
        if normalise(topic) != normalise(name):
            name = name if normalise(name) not in self._box else f"{name} ({topic})"
        self._box |= {normalise(topic), normalise(name)}
        self._topics[normalise(heading)] = topic
        self.folder.add("topics.toml", _table("topic", id=topic, name=name, aliases=[]))
        return topic

    # -- whose words -----------------------------------------------------------------------------

    def _insets(self, text: str, before: str) -> Iterator[_Inset]:
        """Yield the quotations that are whole sentences; a few words in marks are the paragraph's own."""
        for match in _QUOTED.finditer(text):
            group = match.lastindex or 1
            quoted = match[group].strip()
            start = match.start(group) + len(match[group]) - len(match[group].lstrip())
            ends = quoted.endswith((".", "!", "?", "\u2026"))
            # A title in marks has few words; the words that are looked for first must be these.
            if ends and len(quoted.split()) > 2 and quoted[:1].isupper() and text.find(quoted) == start:  # noqa: PLR2004
                yield _Inset(start, quoted, self._said_around(text, match, before))

    def _said_around(self, text: str, match: re.Match[str], before: str) -> str:
        """Return the speaker of a quotation, if the words around it name one."""
        lead, rest = text[: match.start()], text[match.end() :]
        for found in (_AFTER.match(rest), _BEFORE.search(lead), _ACCORDING.search(lead), _JUST_SAID.search(lead)):
            if found:
                groups = found.groupdict()
                return self._named(groups.get("name") or groups.get("other") or "")
        return self._said_before(before) if not normalise(lead + rest) else OPEN

    def _said_before(self, before: str) -> str:
        """Return who is announced at the end of the paragraph before a quotation."""
        found = _BEFORE.search(before) if before.endswith(":") else None
        return self._named(found["name"]) if found else OPEN

    def _named(self, name: str) -> str:
        """Return the id of the speaker of this name; the mark where it isn't sure to be one."""
        bare = _bare(name)
        wholes = [known for known in self.names if bare in (known, known.split()[-1], known.split()[0])] if bare else []
        return self._speaker(wholes[0], OPEN, by=self._writer) if len(wholes) == 1 else OPEN

    def _speaker(self, name: str, role: str, by: str | None) -> str:
        known = self._speakers.get(normalise(name))
        if known:
            return known
        if normalise(name) in self._box:
            return OPEN  # a topic has this name already, and one of them needs another
        speaker = _free(_slug(name) or "speaker", set(), self._box)
        self._box |= {normalise(speaker), normalise(name)}
        self._speakers[normalise(name)] = speaker
        entry = _table("speaker", id=speaker, name=name, role=role, colour=_COLOURS[self._colours % len(_COLOURS)])
        self._colours += 1
        self.folder.add("speakers.toml", entry + (f"quoted_by = {_written(by)}\n" if by else ""))
        return speaker

    def _people(self, new: Sequence[_Block]) -> None:
        """Note the names that the new paragraphs hold: of two words, met again, or a speaker's."""
        names = _names(new)
        shared = Counter(part for name in names for part in {normalise(part) for part in name.split()})
        for name, times in names.items():
            sure = " " in name or times > 1 or normalise(name) in self._speakers
            if sure and normalise(name) not in self._persons:
                person = _free(_slug(name) or "person", set(), self._persons)
                self._persons |= {normalise(person), normalise(name)}
                aliases = _aliases(name, self._persons, shared)
                self.folder.add("people.toml", _table("person", id=person, name=name, aliases=aliases))


def _runs(text: str, insets: Sequence[_Inset]) -> Iterator[str]:
    """Yield the runs of whole sentences that a passage's quotes are: a sentence each, short ones with the next."""
    spans = [
        (start, end)
        for start, end in _spans(text)
        if all(end <= at or start >= at + len(words) for at, words, _ in insets)
    ]
    parts = [(at, at + len(words)) for at, words, _ in insets]
    groups = [[(at + start, at + end) for start, end in _spans(text[at:to])] for at, to in parts]
    # Sentences that an inset parts are not joined.
    own: list[list[tuple[int, int]]] = []
    for span in spans:
        if own and not any(own[-1][-1][1] <= at < span[0] for at, _ in parts):
            own[-1].append(span)
        else:
            own.append([span])
    for group in sorted(own + groups):
        for start, end in _joined(text, group):
            run = text[start:end]
            # What is said twice in a passage is a quote once; what leads to something left out says little alone.
            if text.find(run) == start and not introduces(run) and normalise(run):
                yield run


def _joined(text: str, spans: Sequence[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    run: list[tuple[int, int]] = []
    for span in spans:
        run.append(span)
        words = text[run[0][0] : span[1]]
        if (len(words.split()) >= _SHORT_QUOTE and not introduces(words)) or len(run) == FACT_SENTENCES:
            yield run[0][0], span[1]
            run = []
    if run:
        yield run[0][0], run[-1][1]


def _spans(text: str) -> list[tuple[int, int]]:
    """Return where each sentence begins and ends."""
    found, at = [], 0
    for sentence in sentences(text):
        start = text.index(sentence, at)
        at = start + len(sentence)
        found.append((start, at))
    return found


def _aliases(name: str, taken: set[str], shared: Counter[str]) -> list[str]:
    """Return the first and the last name, where they are nobody else's, and add them to `taken`.

    `shared` tells in how many names a word is.
    """
    found: list[str] = []
    for part in (name.split(maxsplit=1)[0], name.rsplit(maxsplit=1)[-1]):
        alias = normalise(part)
        if alias not in taken and shared[alias] == 1 and not part.endswith("."):
            found.append(alias)
            taken.add(alias)
    return found


# -- Writing -----------------------------------------------------------------------------------------


def _names_of(entries: Iterable[Mapping[str, Any]]) -> set[str]:
    """Return all by which entries are found, in the form in which names are compared."""
    found: set[str] = set()
    for entry in entries:
        aliases = entry.get("aliases", [])
        names = [entry.get("id"), entry.get("name"), *(aliases if isinstance(aliases, list) else [])]
        found |= {normalise(str(name)) for name in names if name}
    return found


def _ids_of(entries: Iterable[Mapping[str, Any]]) -> set[str]:
    return {str(entry.get("id")) for entry in entries}


def _slug(text: str, words: int = 8) -> str:
    """Return an id made of the first words; nothing where they have no letter of the alphabet and no digit."""
    found = re.findall("[a-z0-9]+", re.sub("['\u2019]", "", fold(text)))
    return "-".join(found[:words])[:60].strip("-")


def _free(wanted: str, ids: set[str], names: Iterable[str] = ()) -> str:
    """Return an id that is neither among `ids`, to which it is added, nor spelt like one of `names`."""
    found, n = wanted, 1
    while found in ids or normalise(found) in names:
        n += 1
        found = f"{wanted}-{n}"
    ids.add(found)
    return found


def _table(kind: str, /, **values: str | list[str]) -> str:
    return f"[[{kind}]]\n{_keys(**values)}"


def _keys(**values: str | list[str]) -> str:
    return "".join(f"{key} = {_written(value)}\n" for key, value in values.items())


def _written(value: str | list[str]) -> str:
    """Return a value as TOML has it; what is in a JSON string means the same there."""
    if isinstance(value, list):
        return f"[{', '.join(map(_written, value))}]"
    if '"' in value and "'''" not in value and not value.endswith("'"):
        return f"'''{value}'''"
    return json.dumps(value, ensure_ascii=False)

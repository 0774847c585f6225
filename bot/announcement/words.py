"""The words of the matter: what its check, its kinds of subjects, its verdicts and its strengths are called.

They are data. The program knows only what a word means: whether a verdict is a yes or a no, of how many members a kind
is, what part somebody has. A folder's `words.toml` names a preset and what it puts differently; without one, the
preset DEFAULT holds. What each key is for is told in data/README.md.
"""

from __future__ import annotations

import enum
import hashlib
import re
import tomllib
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final, Literal

import msgspec
from msgspec import Meta

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

FILE: Final = "words.toml"
PRESETS: Final = Path(__file__).with_name("presets")
# The words of folders that are older than words.toml.
DEFAULT: Final = "fandom"
# The strength of what is not addressed.
NO_STRENGTH: Final = "none"
# The commands that every announcement has, or may have: none of them can be called like another.
COMMANDS: Final = frozenset({"about", "ask", "daily", "help", "quiz", "quote", "timeline"})

Line = Annotated[str, Meta(min_length=1, max_length=400)]
# Discord's docs, Application Commands: a command's name and a menu's, and a description.
_Name = Annotated[str, Meta(min_length=1, max_length=32)]
_Described = Annotated[str, Meta(min_length=1, max_length=100)]
# Discord's docs, Component Reference: a button's label.
_Label = Annotated[str, Meta(min_length=1, max_length=80)]
# What stands between 'Who said it?' and the rest of a command's description.
_Title = Annotated[str, Meta(min_length=1, max_length=50)]
_Word = Annotated[str, Meta(min_length=1, max_length=60)]
_Colour = Annotated[str, Meta(pattern=r"^#[0-9A-Fa-f]{6}$")]

# As discord.py takes it, without the marks of two scripts that it adds.
_COMMAND = re.compile(r"[-_\w]{1,32}")
ID: Final = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_PLACEHOLDER = re.compile(r"\{([^{}]*)\}")
_VOWELS: Final = "aeiou"


class Meaning(enum.StrEnum):
    """What a verdict says of a statement: that it is so, that it isn't, that it is open, or nothing at all."""

    YES = "yes"
    NO = "no"
    OPEN = "open"
    SILENT = "silent"


class Part(enum.StrEnum):
    """What somebody is to the announcement: one whose account it is, one who is made up, or anybody else."""

    TELLER = "teller"
    FICTIONAL = "fictional"
    OTHER = "other"


class _Words(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What all words share: frozen, and strict about their keys."""


class CheckWords(_Words, frozen=True):
    """What the command that rules on statements is called, and what stands around it.

    `subject` describes what is typed; `menu` is its entry in a message's menu. `checks` follows the command's mention.
    """

    command: _Name
    description: _Described
    subject: _Described
    menu: _Name
    menu_description: Line
    checks: Line
    nothing: Line
    nothing_in_message: Line


class PairWords(_Words, frozen=True):
    """What subjects of two members are called, and what stands around all of them at once.

    `article` stands before the name; `together` follows two names of which nothing is said as such a pair.
    """

    name: _Word
    plural: _Word
    together: Line
    heading: _Described
    note: Line
    unlisted: Line
    pick: _Described
    all: _Described
    article: _Word | None = None


class QuizWords(_Words, frozen=True):
    """The quiz about claims: its title, what is chosen between, and what the answer was."""

    title: _Title
    yes: _Label
    no: _Label
    told_yes: Line
    told_no: Line


class AskingWords(_Words, frozen=True):
    """Words of questions: `words` ask for a verdict and claim nothing beyond it; what is on `stage` tells no claim."""

    words: tuple[str, ...]
    stage: tuple[str, ...]


class Kind(_Words, frozen=True):
    """A kind of subject: one somebody or something, or a pair; `labels` are its own for some verdicts, by their ids."""

    members: Literal[1, 2]
    labels: dict[str, _Word] = {}


class PersonKind(_Words, frozen=True):
    part: Part


class Verdict(_Words, frozen=True):
    """What can be ruled: what it means, how it is put, its colour, and of what it can be said."""

    means: Meaning
    label: _Word
    colour: _Colour
    of: tuple[Literal["subjects", "claims"], ...] = ("subjects", "claims")

    @property
    def accent(self) -> int:
        """The colour as 0xRRGGBB."""
        return int(self.colour[1:], 16)


class Words(msgspec.Struct, frozen=True, kw_only=True, dict=True):
    """All words of an announcement: texts ready to be shown, and kinds, verdicts and strengths by their ids."""

    check: CheckWords
    pair: PairWords
    quiz: QuizWords
    asking: AskingWords
    subjects: dict[str, Kind]
    people: dict[str, PersonKind]
    verdicts: dict[str, Verdict]
    strengths: dict[str, Line]

    def verdicts_of(self, what: Literal["subjects", "claims"]) -> tuple[str, ...]:
        """Return the ids of what can be ruled on subjects, or on claims."""
        return tuple(name for name, verdict in self.verdicts.items() if what in verdict.of)

    def means(self, verdict: str) -> Meaning:
        """Return what the verdict with this id says."""
        return self.verdicts[verdict].means

    @cached_property
    def silent(self) -> str:
        """The id of the verdict on what the announcement never mentions."""
        return next(name for name, verdict in self.verdicts.items() if verdict.means is Meaning.SILENT)

    def label(self, verdict: str, kind: str | None = None) -> str:
        """Return how a verdict is put, on a subject of this `kind` or on a claim."""
        own = self.subjects[kind].labels if kind else {}
        return own.get(verdict) or self.verdicts[verdict].label

    def is_pair(self, kind: str) -> bool:
        """Whether subjects of this kind have two members."""
        return self.subjects[kind].members == _PAIR

    def part(self, kind: str) -> Part:
        """Return what people of this kind are to the announcement."""
        return self.people[kind].part


_PAIR: Final = 2
_ASKING: Final = "asking"
# The tables whose texts may hold placeholders.
_FILLED: Final = ("check", "pair", "quiz")
# The form of each table; of the second ones each key is an id.
TABLES: Final[dict[str, type[msgspec.Struct]]] = {
    "check": CheckWords,
    "pair": PairWords,
    "quiz": QuizWords,
    _ASKING: AskingWords,
}
BY_ID: Final[dict[str, Any]] = {"subjects": Kind, "people": PersonKind, "verdicts": Verdict, "strengths": Line}
# The words of which some keys must be one, by the struct and the key.
CHOICES: Final[dict[Any, dict[str, tuple[str, ...]]]] = {
    Verdict: {"means": tuple(Meaning), "of": ("subjects", "claims")},
    PersonKind: {"part": tuple(Part)},
    Kind: {"members": ("1", "2")},
}


def presets() -> tuple[str, ...]:
    """Return the names of the presets that come with the program."""
    return tuple(sorted(path.stem for path in PRESETS.glob("*.toml")))


def preset(name: str = DEFAULT) -> Words:
    """Return the words of a preset."""
    return msgspec.convert(filled(merged(name, {})), Words)


def digest() -> str:
    """Return a short hash over the presets, which changes with them."""
    made = hashlib.blake2b(digest_size=8)
    for name in presets():
        made.update((PRESETS / f"{name}.toml").read_bytes())
    return made.hexdigest()


def merged(name: str, own: Mapping[str, Any]) -> dict[str, Any]:
    """Return the tables of a preset with those of an author over them, key by key; words of questions are added."""
    content = tomllib.loads((PRESETS / f"{name}.toml").read_text(encoding="utf-8"))
    found: dict[str, Any] = _over(content, own)
    for key, words in content[_ASKING].items():
        theirs = found[_ASKING].get(key) if isinstance(found[_ASKING], dict) else None
        if isinstance(theirs, list) and theirs is not words:
            found[_ASKING][key] = [*words, *(word for word in theirs if word not in words)]
    return found


def _over(below: Any, above: Any) -> Any:
    if isinstance(below, dict) and isinstance(above, dict):
        return {**below, **{key: _over(below[key], value) if key in below else value for key, value in above.items()}}
    return above


def filled(tables: Mapping[str, Any]) -> dict[str, Any]:
    """Return the tables with the placeholders in their texts filled in; what isn't known as one stays."""
    known = _known(tables)
    return {key: _filled(table, known) if key in _FILLED else table for key, table in tables.items()}


def with_article(name: str) -> str:
    """Return a name with 'a' or 'an' before it, as its first letter has it."""
    return f"{'an' if name[:1].lower() in _VOWELS else 'a'} {name}"


def _known(tables: Mapping[str, Any]) -> dict[str, str]:
    """Return what each placeholder stands for, as far as the tables tell; with a capital where it has one."""
    pair, check = (table if isinstance(table, dict) else {} for table in (tables["pair"], tables["check"]))
    name = str(pair.get("name"))
    one = f"{pair['article']} {name}" if pair.get("article") else with_article(name)
    known = {"pair": name, "pairs": str(pair.get("plural")), "a pair": one}
    capitals = {f"{key[0].upper()}{key[1:]}": f"{words[:1].upper()}{words[1:]}" for key, words in known.items()}
    return {**known, **capitals, "command": str(check.get("command"))}


def _filled(table: Any, known: Mapping[str, str]) -> Any:
    if not isinstance(table, dict):
        return table
    return {
        key: _PLACEHOLDER.sub(lambda found: known.get(found[1], found[0]), text) if isinstance(text, str) else text
        for key, text in table.items()
    }


def left_open(tables: Mapping[str, Any]) -> Iterator[str]:
    """Yield a mistake for each placeholder in the texts that isn't known."""
    known = _known(tables)
    for name in _FILLED:
        for key, text in tables[name].items() if isinstance(tables[name], dict) else ():
            for found in _PLACEHOLDER.findall(text) if isinstance(text, str) else ():
                if found not in known:
                    words = ", ".join(f"{{{word}}}" for word in known)
                    yield f"[{name}]: `{key}`: {{{found}}} isn't known; use one of {words}"


def check(words: Words) -> Iterator[str]:
    """Yield every mistake in what the words say together."""
    command = words.check.command
    if command != command.lower() or not _COMMAND.fullmatch(command):
        yield "[check]: `command` must be one word of small letters, digits, - and _"
    elif command in COMMANDS:
        yield f"[check]: `command`: there's a /{command} already; use another word"
    if all(verdict.means is not Meaning.SILENT for verdict in words.verdicts.values()):
        yield "[verdicts]: one of them must mean 'silent', for what the announcement never mentions"
    for kind, says in words.subjects.items():
        for verdict in says.labels:
            if verdict not in words.verdicts:
                yield f"[subjects.{kind}]: `labels` names '{verdict}', which isn't among the verdicts"
    if NO_STRENGTH in words.strengths:
        yield f"[strengths]: '{NO_STRENGTH}' is kept for what isn't addressed; use another word"

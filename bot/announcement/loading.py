"""Reads an announcement's folder into typed structs, or lists every mistake in it."""

from __future__ import annotations

import hashlib
import tomllib
from typing import TYPE_CHECKING, Any

import msgspec

from bot.announcement import model
from bot.announcement import words as matter
from bot.announcement.checking import check, completed, every, still_open, unchosen
from bot.errors import AnnouncementError

if TYPE_CHECKING:
    from pathlib import Path

# file name -> (the key of its tables, the struct of one table, the field of Announcement)
_TABLES: dict[str, tuple[str, type[msgspec.Struct], str]] = {
    "sources.toml": ("source", model.Source, "sources"),
    "speakers.toml": ("speaker", model.Speaker, "speakers"),
    "topics.toml": ("topic", model.Topic, "topics"),
    "passages.toml": ("passage", model.Passage, "passages"),
    "quotes.toml": ("quote", model.QuoteEntry, "quotes"),
    "people.toml": ("person", model.Person, "people"),
    "subjects.toml": ("subject", model.Subject, "subjects"),
    "timeline.toml": ("entry", model.Entry, "timeline"),
    "lexicon.toml": ("concept", model.Concept, "concepts"),
}
# The others may be missing.
_NEEDED = frozenset({"sources.toml", "speakers.toml", "topics.toml", "passages.toml", "quotes.toml", "facts"})
# folder -> (the struct of an entry, the form of one writer's phrasings of it, the field of Announcement); a file each
_FOLDERS: dict[str, tuple[type[msgspec.Struct], Any, str]] = {
    "claims": (model.Claim, model.PhrasedClaim, "claims"),
    "facts": (model.Fact, tuple[str, ...], "facts"),
}
# The order in which an author works, from the announcement's words to how people ask.
_WORK = (
    "announcement.toml",
    matter.FILE,
    "speakers.toml",
    "sources.toml",
    "passages.toml",
    "topics.toml",
    "quotes.toml",
    "facts",
    "people.toml",
    "subjects.toml",
    "claims",
    "timeline.toml",
    "out_of_scope",
    "lexicon.toml",
)
_OUT_OF_SCOPE = "out_of_scope"
# A writer's texts are told apart by what they are about; the learner knows these groups by these names.
_VOICE = {"facts": "questions", "claims": "claims", _OUT_OF_SCOPE: _OUT_OF_SCOPE}


def load(folder: Path) -> model.Announcement:
    """Read and check the announcement in `folder`.

    Raises AnnouncementError with every mistake found: file, entry and reason, in words for a person.
    """
    if not folder.is_dir():
        raise AnnouncementError(
            (f"{folder}: there's no such folder; give another to check-data, or set ANNOUNCEMENT_PATH",)
        )
    reading = _Reading(folder)
    words = reading.words()
    parts: dict[str, Any] = {field: reading.tables(name, key, struct) for name, (key, struct, field) in _TABLES.items()}
    parts |= {field: reading.entries(name, struct, form) for name, (struct, form, field) in _FOLDERS.items()}
    reading.out_of_scope()
    announcement = model.Announcement(head=reading.head(), words=words, phrasings=reading.phrasings(), **parts)
    if mistakes := [*reading.mistakes, *reading.of_its_own(check(announcement))]:
        raise AnnouncementError(tuple(sorted(mistakes, key=_place)))
    return completed(announcement)


def load_words(folder: Path) -> matter.Words:
    """Read the words of the announcement in `folder`. Raises AnnouncementError with every mistake in them."""
    reading = _Reading(folder)
    words = reading.words()
    if reading.mistakes:
        raise AnnouncementError(tuple(reading.mistakes))
    return words


def _place(mistake: str) -> int:
    """Return where the file of a mistake comes in an author's work: what others refer to comes before them."""
    file = mistake.split(":", 1)[0].split("/", 1)[0]
    return _WORK.index(file) if file in _WORK else len(_WORK)


def read_text(file: Path) -> str:
    """Return what a text file of an author's holds. Raises AnnouncementError where it can't be read, or isn't UTF-8."""
    try:
        return file.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise AnnouncementError((f"{file}: the file isn't UTF-8 text; save it as UTF-8",)) from None
    except OSError as error:
        raise AnnouncementError((f"{file}: can't be read: {error.strerror}",)) from None


def checksum(folder: Path) -> str:
    """Return a SHA-256 in hex over the names and bytes of all TOML files in `folder`, in a fixed order."""
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*.toml")):
        content = path.read_bytes()
        digest.update(f"{path.relative_to(folder).as_posix()}\0{len(content)}\0".encode())
        digest.update(content)
    return digest.hexdigest()


class _Reading:
    """What was read so far, and what went wrong.

    `unread` holds the files and `broken` the ids that could not be made sense of, `_partly` the files and folders that
    hold such an id; `_said` what each writer said, by
    folder and writer, of each entry.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.mistakes: list[str] = []
        self.unread: set[str] = set()
        self.broken: set[str] = set()
        self._partly: set[str] = set()
        self._words_known = True
        self._choices: dict[Any, dict[str, tuple[str, ...]]] = {**matter.CHOICES}
        self._said: dict[tuple[str, str], dict[str, Any]] = {}

    def file(self, name: str, *, needed: bool = True) -> dict[str, Any] | None:
        """Return the file's tables; None (and a mistake) where it is missing or no TOML; {} where it isn't `needed`."""
        try:
            # Some editors begin a file with a byte order mark; "utf-8-sig" passes over it.
            return tomllib.loads((self.folder / name).read_text(encoding="utf-8-sig"))
        except FileNotFoundError:
            if not needed:
                return {}
            self.mistakes.append(f"{name}: the file is missing; every announcement needs it")
        except UnicodeDecodeError:
            self.mistakes.append(f"{name}: the file isn't UTF-8 text; save it as UTF-8")
        except tomllib.TOMLDecodeError as error:
            self.mistakes.append(f"{name}: not valid TOML: {error}")
        except OSError as error:
            self.mistakes.append(f"{name}: can't be read: {error.strerror}")
        self.unread.add(name)
        return None

    def convert(self, content: object, struct: type[msgspec.Struct], where: str) -> Any:
        """Return the struct, or None (and every mistake in it)."""
        choices = self._choices.get(struct, {})
        # What follows from a mistake in the words isn't told.
        told = choices if self._words_known else {}
        try:
            converted = msgspec.convert(content, struct)
        except msgspec.ValidationError as error:
            found = every(content, struct, told, error)
        else:
            found = tuple(filter(None, (still_open(content, told), *unchosen(content, told))))
            if not found and not any(unchosen(content, choices)):
                return converted
        self.mistakes.extend(f"{where}: {mistake}" for mistake in found)
        return None

    def words(self) -> matter.Words:
        """Return the words of the matter, and from now on know what kinds, verdicts and strengths there are.

        Where they hold a mistake, the preset's do, and nothing is said of what isn't among them.
        """
        before = len(self.mistakes)
        content = dict(self.file(matter.FILE, needed=False) or {})
        name = content.pop("preset", matter.DEFAULT)
        if name not in matter.presets():
            known = " or ".join(f'"{each}"' for each in matter.presets())
            self.mistakes.append(f"{matter.FILE}: there's no preset '{name}'; use {known}")
            name = matter.DEFAULT
        words = self._words_of(matter.filled(matter.merged(name, content)))
        self._words_known = len(self.mistakes) == before
        if words is None:
            words = matter.preset(name)
        strengths = (*words.strengths, matter.NO_STRENGTH)
        self._choices[model.Person] = {"kind": tuple(words.people)}
        self._choices[model.Subject] = {
            "kind": tuple(words.subjects),
            "verdict": words.verdicts_of("subjects"),
            "strength": strengths,
        }
        self._choices[model.Claim] = {"ruling": words.verdicts_of("claims"), "strength": strengths}
        return words

    def _words_of(self, tables: dict[str, Any]) -> matter.Words | None:
        """Return the words in these tables, which are a preset's and what an author puts over them."""
        before = len(self.mistakes)
        found: dict[str, Any] = {}
        for table, content in tables.items():
            where = f"{matter.FILE}: [{table}]"
            if table in matter.TABLES:
                found[table] = self.convert(content, matter.TABLES[table], where)
            elif table not in matter.BY_ID:
                known = ", ".join([*matter.TABLES, *matter.BY_ID])
                self.mistakes.append(f"{matter.FILE}: '{table}' isn't known here; the tables are {known}")
            elif not isinstance(content, dict):
                self.mistakes.append(f"{where}: a table is expected, with a key and a value on each line")
            else:
                found[table] = self._by_id(table, content)
        if len(self.mistakes) > before:
            return None
        words = msgspec.convert(found, matter.Words)
        self.mistakes.extend(f"{matter.FILE}: {each}" for each in (*matter.left_open(tables), *matter.check(words)))
        return words

    def _by_id(self, table: str, content: dict[str, Any]) -> dict[str, Any]:
        """Return the entries of a table by their ids."""
        form = matter.BY_ID[table]
        found = {}
        for name, value in content.items():
            where = f"{matter.FILE}: [{table}.{name}]" if isinstance(value, dict) else f"{matter.FILE}: [{table}]"
            if not matter.ID.fullmatch(name):
                self.mistakes.append(f"{where}: '{name}' must be made of lowercase letters, digits and single hyphens")
            found[name] = self.convert(value, form, where if isinstance(value, dict) else f"{where}: `{name}`")
        return found

    def tables(self, name: str, key: str, struct: type[msgspec.Struct]) -> tuple[Any, ...]:
        """Return the entries of a file."""
        content = self.file(name, needed=name in _NEEDED)
        if content is None:
            return ()
        self.mistakes.extend(f"{name}: '{other}' isn't known here; use [[{key}]]" for other in content.keys() - {key})
        tables = content.get(key, [])
        if not isinstance(tables, list):
            self.mistakes.append(f"{name}: write [[{key}]] with two brackets before each entry")
            self.unread.add(name)
            return ()
        return tuple(
            entry
            for index, table in enumerate(tables, 1)
            if (entry := self._entry(table, struct, name, key, index)) is not None
        )

    def _entry(self, table: object, struct: type[msgspec.Struct], name: str, key: str, index: int) -> Any:
        entry_id = table.get("id") if isinstance(table, dict) else None
        # A person finds the entry by its id, else by its place.
        where = f"{key} '{entry_id}'" if isinstance(entry_id, str) else f"{key} number {index}"
        entry = self.convert(table, struct, f"{name}: {where}")
        if entry is None:
            self.unread.add(name) if entry_id is None else self.broken.add(str(entry_id))
            self._partly.add(name)
        return entry

    def head(self) -> model.Head:
        """Return what the announcement is; something to go on with where that cannot be read."""
        content = self.file("announcement.toml")
        found = None if content is None else self.convert(content, model.Head, "announcement.toml")
        return found or model.Head(id="x", title="x", about="x")

    def entries(self, name: str, struct: type[msgspec.Struct], form: Any) -> tuple[Any, ...]:
        """Return the entries of a folder, each named by its file, in the order of their names."""
        folder = self.folder / name
        if not folder.is_dir() and name not in _NEEDED:
            return ()
        if not folder.is_dir():
            self.mistakes.append(f"{name}/: the folder is missing; every announcement needs it")
            self.unread.add(f"{name}/")
            return ()
        return tuple(
            entry
            for path in sorted(folder.glob("*.toml"))
            if (entry := self._of_file(name, path.stem, struct, form)) is not None
        )

    def _of_file(self, name: str, entry_id: str, struct: type[msgspec.Struct], form: Any) -> Any:
        file = f"{name}/{entry_id}.toml"
        content = self.file(file)
        if content is not None:
            self._phrased(name, entry_id, content.pop("phrasings", {}), form)
        entry = None if content is None else self.convert({**content, "id": entry_id}, struct, file)
        if entry is None:
            self.broken.add(entry_id)
            self._partly.add(f"{name}/")
        return entry

    def out_of_scope(self) -> None:
        """Read what the announcement does not answer, from files by what it is about."""
        for path in sorted((self.folder / _OUT_OF_SCOPE).glob("*.toml")):
            file = f"{_OUT_OF_SCOPE}/{path.name}"
            content = self.file(file) or {}
            self.mistakes.extend(
                f"{file}: '{other}' isn't known here; use [questions]" for other in content.keys() - {"questions"}
            )
            self._phrased(_OUT_OF_SCOPE, path.stem, content.get("questions", {}), tuple[str, ...])

    def _phrased(self, folder: str, entry_id: str, phrasings: object, form: Any) -> None:
        """Keep what each writer said of an entry."""
        file = f"{folder}/{entry_id}.toml"
        if not isinstance(phrasings, dict):
            self.mistakes.append(f"{file}: write each writer's phrasings beneath the writer's name")
            return
        for writer, said in phrasings.items():
            converted = self.convert(said, form, f"{file}: '{writer}'")
            if converted is not None:
                self._said.setdefault((folder, writer), {})[entry_id] = converted

    def phrasings(self) -> tuple[model.Phrasings, ...]:
        """Return one Phrasings for each writer and folder."""
        found = []
        for (folder, writer), said in sorted(self._said.items()):
            voice = f"{_VOICE[folder]}/{writer}"
            outside = tuple(text for texts in said.values() for text in texts) if folder == _OUT_OF_SCOPE else ()
            facts = said if folder == "facts" else {}
            claims = said if folder == "claims" else {}
            found.append(model.Phrasings(voice=voice, facts=facts, claims=claims, out_of_scope=outside))
        return tuple(found)

    def of_its_own(self, found: tuple[str, ...]) -> list[str]:
        """Return those of the mistakes `found` that do not merely follow from what could not be read."""
        return [
            mistake
            for mistake in found
            if not any(f"'{broken}'" in mistake for broken in self.broken)
            and not any(mistake.endswith(f"which isn't in {file}") for file in self.unread)
            and mistake.split(":")[0] not in self.unread
            and not any(mistake.startswith(f"{file}: has no entries") for file in self._partly)
        ]

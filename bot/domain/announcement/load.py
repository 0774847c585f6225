"""Reads an announcement's folder into typed structs, or lists every mistake in it."""

from __future__ import annotations

import hashlib
import tomllib
from typing import TYPE_CHECKING, Any

import msgspec

from bot.domain.announcement import model
from bot.domain.announcement.check import check
from bot.domain.announcement.words import plain
from bot.domain.errors import AnnouncementError

if TYPE_CHECKING:
    from pathlib import Path

# file name -> (the key of its tables, the struct of one table, the field of Announcement)
_TABLES: dict[str, tuple[str, type[msgspec.Struct], str]] = {
    "sources.toml": ("source", model.Source, "sources"),
    "speakers.toml": ("speaker", model.Speaker, "speakers"),
    "topics.toml": ("topic", model.Topic, "topics"),
    "passages.toml": ("passage", model.Passage, "passages"),
    "quotes.toml": ("quote", model.Quote, "quotes"),
    "people.toml": ("person", model.Person, "people"),
    "subjects.toml": ("subject", model.Subject, "subjects"),
    "claims.toml": ("claim", model.Claim, "claims"),
    "facts.toml": ("fact", model.Fact, "facts"),
    "timeline.toml": ("entry", model.Entry, "timeline"),
    "lexicon.toml": ("concept", model.Concept, "concepts"),
}
# folder of voices -> the key under which its files hold their sentences
_VOICES = {"questions": "facts", "claims": "", "out_of_scope": "questions"}


def load(folder: Path) -> model.Announcement:
    """Read and check the announcement in `folder`.

    Raises AnnouncementError with every mistake found: file, entry and reason, in words for a person.
    """
    if not folder.is_dir():
        raise AnnouncementError(
            (f"{folder}: there is no such folder; name one for check-data, or in ANNOUNCEMENT_PATH",)
        )
    reading = _Reading(folder)
    parts: dict[str, Any] = {field: reading.tables(name, key, struct) for name, (key, struct, field) in _TABLES.items()}
    announcement = model.Announcement(head=reading.head(), phrasings=reading.phrasings(), **parts)
    if mistakes := [*reading.mistakes, *reading.of_its_own(check(announcement))]:
        raise AnnouncementError(tuple(mistakes))
    return announcement


def checksum(folder: Path) -> str:
    """Return a SHA-256 in hex over the names and bytes of all TOML files in `folder`, in a fixed order."""
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*.toml")):
        content = path.read_bytes()
        digest.update(f"{path.relative_to(folder).as_posix()}\0{len(content)}\0".encode())
        digest.update(content)
    return digest.hexdigest()


class _Reading:
    """What went wrong so far; `unread` holds the files and `broken` the ids that could not be made sense of."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.mistakes: list[str] = []
        self.unread: set[str] = set()
        self.broken: set[str] = set()

    def file(self, name: str) -> dict[str, Any] | None:
        """Return the file's tables; None (and a mistake) where it is missing or no TOML."""
        try:
            # Some editors begin a file with a byte order mark; "utf-8-sig" passes over it.
            return tomllib.loads((self.folder / name).read_text(encoding="utf-8-sig"))
        except FileNotFoundError:
            self.mistakes.append(f"{name}: the file is missing; every announcement needs it")
        except UnicodeDecodeError:
            self.mistakes.append(f"{name}: the file is not UTF-8 text; save it as UTF-8")
        except tomllib.TOMLDecodeError as error:
            self.mistakes.append(f"{name}: not valid TOML: {error}")
        except OSError as error:
            self.mistakes.append(f"{name}: cannot be read: {error.strerror}")
        self.unread.add(name)
        return None

    def convert(self, content: object, struct: type[msgspec.Struct], where: str) -> Any:
        """Return the struct, or None (and a mistake)."""
        try:
            return msgspec.convert(content, struct)
        except msgspec.ValidationError as error:
            self.mistakes.append(f"{where}: {plain(str(error), struct)}")
            return None

    def tables(self, name: str, key: str, struct: type[msgspec.Struct]) -> tuple[Any, ...]:
        """Return the entries of a file."""
        content = self.file(name)
        if content is None:
            return ()
        self.mistakes.extend(f"{name}: '{other}' is not known here; use [[{key}]]" for other in content.keys() - {key})
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
        return entry

    def head(self) -> model.Head:
        """Return what the announcement is; something to go on with where that cannot be read."""
        content = self.file("announcement.toml")
        found = None if content is None else self.convert(content, model.Head, "announcement.toml")
        return found or model.Head(id="x", title="x", about="x", work="x", timeline_title="x")

    def phrasings(self) -> tuple[model.Phrasings, ...]:
        """Return one Phrasings for each voice file; the voice is the file's name within its folder."""
        names = [f"{kind}/{path.name}" for kind in _VOICES for path in sorted((self.folder / kind).glob("*.toml"))]
        return tuple(found for name in names if (found := self._voice(name)) is not None)

    def _voice(self, name: str) -> model.Phrasings | None:
        content = self.file(name)
        if content is None:
            return None
        kind = name.partition("/")[0]
        known = _VOICES[kind]
        voice = name.removesuffix(".toml")
        if kind == "claims":
            claims = {
                claim: self.convert(phrased, model.PhrasedClaim, f"{name}: '{claim}'")
                for claim, phrased in content.items()
            }
            kept = {claim: phrased for claim, phrased in claims.items() if phrased is not None}
            return model.Phrasings(voice=voice, facts={}, claims=kept, out_of_scope=())
        self.mistakes.extend(
            f"{name}: '{other}' is not known here; use '{known}'" for other in content.keys() - {known}
        )
        facts = content.get(known, {}) if kind == "questions" else {}
        out_of_scope = content.get(known, []) if kind == "out_of_scope" else []
        raw = {"voice": voice, "facts": facts, "claims": {}, "out_of_scope": out_of_scope}
        phrasings: model.Phrasings | None = self.convert(raw, model.Phrasings, name)
        return phrasings

    def of_its_own(self, found: tuple[str, ...]) -> list[str]:
        """Return those of the mistakes `found` that do not merely follow from what could not be read."""
        return [
            mistake
            for mistake in found
            if not any(f"'{broken}'" in mistake for broken in self.broken)
            and not any(mistake.endswith(f"which {file} does not hold") for file in self.unread)
            and mistake.split(":")[0] not in self.unread
        ]

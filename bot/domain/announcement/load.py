"""Reads an announcement's folder into typed structs, or lists every mistake in it."""

from __future__ import annotations

import hashlib
import tomllib
from typing import TYPE_CHECKING, Any

import msgspec

from bot.domain.announcement import model
from bot.domain.announcement.check import check
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
_VOICES = ("questions", "claims", "out_of_scope")


def load(folder: Path) -> model.Announcement:
    """Read and check the announcement in `folder`.

    Raises AnnouncementError with every mistake found: file, entry and reason, in words for a person.
    """
    if not folder.is_dir():
        raise AnnouncementError((f"{folder}: there is no such folder; ANNOUNCEMENT_PATH should name one",))
    mistakes: list[str] = []
    parts: dict[str, Any] = {
        field: _tables(folder / name, key, struct, mistakes) for name, (key, struct, field) in _TABLES.items()
    }
    parts["head"] = _convert(_read(folder / "announcement.toml", mistakes), model.Head, "announcement.toml", mistakes)
    parts["phrasings"] = _phrasings(folder, mistakes)
    if mistakes:
        raise AnnouncementError(tuple(mistakes))
    announcement = model.Announcement(**parts)
    if found := check(announcement):
        raise AnnouncementError(found)
    return announcement


def checksum(folder: Path) -> str:
    """Return a SHA-256 in hex over the names and bytes of all TOML files in `folder`, in a fixed order."""
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*.toml")):
        content = path.read_bytes()
        digest.update(f"{path.relative_to(folder).as_posix()}\0{len(content)}\0".encode())
        digest.update(content)
    return digest.hexdigest()


def _read(path: Path, mistakes: list[str]) -> dict[str, Any] | None:
    """Return the file's tables; None (and a mistake) where it is missing or no TOML."""
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        mistakes.append(f"{path.name}: the file is missing; every announcement needs it")
    except UnicodeDecodeError:
        mistakes.append(f"{path.name}: the file is not UTF-8 text; save it as UTF-8")
    except tomllib.TOMLDecodeError as error:
        mistakes.append(f"{path.name}: not valid TOML: {error}")
    return None


def _tables(path: Path, key: str, struct: type[msgspec.Struct], mistakes: list[str]) -> tuple[Any, ...]:
    content = _read(path, mistakes)
    if content is None:
        return ()
    mistakes.extend(f"{path.name}: '{other}' is not known here; use [[{key}]]" for other in content.keys() - {key})
    tables = content.get(key, [])
    if not isinstance(tables, list):
        mistakes.append(f"{path.name}: write [[{key}]] with two brackets before each entry")
        return ()
    entries = (
        _convert(table, struct, f"{path.name}: {_name(key, index, table)}", mistakes)
        for index, table in enumerate(tables, 1)
    )
    return tuple(entry for entry in entries if entry is not None)


def _name(key: str, index: int, table: object) -> str:
    """Return how a person finds the entry: by its id, else by its place."""
    if isinstance(table, dict) and isinstance(table.get("id"), str):
        return f"{key} '{table['id']}'"
    return f"{key} number {index}"


def _convert(content: object, struct: type[msgspec.Struct], where: str, mistakes: list[str]) -> Any:
    if content is None:
        return None
    try:
        return msgspec.convert(content, struct)
    except msgspec.ValidationError as error:
        mistakes.append(f"{where}: {_plain(str(error))}")
        return None


def _plain(reason: str) -> str:
    """Return msgspec's message in words for a person who edits the file."""
    words = {
        "Object missing required field": "the entry lacks the key",
        "Object contains unknown field": "the entry has a key that is not known here:",
        "Expected `str`, got `int`": "text is expected: put it between quotes",
        "- at `$.": "- at `",
        "matching regex '^[a-z0-9]+(-[a-z0-9]+)*$'": "of small letters, digits and single hyphens",
    }
    for machine, person in words.items():
        reason = reason.replace(machine, person)
    return reason


def _phrasings(folder: Path, mistakes: list[str]) -> tuple[model.Phrasings, ...]:
    """Return one Phrasings for each voice file; the voice is the file's name within its folder."""
    found: list[model.Phrasings] = []
    for kind in _VOICES:
        for path in sorted((folder / kind).glob("*.toml")):
            content = _read(path, mistakes)
            if content is None:
                continue
            where = f"{kind}/{path.name}"
            raw: dict[str, Any] = {
                "voice": f"{kind}/{path.stem}",
                "facts": {},
                "claims": {},
                "out_of_scope": [],
            }
            if kind == "claims":
                raw["claims"] = content
            else:
                known, field = ("facts", "facts") if kind == "questions" else ("questions", "out_of_scope")
                raw[field] = content.pop(known, raw[field])
                mistakes.extend(f"{where}: '{other}' is not known here; use '{known}'" for other in content)
            if phrasings := _convert(raw, model.Phrasings, where, mistakes):
                found.append(phrasings)
    return tuple(found)

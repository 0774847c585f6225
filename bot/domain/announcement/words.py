"""What msgspec says of an entry, in words for a person who edits the file."""

from __future__ import annotations

import re
import typing
from typing import TYPE_CHECKING, Any, Final

import msgspec

if TYPE_CHECKING:
    from collections.abc import Iterator

_AT = re.compile(r" - at `\$\.?(.*)`$")
_FIELD = re.compile(r"[a-z_]+")
# What a pattern of the structs asks for.
_PATTERNS: Final = {
    "^[a-z0-9]+(-[a-z0-9]+)*$": "must be made of small letters, digits and single hyphens",
    "^#[0-9A-Fa-f]{6}$": "must be a colour such as #2F6DB5",
}
# What TOML's types are called, and how they are written.
_TYPES: Final = {
    "str": "text is expected, in quotation marks",
    "array": "a list is expected, in square brackets",
    "object": "a table is expected, with a key and a value on each line",
    "bool": "true or false is expected, without quotation marks",
}
_RULES: Final = (
    (re.compile(r"Object missing required field `(.+)`"), r"the entry lacks the key `\1`"),
    (re.compile(r"Object contains unknown field `(.+)`"), r"the entry has a key that is not known here: `\1`"),
    (re.compile(r"Expected `str` of length >= 1"), "{at} must not be empty"),
    (re.compile(r"Expected `str` of length <= (\d+)"), r"{at} is too long; at most \1 characters fit"),
    (re.compile(r"Expected `array` of length <= (\d+)"), r"{at} holds too many; at most \1 fit"),
)
_MATCHING = re.compile(r"Expected `str` matching regex '(.+)'")
_EXPECTED = re.compile(r"Expected `(\w+)(?: \| null)?`, got `\w+`")
_ENUM = re.compile(r"Invalid enum value (.+)")


def plain(reason: str, struct: type[msgspec.Struct]) -> str:
    """Return msgspec's `reason` for refusing an entry of this kind, without a word of Python."""
    found = _AT.search(reason)
    place = _place(found[1]) if found else ""
    at = f"`{place}`" if place else "the entry"
    said = _AT.sub("", reason)
    for rule, words in _RULES:
        if match := rule.fullmatch(said):
            return match.expand(words).replace("{at}", at)
    if match := _MATCHING.fullmatch(said):
        return f"{at} {_PATTERNS[match[1]]}"
    if match := _EXPECTED.fullmatch(said):
        return f"{at}: {_TYPES.get(match[1], f'{match[1]} is expected')}"
    if (match := _ENUM.fullmatch(said)) and found:
        return f"{at} must be one of {', '.join(_allowed(struct, found[1]))}; it is {match[1]}"
    return reason


def _place(path: str) -> str:
    """Return the key of a path such as `topics[0]` or `inset[0].text`."""
    return re.sub(r"\[[^\]]*\]", "", path)


def _allowed(struct: type[msgspec.Struct], path: str) -> tuple[str, ...]:
    """Return the words of which the key at `path` must be one."""
    field = _FIELD.match(path)
    kinds = {each.name: each.type for each in msgspec.structs.fields(struct)}
    return tuple(_literals(kinds[field[0]])) if field else ()


def _literals(kind: Any) -> Iterator[str]:
    if typing.get_origin(kind) is typing.Literal:
        yield from typing.get_args(kind)
    else:
        for part in typing.get_args(kind):
            yield from _literals(part)

"""The small checks that all bodies are checked with; each notes its problem and goes on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Collection

    from sandbox.errors import Problems

Path = tuple[str | int, ...]


class Fields:
    """One object of a body, with the place where it stands."""

    def __init__(self, problems: Problems, given: Any, path: Path = ()) -> None:
        self.problems = problems
        self.path = path
        self.ok = isinstance(given, dict)
        self.given: dict[str, Any] = given if isinstance(given, dict) else {}
        if not self.ok:
            self.note("MODEL_TYPE_CONVERT", "Only dictionaries may be used in a ModelType")

    def note(self, code: str, message: str, *at: str | int) -> None:
        """Note a problem of this object or of something in it."""
        self.problems.add((*self.path, *at), code, message)

    def get(self, key: str, *, required: bool = False) -> Any:
        """Give a field's value; a missing one is noted if it is required."""
        value = self.given.get(key)
        if value is None and required:
            self.note("BASE_TYPE_REQUIRED", "This field is required", key)
        return value

    def text(self, key: str, most: int, least: int = 0, *, required: bool = False, trimmed: bool = False) -> str | None:
        """Check a text and its length (counted in code points, as Discord's clients do).

        `trimmed`: white space around it does not count, and one of white space alone is none.
        """
        value = self.get(key, required=required)
        if value is None:
            return None
        if not isinstance(value, str):
            self.note("STRING_TYPE_CONVERT", "Could not interpret as string.", key)
            return None
        if trimmed and value:
            value = value.strip()
            if required and not value:
                self.note("BASE_TYPE_REQUIRED", "This field is required", key)
                return None
        if len(value) > most or len(value) < least:
            self.note_length(key, most, least)
        return value

    def note_length(self, key: str, most: int, least: int) -> None:
        if least:
            self.note("BASE_TYPE_BAD_LENGTH", f"Must be between {least} and {most} in length.", key)
        else:
            self.note("BASE_TYPE_MAX_LENGTH", f"Must be {most} or fewer in length.", key)

    def integer(self, key: str, least: int, most: int, *, required: bool = False) -> int | None:
        """Check a whole number and its range."""
        value = self.get(key, required=required)
        if value is None:
            return None
        if not isinstance(value, int) or isinstance(value, bool):
            self.note("NUMBER_TYPE_COERCE", f'Value "{value}" is not int.', key)
            return None
        if value < least:
            self.note("NUMBER_TYPE_MIN", f"int value should be greater than or equal to {least}.", key)
        elif value > most:
            self.note("NUMBER_TYPE_MAX", f"int value should be less than or equal to {most}.", key)
        return value

    def choice(self, key: str, allowed: Collection[Any], *, required: bool = False) -> Any:
        """Check that a value is one of some."""
        value = self.get(key, required=required)
        if value is not None and (isinstance(value, list | dict | bool) or value not in allowed):
            shown = ", ".join(str(each) for each in sorted(allowed))
            self.note("BASE_TYPE_CHOICES", f"Value must be one of {{{shown}}}.", key)
            return None
        return value

    def boolean(self, key: str) -> bool | None:
        """Check a truth value."""
        value = self.get(key)
        if value is not None and not isinstance(value, bool):
            self.note("BOOLEAN_TYPE_CONVERT", "Must be either true or false.", key)
            return None
        return value

    def items(self, key: str, most: int, least: int = 0, *, required: bool = False) -> list[Any]:
        """Check a list and its length."""
        value = self.get(key, required=required)
        if value is None:
            return []
        if not isinstance(value, list):
            self.note("LIST_TYPE_CONVERT", "Only iterables may be used in a ListType", key)
            return []
        if len(value) > most or len(value) < least:
            self.note_length(key, most, least)
        return value

    def url(self, key: str, most: int = 2048, *, schemes: Collection[str], required: bool = False) -> str | None:
        """Check an address and its scheme."""
        value = self.text(key, most, required=required)
        if value is not None and value.partition("://")[0] not in schemes:
            shown = ", ".join(f"'{each}'" for each in sorted(schemes))
            self.note(
                "URL_TYPE_INVALID_SCHEME", f"Scheme must be one of ({shown}).", key
            ) if "://" in value else self.note("URL_TYPE_INVALID_URL", "Not a well formed URL.", key)
        return value

    def inner(self, given: Any, *at: str | int) -> Fields:
        """Go into an object in this one."""
        return Fields(self.problems, given, (*self.path, *at))

"""Checks of application commands and of completions (Discord's docs, "Application commands")."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING, Any

from sandbox.checks.fields import Fields
from sandbox.errors import Problems, fault

if TYPE_CHECKING:
    from sandbox.model import Interaction

_STRING, _INTEGER = 3, 4


def check_choices(data: dict[str, Any], interaction: Interaction) -> None:
    """Check the choices against the option that they are for."""
    problems = Problems()
    fields = Fields(problems, data, ("data",))
    kind = (focused(interaction.data.get("options") or []) or {}).get("type", _STRING)
    for number, each in enumerate(fields.items("choices", 25, required=True)):
        choice = fields.inner(each, "choices", number)
        choice.text("name", 100, 1, required=True)
        if kind == _STRING:
            choice.text("value", 100, required=True)
        else:
            value = choice.get("value", required=True)
            fitting = int if kind == _INTEGER else (int | float)
            if value is not None and (not isinstance(value, fitting) or isinstance(value, bool)):
                choice.note("NUMBER_TYPE_COERCE", f'Value "{value}" is not of the option\'s type.', "value")
    problems.raise_any()


def focused(options: list[dict[str, Any]]) -> dict[str, Any] | None:
    """Find the option in which the person is typing."""
    for each in options:
        if each.get("focused"):
            return each
        found = focused(each.get("options") or [])
        if found is not None:
            return found
    return None


CHAT, USER, MESSAGE = 1, 2, 3
SUBCOMMAND, GROUP, STRING, INTEGER, CHANNEL, NUMBER = 1, 2, 3, 4, 7, 10
_TYPES = range(1, 12)
_MOST_OF = {CHAT: 100, USER: 15, MESSAGE: 15}
_MOST_IN_ALL = 8000  # characters of names, descriptions and choices' values together
_MARKS = ("DEVANAGARI", "THAI")


def check_set(given: list[Any]) -> None:
    """Check all commands of a scope together: each by itself, names unique by type, not too many."""
    problems = Problems()
    seen: set[tuple[str, int]] = set()
    count: dict[int, int] = {}
    for number, each in enumerate(given):
        fields = Fields(problems, each, (number,))
        _check(fields)
        kind = fields.given.get("type") or CHAT
        name = str(fields.given.get("name"))
        if not isinstance(kind, int):
            continue  # noted already
        if (name, kind) in seen:
            fields.note("APPLICATION_COMMANDS_DUPLICATE_NAME", "Application command names must be unique", "name")
        seen.add((name, kind))
        count[kind] = count.get(kind, 0) + 1
    problems.raise_any()
    if any(number > _MOST_OF[kind] for kind, number in count.items()):
        raise fault(30032)


def check_command(given: dict[str, Any]) -> None:
    problems = Problems()
    _check(Fields(problems, given))
    problems.raise_any()


def valid_name(name: str) -> bool:
    r"""Tell whether a name keeps to `^[-_'\p{L}\p{N}\p{sc=Deva}\p{sc=Thai}]{1,32}$`, without capitals."""
    return name == name.lower() and all(_valid_character(each) for each in name)


def _valid_character(one: str) -> bool:
    if one in "-_'" or unicodedata.category(one)[0] in "LN":
        return True
    return unicodedata.category(one)[0] == "M" and unicodedata.name(one, "").startswith(_MARKS)


def _check(fields: Fields) -> None:
    if not fields.ok:
        return
    kind = fields.choice("type", _MOST_OF) or CHAT
    name = fields.text("name", 32, 1, required=True)
    _localizations(fields, "name_localizations", 32, chat=kind == CHAT)
    if kind == CHAT:
        _name(fields, name)
        fields.text("description", 100, 1, required=True)
        _localizations(fields, "description_localizations", 100)
        _options(fields, deep=0)
        if _length(fields.given) > _MOST_IN_ALL:
            message = f"Command exceeds maximum size ({_MOST_IN_ALL})"
            fields.note("APPLICATION_COMMAND_TOO_LARGE", message)
    else:
        for key in ("description", "options"):
            if fields.given.get(key):
                message = "Context menu commands cannot have this field"
                fields.note("APPLICATION_COMMAND_INVALID_FIELD", message, key)
    _places(fields)


def _places(fields: Fields) -> None:
    for key, allowed in (("contexts", {0, 1, 2}), ("integration_types", {0, 1})):
        value = fields.given.get(key)
        if value is None:
            continue
        listed = fields.items(key, len(allowed), 1)
        if any(each not in list(allowed) for each in listed) or len({str(each) for each in listed}) < len(listed):
            fields.note("BASE_TYPE_CHOICES", f"Values must be unique and among {sorted(allowed)}.", key)
    wanted = fields.given.get("default_member_permissions")
    if wanted is not None and not str(wanted).isdecimal():
        fields.note("NUMBER_TYPE_COERCE", f'Value "{wanted}" is not a permission set.', "default_member_permissions")


def _name(fields: Fields, name: str | None) -> None:
    if name is not None and not valid_name(name):
        fields.note(
            "APPLICATION_COMMAND_INVALID_NAME", "Command name is invalid (small letters, digits, - and _)", "name"
        )


def _localizations(fields: Fields, key: str, most: int, *, chat: bool = False) -> None:
    given = fields.given.get(key)
    if given is None:
        return
    inner = fields.inner(given, key)
    for locale in inner.given:
        text = inner.text(locale, most, 1)
        if chat and text is not None and not valid_name(text):
            inner.note("APPLICATION_COMMAND_INVALID_NAME", "Command name is invalid", locale)


def _options(fields: Fields, deep: int) -> None:
    """Check options: nested at most group > subcommand > value, required before optional, unique names."""
    names: set[str] = set()
    kinds: set[bool] = set()
    optional_seen = False
    for number, each in enumerate(fields.items("options", 25)):
        option = fields.inner(each, "options", number)
        kind = option.choice("type", _TYPES, required=True)
        name = option.text("name", 32, 1, required=True)
        _name(option, name)
        option.text("description", 100, 1, required=True)
        _localizations(option, "name_localizations", 32, chat=True)
        _localizations(option, "description_localizations", 100)
        if name in names:
            option.note("APPLICATION_COMMAND_OPTIONS_NAME_ALREADY_EXISTS", "Option name already exists", "name")
        names.add(name or "")
        kinds.add(kind in (SUBCOMMAND, GROUP))
        if kind in (SUBCOMMAND, GROUP):
            _nested(option, int(kind), deep)
            continue
        required = option.boolean("required") or False
        if required and optional_seen:
            option.note("APPLICATION_COMMAND_OPTIONS_REQUIRED_INVALID", "Required options must be placed before others")
        optional_seen = optional_seen or not required
        _value_option(option, kind or STRING)
    if len(kinds) > 1:
        fields.note(
            "APPLICATION_COMMAND_OPTIONS_TYPE_INVALID", "Subcommands and values cannot stand together", "options"
        )


def _nested(option: Fields, kind: int, deep: int) -> None:
    if deep > 1 or (kind == GROUP and deep > 0):
        option.note("APPLICATION_COMMAND_OPTIONS_TYPE_INVALID", "Sub-command option type is invalid here", "type")
        return
    inner = [each.get("type") for each in _dicts(option.given.get("options"))]
    fitting = all(each == SUBCOMMAND for each in inner) if kind == GROUP else SUBCOMMAND not in inner
    if not fitting:
        option.note("APPLICATION_COMMAND_OPTIONS_TYPE_INVALID", "Sub-command option type is invalid", "options")
    _options(option, deep + 1 if kind == GROUP else 2)


def _value_option(option: Fields, kind: int) -> None:
    choices = option.items("choices", 25)
    if option.boolean("autocomplete") and (choices or kind not in (STRING, INTEGER, NUMBER)):
        message = "Autocomplete goes with string, integer and number options without choices"
        option.note("APPLICATION_COMMAND_OPTIONS_AUTOCOMPLETE_INVALID", message, "autocomplete")
    names: set[str | None] = set()
    for number, each in enumerate(choices):
        choice = option.inner(each, "choices", number)
        name = choice.text("name", 100, 1, required=True)
        if name in names:
            message = "Option choice name already exists"
            choice.note("APPLICATION_COMMAND_OPTIONS_CHOICE_NAME_ALREADY_EXISTS", message, "name")
        names.add(name)
        if kind == STRING:
            choice.text("value", 100, required=True)
        else:
            _number(choice, kind)
    if kind == STRING:
        least, most = option.integer("min_length", 0, 6000), option.integer("max_length", 1, 6000)
        if least is not None and most is not None and least > most:
            option.note("APPLICATION_COMMAND_OPTIONS_MIN_LENGTH_INVALID", "Min is above max", "min_length")
    _range(option, kind)
    for key, fitting in (("min_value", (INTEGER, NUMBER)), ("channel_types", (CHANNEL,)), ("choices", (3, 4, 10))):
        if option.given.get(key) and kind not in fitting:
            option.note("APPLICATION_COMMAND_OPTIONS_INVALID_FIELD", "Does not go with this type", key)


def _number(choice: Fields, kind: int) -> None:
    value = choice.get("value", required=True)
    fitting = int if kind == INTEGER else (int | float)
    if value is not None and (not isinstance(value, fitting) or isinstance(value, bool)):
        choice.note("NUMBER_TYPE_COERCE", f'Value "{value}" is not a number of this type.', "value")


def _range(option: Fields, kind: int) -> None:
    least, most = option.given.get("min_value"), option.given.get("max_value")
    for key, value in (("min_value", least), ("max_value", most)):
        if value is None:
            continue
        if isinstance(value, bool) or not isinstance(value, int if kind == INTEGER else (int | float)):
            option.note("NUMBER_TYPE_COERCE", f'Value "{value}" is not a number of this type.', key)
            return
    if least is not None and most is not None and least > most:
        option.note("APPLICATION_COMMAND_OPTIONS_MIN_VALUE_INVALID", "Min is above max", "min_value")


def _length(one: dict[str, Any]) -> int:
    total = len(str(one.get("name", ""))) + len(str(one.get("description", "")))
    for each in _dicts(one.get("choices")):
        total += len(str(each.get("name", ""))) + len(str(each.get("value", "")))
    return total + sum(_length(each) for each in _dicts(one.get("options")))


def _dicts(given: Any) -> list[dict[str, Any]]:
    """Give the objects of a list; what else it holds has been noted."""
    return [each for each in given if isinstance(each, dict)] if isinstance(given, list) else []

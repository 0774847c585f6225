"""Checks of modals (Discord's docs, "Modals": title, custom id, up to 5 fields)."""

from __future__ import annotations

from typing import Any

from sandbox.checks.fields import Fields
from sandbox.checks.parts import check_select, unique_ids
from sandbox.components import ACTION_ROW, LABEL, SELECTS, TEXT, TEXT_INPUT
from sandbox.errors import Problems, UnsupportedError

_FIELDS_MOST = 5
_NOT_IMITATED = {19: "file uploads", 21: "radio groups", 22: "checkbox groups", 23: "checkboxes"}


def check_modal(data: dict[str, Any]) -> None:
    """Check a modal's answer data."""
    problems = Problems()
    fields = Fields(problems, data, ("data",))
    fields.text("title", 45, 1, required=True)
    fields.text("custom_id", 100, 1, required=True)
    given = fields.items("components", _FIELDS_MOST, 1, required=True)
    for number, each in enumerate(given):
        part = fields.inner(each, "components", number)
        kind = part.choice("type", {ACTION_ROW, TEXT, LABEL}, required=True)
        if kind == TEXT:
            part.text("content", 4000, 1, required=True, trimmed=True)
        elif kind == ACTION_ROW:
            for spot, inner in enumerate(part.items("components", 1, 1, required=True)):
                _field(part.inner(inner, "components", spot), {TEXT_INPUT}, labelled=True)
        elif kind == LABEL:
            part.text("label", 45, 1, required=True)
            part.text("description", 100, 1)
            _field(part.inner(part.given.get("component"), "component"), {TEXT_INPUT} | SELECTS)
    unique_ids(fields, given)
    problems.raise_any()


def _field(part: Fields, kinds: frozenset[int] | set[int], *, labelled: bool = False) -> None:
    if part.given.get("type") in _NOT_IMITATED:
        raise UnsupportedError(f"{_NOT_IMITATED[part.given['type']]} in modals")
    kind = part.choice("type", kinds, required=True)
    if kind in SELECTS:
        check_select(part)
        if part.boolean("required") is not False and part.given.get("min_values") == 0:
            part.note("SELECT_COMPONENT_VALUES_INVALID", "A required select has at least one value", "min_values")
        return
    part.text("custom_id", 100, 1, required=True)
    part.choice("style", {1, 2}, required=True)
    part.text("label", 45, 1, required=labelled)
    part.text("value", 4000)
    part.text("placeholder", 100)
    part.boolean("required")
    least = part.integer("min_length", 0, 4000)
    most = part.integer("max_length", 1, 4000)
    if least is not None and most is not None and least > most:
        part.note("TEXT_INPUT_LENGTH_INVALID", "min_length is greater than max_length", "min_length")

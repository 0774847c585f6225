"""Checks of autocomplete answers (Discord's docs: at most 25 choices, names and texts up to 100)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sandbox.checks.fields import Fields
from sandbox.errors import Problems

if TYPE_CHECKING:
    from sandbox.model import Interaction

STRING, INTEGER = 3, 4


def check_choices(data: dict[str, Any], interaction: Interaction) -> None:
    """Check the choices against the option that they are for."""
    problems = Problems()
    fields = Fields(problems, data, ("data",))
    kind = (focused(interaction.data.get("options") or []) or {}).get("type", STRING)
    for number, each in enumerate(fields.items("choices", 25, required=True)):
        choice = fields.inner(each, "choices", number)
        choice.text("name", 100, 1, required=True)
        if kind == STRING:
            choice.text("value", 100, required=True)
        else:
            value = choice.get("value", required=True)
            fitting = int if kind == INTEGER else (int | float)
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

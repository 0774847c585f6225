"""What must be there."""

from __future__ import annotations

from typing import TypeVar

_Value = TypeVar("_Value")


def given(value: _Value | None) -> _Value:
    """Return a value that is not None."""
    assert value is not None
    return value

"""What is sent for a panel."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from bot.client.panels import Panel


def box(panel: Panel) -> dict[str, Any]:
    """The container that a panel consists of, as Discord gets it."""
    (one,) = panel.to_components()
    return dict(one)

"""The one word of a ruling, wherever it travels; how it reads and looks is told where it is shown."""

from __future__ import annotations

import enum


class Verdict(enum.StrEnum):
    """What the announcement rules on a statement: ships are confirmed or ended, claims supported or contradicted."""

    CONFIRMED = "confirmed"
    ENDED = "ended"
    MENTIONED = "mentioned"
    SUPPORTED = "supported"
    CONTRADICTED = "contradicted"
    NOT_ADDRESSED = "not-addressed"

"""Pictures of quotes, of the timeline, and of who is with whom. Of Discord it knows nothing."""

from __future__ import annotations

from bot.pictures.charts import Step, Tie
from bot.pictures.service import PictureService

__all__ = ["PictureService", "Step", "Tie"]

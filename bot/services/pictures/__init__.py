"""Pictures of quotes, of the timeline, and of who is with whom. Of Discord it knows nothing."""

from bot.services.pictures.service import PictureService
from bot.services.pictures.ships import Tie
from bot.services.pictures.timeline import Step

__all__ = ["PictureService", "Step", "Tie"]

"""What all pictures share: the paper, the ink, and the margins."""

from __future__ import annotations

from bot.services.pictures.colour import mix, readable

# Pixels. Discord shows a picture about 550 of them wide on a desktop, and whole with one press: no words are set
# smaller than 23, which is then 10 or 11.
WIDTH = 1200
MARGIN = 40

_WARM = 0xFFFDF9
_NIGHT = 0x17181C
# The colour of what belongs to nobody in particular.
NEUTRAL = 0x6B7280


def paper(colour: int) -> int:
    """Return the ground: a warm white with a breath of the colour."""
    return mix(_WARM, colour, 0.05)


def ink(colour: int) -> int:
    """Return near black, leaning towards the colour."""
    return mix(_NIGHT, colour, 0.12)


def quiet(colour: int) -> int:
    """Return the ink for what is read second; readable on the paper of the same colour."""
    ground = paper(colour)
    return readable(mix(ink(colour), ground, 0.35), ground)

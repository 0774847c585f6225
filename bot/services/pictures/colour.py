"""Colours, as 0xRRGGBB, and text that stays readable whatever colour it is given."""

from __future__ import annotations

WHITE = 0xFFFFFF
BLACK = 0x000000
# WCAG 2.2, success criterion 1.4.3: the contrast of text, as a ratio to 1.
READABLE = 4.5

# sRGB's transfer curve and the weights of its primaries (WCAG 2.2, 'relative luminance').
_LINEAR_BELOW, _LINEAR_SLOPE = 0.04045, 12.92
_OFFSET, _GAMMA = 0.055, 2.4
_WEIGHTS = (0.2126, 0.7152, 0.0722)
_STEPS = 50


def channels(colour: int) -> tuple[int, int, int]:
    """Return red, green and blue, each 0 to 255."""
    return colour >> 16 & 0xFF, colour >> 8 & 0xFF, colour & 0xFF


def mix(colour: int, other: int, share: float) -> int:
    """Return `colour` with a share (0 to 1) of the other in it."""
    red, green, blue = (
        round(one + (two - one) * share) for one, two in zip(channels(colour), channels(other), strict=True)
    )
    return red << 16 | green << 8 | blue


def contrast(one: int, other: int) -> float:
    """Return the contrast of two colours, 1 to 21 (WCAG 2.2, 'contrast ratio')."""
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def readable(colour: int, ground: int, wanted: float = READABLE) -> int:
    """Return `colour`, darkened on a light ground or lightened on a dark one just as far as text needs."""
    towards = BLACK if contrast(BLACK, ground) >= contrast(WHITE, ground) else WHITE
    return next(
        shade
        for step in range(_STEPS + 1)
        if contrast(shade := mix(colour, towards, step / _STEPS), ground) >= wanted or step == _STEPS
    )


def _luminance(colour: int) -> float:
    return sum(weight * _linear(channel / 255) for weight, channel in zip(_WEIGHTS, channels(colour), strict=True))


def _linear(channel: float) -> float:
    if channel <= _LINEAR_BELOW:
        return channel / _LINEAR_SLOPE
    return float(((channel + _OFFSET) / (1 + _OFFSET)) ** _GAMMA)

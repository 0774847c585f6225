"""Times of day as moderators write them: '9:00', '09:00', '9am', '21:30', '9.30 pm', 'noon'."""

from __future__ import annotations

import re
import unicodedata

from bot.domain.errors import UserError

_HELP = "Try 9:00, 9am or 21:30."
_UNKNOWN = f"That isn't a time of day I understand. {_HELP}"
# No time is written in so many characters.
_LONGEST = 64
_NAMED = {"noon": 720, "midday": 720, "midnight": 0}
_CLOCK = re.compile(
    r"""(?:at\s+)?
    (?P<hour>\d{1,2}) (?: \s*[:.h,]\s*(?P<minute>\d{2}) (?::00)? | (?P<packed>\d{2}) | \s*h )?
    \s* (?: o'?clock | uhr )? \s* (?:(?P<half>[ap])\.?\s*m?\.?)? \s* (?:o'?clock)?""",
    re.VERBOSE,
)
_NOON_HOUR, _HOURS, _MINUTES = 12, 24, 60
# What to offer in an empty box: hours at which people are awake.
_POPULAR = (9 * 60, 12 * 60, 18 * 60, 20 * 60, 21 * 60, 7 * 60, 8 * 60, 10 * 60, 15 * 60, 17 * 60, 19 * 60, 0)


def parse_time(text: str) -> int:
    """Return the time that `text` names, in minutes from midnight (0 to 1439).

    Raises UserError, which says what can be written, for anything else.
    """
    if len(text) > _LONGEST:
        raise UserError(_UNKNOWN)
    typed = unicodedata.normalize("NFKC", text).casefold().replace("\u2019", "'").strip()
    plain = re.sub(r"^(?:at\s+)?(?:12\s+)?(?=noon|midday|midnight)", "", typed)
    if plain in _NAMED:
        return _NAMED[plain]
    match = _CLOCK.fullmatch(typed)
    if match is None:
        raise UserError(_UNKNOWN)
    hour, minute = int(match["hour"]), int(match["minute"] or match["packed"] or 0)
    if match["half"]:
        if not 1 <= hour <= _NOON_HOUR:
            raise UserError(f"With am or pm the hour goes from 1 to 12. {_HELP}")
        hour = hour % _NOON_HOUR + (_NOON_HOUR if match["half"] == "p" else 0)
    if hour == _HOURS and minute == 0:
        raise UserError("A day ends at 24:00 and begins at 0:00: for midnight, write 0:00.")
    if hour >= _HOURS or minute >= _MINUTES:
        raise UserError(_UNKNOWN)
    return hour * _MINUTES + minute


def time_text(minute: int) -> str:
    """Return a time of day as '09:00'."""
    return f"{minute // _MINUTES:02}:{minute % _MINUTES:02}"


def complete_time(text: str) -> list[tuple[str, str]]:
    """Return (label, value) pairs for what was typed so far: what it means first, then those near it."""
    try:
        meant = parse_time(text)
    except UserError:
        digits = re.match(r"\s*(\d{1,2})", text)
        hour = int(digits[1]) if digits else _HOURS
        begun = [hour * 60 + quarter for quarter in (0, 15, 30, 45)] if hour < _HOURS else []
        # Nonsense completes to nothing: who presses Tab must not get a time that they never meant.
        return [_offer(minute) for minute in (begun if text.strip() else _POPULAR)]
    half_day = _NOON_HOUR * _MINUTES
    sure = re.search(r"[apm:.]", text.casefold()) is not None
    other = [] if sure or meant >= half_day else [meant + half_day]
    near = [meant + step for step in (15, 30, 45) if meant % _MINUTES == 0]
    return [_offer(minute) for minute in dict.fromkeys((meant, *other, *near))]


def _offer(minute: int) -> tuple[str, str]:
    hour, rest = divmod(minute, _MINUTES)
    half = "am" if hour < _NOON_HOUR else "pm"
    spoken = f"{hour % _NOON_HOUR or _NOON_HOUR}{f':{rest:02}' if rest else ''} {half}"
    named = {720: "noon", 0: "midnight"}.get(minute, spoken)
    return f"{time_text(minute)} ({named})", time_text(minute)

"""Rows of the daily tables as the domain's structs, and back."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from bot.daily.bag import Bag
from bot.daily.schedule import (
    ChannelKind,
    Delivery,
    Extra,
    MentionLoss,
    Pause,
    Rule,
    Schedule,
    ScheduleSpec,
    Setback,
    State,
    Style,
    Target,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bot.daily.schedule import Occurrence
    from bot.store.database import Row

_EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
_MILLISECOND = dt.timedelta(milliseconds=1)

SCHEDULE = "SELECT schedule.* FROM schedule"
# The round in which each quote was drawn last.
DRAWN = "SELECT schedule, quote, round FROM drawn WHERE schedule = ANY(?)"


def to_ms(instant: dt.datetime) -> int:
    """Return the instant as the store keeps it: milliseconds since 1970, UTC."""
    return (instant - _EPOCH) // _MILLISECOND


def from_ms(milliseconds: int) -> dt.datetime:
    """Return the instant that the store keeps as milliseconds."""
    return _EPOCH + milliseconds * _MILLISECOND


def optional(milliseconds: int | None) -> dt.datetime | None:
    """Return the instant, or None for NULL."""
    return None if milliseconds is None else from_ms(milliseconds)


def optional_ms(instant: dt.datetime | None) -> int | None:
    """Return the instant as the store keeps it, NULL for None."""
    return None if instant is None else to_ms(instant)


def date(text: str | None) -> dt.date | None:
    """Return the date, or None for NULL."""
    return None if text is None else dt.date.fromisoformat(text)


def next_of(occurrence: Occurrence | None) -> tuple[str | None, int | None]:
    """Return the columns next_date and next_due."""
    return (occurrence.date.isoformat(), to_ms(occurrence.instant)) if occurrence else (None, None)


def spec_columns(spec: ScheduleSpec) -> dict[str, Any]:
    """Return the columns that a moderator decides on."""
    return {
        "guild": spec.target.guild,
        "channel": spec.target.channel,
        "place": spec.target.place.value,
        "minute": spec.rule.minute,
        "days": spec.rule.days,
        "zone": spec.rule.zone,
        "about": spec.about,
        "role": spec.role,
        "style": spec.style.value,
        "publish": int(Extra.PUBLISH in spec.extras),
        "thread": int(Extra.THREAD in spec.extras),
    }


def extras(row: Row) -> frozenset[Extra]:
    """Return what the columns publish and thread of a row say."""
    return frozenset(extra for extra in Extra if row[extra.value])


def schedule(row: Row, drawn: Mapping[str, int]) -> Schedule:
    """Return a row of SCHEDULE; `drawn` holds the round in which each quote was drawn last."""
    return Schedule(
        id=row["id"],
        number=row["number"],
        spec=ScheduleSpec(
            target=Target(row["guild"], row["channel"], ChannelKind(row["place"])),
            rule=Rule(row["minute"], row["days"], row["zone"]),
            about=row["about"],
            role=row["role"],
            style=Style(row["style"]),
            extras=extras(row),
        ),
        bag=Bag(row["seed"], row["round"], dict(drawn), row["last_quote"]),
        last_date=date(row["last_date"]),
        next_date=date(row["next_date"]),
        next_due=optional(row["next_due"]),
        paused=Pause(row["paused"]) if row["paused"] else None,
        channel_name=row["channel_name"],
        unmentioned=MentionLoss(row["unmentioned"]) if row["unmentioned"] else None,
    )


def delivery(row: Row) -> Delivery:
    """Return a row of the ledger."""
    return Delivery(
        id=row["id"],
        schedule=row["schedule"],
        date=dt.date.fromisoformat(row["date"]),
        due=from_ms(row["due"]),
        state=State(row["state"]),
        nonce=row["nonce"],
        late=bool(row["late"]),
        quote=row["quote"],
        reason=row["reason"],
        message=row["message"],
        posted_in=row["posted_in"],
        sent_at=optional(row["sent_at"]),
        setback=Setback(row["setback"]) if row["setback"] else None,
        setback_until=optional(row["setback_until"]),
    )

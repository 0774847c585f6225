"""Routes of channels: look at, delete, and change (threads only)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sandbox import permissions, render
from sandbox.checks.fields import Fields
from sandbox.checks.threads import DURATIONS
from sandbox.errors import Problems, UnsupportedError, fault
from sandbox.model import PRIVATE
from sandbox.rest import finding
from sandbox.routes import Route

if TYPE_CHECKING:
    from sandbox.api import Call
    from sandbox.model import Channel, ThreadInfo

_CHANGES = frozenset({"name", "archived", "locked", "auto_archive_duration", "rate_limit_per_user", "applied_tags"})


def _get(call: Call) -> dict[str, Any]:
    return render.channel(finding.channel(call))


def _delete(call: Call) -> dict[str, Any]:
    """Delete a channel or thread; a DM is only closed."""
    place = finding.channel(call)
    if place.type not in PRIVATE:
        finding.channel(call, permissions.MANAGE_THREADS if place.thread else permissions.BITS["manage_channels"])
        call.world.delete_channel(place)
    return render.channel(place)


def _edit(call: Call) -> dict[str, Any]:
    """Change a thread (Discord's docs, "Modify channel", thread)."""
    place = finding.channel(call)
    body = call.object()
    info = place.thread
    if info is None:
        raise UnsupportedError("changing channels that are not threads")
    unknown = set(body) - _CHANGES
    if unknown:
        raise UnsupportedError(f"changing {sorted(unknown)} of threads")
    _check(body)
    _may_edit(call, place, info, body)
    place.name = body.get("name") or place.name
    info.auto_archive = body.get("auto_archive_duration") or info.auto_archive
    if body.get("rate_limit_per_user") is not None:
        place.rate_limit_per_user = body["rate_limit_per_user"]
    if body.get("applied_tags") is not None:
        info.tags = [int(each) for each in body["applied_tags"]]
    archived = info.archived if body.get("archived") is None else body["archived"]
    locked = info.locked if body.get("locked") is None else body["locked"]
    call.world.update_thread(place, archived=archived, locked=locked)
    return render.channel(place)


def _check(body: dict[str, Any]) -> None:
    problems = Problems()
    fields = Fields(problems, body)
    fields.text("name", 100, 1)
    fields.boolean("archived")
    fields.boolean("locked")
    fields.choice("auto_archive_duration", DURATIONS)
    fields.integer("rate_limit_per_user", 0, 21600)
    fields.items("applied_tags", 5)
    problems.raise_any()


def _may_edit(call: Call, place: Channel, info: ThreadInfo, body: dict[str, Any]) -> None:
    """Check who may do what: whoever may write here opens an unlocked thread; the rest needs more."""
    has = call.world.permissions(place, call.world.bot)
    manages = bool(has & permissions.MANAGE_THREADS)
    opening = body.get("archived") is False
    if info.archived and not opening:
        raise fault(50083)
    if manages:
        return
    if body.get("locked") is not None or (info.locked and opening):
        raise fault(50013)
    if opening and len(body) == 1:
        if not has & permissions.SEND_IN_THREADS:
            raise fault(50013)
    elif info.owner_id != call.world.bot.id:
        raise fault(50013)


ROUTES = [
    Route("GET", "/channels/{channel_id}", _get),
    Route("PATCH", "/channels/{channel_id}", _edit),
    Route("DELETE", "/channels/{channel_id}", _delete),
]

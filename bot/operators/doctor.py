"""`python -m bot doctor`: looks at all that the bot needs, and says of each how it is and what to do.

It changes nothing. Of Discord it asks what a start would ask, and it connects to the gateway once, which uses up one of
the thousand connections that Discord allows a bot in a day.
"""

from __future__ import annotations

import asyncio
import contextlib
import datetime as dt
import email.utils
import os
import platform
from enum import Enum
from importlib import resources
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import aiohttp

from bot import announcement
from bot.client.errors import STATUS, closed
from bot.errors import AnnouncementError, StoreError
from bot.store import engines
from bot.store.copies import examine

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Mapping
    from pathlib import Path

    from bot.clock import Clock
    from bot.settings import Reading, Settings


class Level(Enum):
    """How grave a finding is: a FAULT keeps the bot, or a part of it, from working, a WARNING in some servers alone."""

    OK = "ok"
    NOTE = "note"
    WARNING = "warning"
    FAULT = "fault"


class Finding(NamedTuple):
    """What was looked at, how it is, and what to do about it."""

    level: Level
    what: str
    line: str

    def __str__(self) -> str:
        return f"{self.level.value:<7}  {self.what:<12}  {self.line}"


class Needs(NamedTuple):
    """What the bot asks Discord for: intents as a number, and permissions by their names in Discord's settings."""

    intents: int
    permissions: Mapping[str, int]

    def lacking(self, granted: int) -> list[str]:
        """Return the names of the permissions that are not among those `granted`; administrators have all."""
        return [] if granted & _ADMINISTRATOR else [name for name, bit in self.permissions.items() if not granted & bit]


class Machine(NamedTuple):
    """What the machine tells: its clock, how many bytes are free where a path is, and whether time zones are there."""

    clock: Clock
    free: Callable[[Path], int]
    zones: Callable[[], object]


_ADMINISTRATOR: Final = 1 << 3
# The database grows a little each day, and a backup needs as much again.
_LEAST_FREE: Final = 100 * 2**20
_MIB: Final = 2**20
# By more than this, people see that daily quotes don't come at their times.
_CLOCK_SECONDS: Final = 60.0
_SECONDS: Final = 15.0
# Discord allows one connection to begin in five seconds: one of the bot's own may have begun just now.
_PACE_SECONDS: Final = 5.5
_OLD_ZONES: Final = 2
_OK, _REFUSED = 200, 401
_DISPATCH, _HEARTBEAT, _IDENTIFY, _INVALID_SESSION, _HELLO = 0, 1, 2, 9, 10
# Of the servers so many are looked at, two hundred at a time (Discord's docs, Get Current User Guilds).
_PAGES, _PAGE = 5, 200
_NAMED: Final = 5
_BOT_PAGE: Final = "on your application's 'Bot' page in Discord's developer portal"
_NOT_DISCORD: Final = (
    "something else answers in its place: check this machine's internet connection (a network may ask you to sign in "
    "first) and DISCORD_API_BASE"
)


async def examine_all(reading: Reading, needs: Needs, machine: Machine) -> list[Finding]:
    """Return what was found, in the order in which it is best put right. Raises nothing for what is wrong."""
    settings, wrong = reading.settings, {mistake.partition(" ")[0] for mistake in reading.mistakes}
    found = [Finding(Level.FAULT, "settings", mistake) for mistake in reading.mistakes]
    if not found:
        found.append(Finding(Level.OK, "settings", "all of them can be used"))
    if "ANNOUNCEMENT_PATH" not in wrong:
        found.append(await asyncio.to_thread(_data, settings.announcement_path))
    if not wrong & {"DATABASE_PATH", "DATABASE_URL", "DATABASE_URL_FILE"}:
        if settings.database_url is not None:
            found.append(await _server(settings.database_url.reveal()))
        else:
            found += await asyncio.to_thread(lambda: [*_store(settings.database_path, machine.free)])
    found.append(await asyncio.to_thread(_zones, machine))
    if wrong & {"DISCORD_TOKEN", "DISCORD_TOKEN_FILE", "DISCORD_API_BASE"}:
        return [*found, Finding(Level.NOTE, "Discord", "not asked, since it needs the settings above")]
    async with Discord.of(settings) as discord:
        with contextlib.suppress(_Stop):
            async for finding in discord.examine(needs, machine.clock):
                found.append(finding)
    return [*found, *discord.ended]


def report(found: Iterable[Finding]) -> tuple[str, bool]:
    """Return the findings as lines, with one that sums them up, and whether there is no fault."""
    found = list(found)
    faults = sum(finding.level is Level.FAULT for finding in found)
    summary = {0: "Nothing is wrong.", 1: "One thing is wrong."}.get(faults, f"{faults} things are wrong.")
    if not faults and any(finding.level is Level.WARNING for finding in found):
        summary = "Nothing is wrong with the bot itself, but some servers need a hand: see the warning above."
    return "\n".join([*map(str, found), "", summary]), not faults


def _data(folder: Path) -> Finding:
    try:
        checked = announcement.load(folder)
    except AnnouncementError as error:
        first, *others = error.mistakes
        more = f" (and {len(others)} more; python -m bot check-data lists all)" if others else ""
        return Finding(Level.FAULT, "data", f"{folder}: {first}{more}")
    return Finding(Level.OK, "data", f"{folder}: {len(checked.quotes)} quotes, {len(checked.facts)} facts, no mistakes")


def _store(path: Path, free: Callable[[Path], int]) -> Iterator[Finding]:
    """Yield how the store is, and how much room it has."""
    folder = next((each for each in path.absolute().parents if each.is_dir()), path.absolute().parent)
    size = 0
    try:
        condition = examine(path)
    except StoreError as error:
        yield Finding(Level.FAULT, "store", str(error))
    else:
        if condition is not None:
            size = condition.size
            newer = condition.known - condition.schema
            update = f"; the next start brings it up to date ({newer} steps)" if newer else ""
            yield Finding(
                Level.OK,
                "store",
                f"{path}: schema {condition.schema}, {condition.schedules} daily schedules, {_mib(size)}{update}",
            )
        elif not os.access(folder, os.W_OK | os.X_OK) or (path.parent.exists() and not path.parent.is_dir()):
            yield Finding(
                Level.FAULT, "store", f"DATABASE_PATH {path} can't be created: give this user write access to {folder}"
            )
        else:
            yield Finding(Level.OK, "store", f"{path} doesn't exist yet; the first start creates it")
    try:
        left, wanted = free(folder), max(_LEAST_FREE, 2 * size)
    except OSError as error:
        yield Finding(Level.NOTE, "disk", f"can't tell how much space is free ({error.strerror})")
        return
    if left < wanted:
        yield Finding(
            Level.FAULT,
            "disk",
            f"nearly full: {_mib(left)} free in {folder}. Free up at least {_mib(wanted - left)}, or move "
            "DATABASE_PATH to another disk",
        )
    else:
        yield Finding(Level.OK, "disk", f"{_mib(left)} free in {folder}")


async def _server(address: str) -> Finding:
    """Return how the store is on a database server, which looks after its disk itself."""
    try:
        found = await engines.postgres().examine(address)
    except StoreError as error:
        return Finding(Level.FAULT, "store", str(error))
    where = f"PostgreSQL {found.version}: "
    if not found.schema:
        return Finding(Level.OK, "store", f"{where}nothing is there yet; the first start makes the tables")
    newer = found.known - found.schema
    update = f"; the next start brings it up to date ({newer} steps)" if newer else ""
    line = f"schema {found.schema}, {found.schedules} daily schedules, {_mib(found.size)}"
    return Finding(Level.OK, "store", f"{where}{line}{update}")


def _mib(size: int) -> str:
    return f"{size / _MIB:,.0f} MiB"


def _zones(machine: Machine) -> Finding:
    again = "install the requirements again (python -m pip install tzdata)"
    try:
        machine.zones()
        with resources.files("tzdata.zoneinfo").joinpath("tzdata.zi").open(encoding="utf-8") as file:
            release = file.readline().removeprefix("# version ").strip()
        age = machine.clock.now().year - int(release[:4])
    except (ImportError, OSError, LookupError, ValueError) as error:
        return Finding(
            Level.FAULT, "time zones", f"the zone data is missing or broken ({type(error).__name__}): {again}"
        )
    if age >= _OLD_ZONES:
        return Finding(Level.NOTE, "time zones", f"{release} is old, and countries change their clocks: update tzdata")
    return Finding(Level.OK, "time zones", release)


class _Stop(Exception):  # noqa: N818 - no error: what comes after can't be asked
    """Ends the questions to Discord, since what follows needs an answer that didn't come."""


class Discord:
    """Asks Discord, with the bot's token, which goes nowhere else. `ended` holds why no more could be asked."""

    def __init__(self, session: aiohttp.ClientSession, base: str, token: str) -> None:
        self._session = session
        self._base = base
        self._token = token
        self.ended: list[Finding] = []

    @classmethod
    @contextlib.asynccontextmanager
    async def of(cls, settings: Settings) -> AsyncIterator[Discord]:
        """Yield it for as long as the block lasts."""
        async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=_SECONDS)) as session:
            yield cls(session, settings.api_base, settings.required_token().reveal())

    def _stop(self, what: str, line: str) -> _Stop:
        """Return what ends the questions, with the fault that it ends them for."""
        self.ended = [
            Finding(Level.FAULT, what, line),
            Finding(Level.NOTE, "Discord", "nothing else could be asked: put this right, and run doctor again"),
        ]
        return _Stop()

    async def examine(self, needs: Needs, clock: Clock) -> AsyncIterator[Finding]:
        """Yield what is found. Raises _Stop where an answer is missing that all else needs."""
        before = clock.now()
        application, headers = await self._get("/applications/@me", dict)
        after = clock.now()
        if not str(application.get("id")).isdecimal():
            raise self._stop("Discord", _NOT_DISCORD)
        yield Finding(Level.OK, "token", "accepted by Discord")
        yield _clock(headers, before, after)
        for finding in (*_application(application), *_invitation(application, needs)):
            yield finding
        gateway, _ = await self._get("/gateway/bot", dict)
        if not isinstance(gateway.get("url"), str):
            raise self._stop("Discord", _NOT_DISCORD)
        limit = gateway.get("session_start_limit") or {}
        shards, left = int(gateway.get("shards") or 1), int(limit.get("remaining", 1))
        yield _starts(limit, shards, left)
        if left > shards:
            yield await self._connect(gateway["url"], needs.intents, shards)
        else:
            yield Finding(Level.NOTE, "gateway", "not tried: that would use up one more connection")
        yield await self._servers(needs)

    async def _get(self, path: str, kind: type[Any]) -> tuple[Any, Mapping[str, str]]:
        """Return an answer's body, which has to be of a kind, and its headers. Raises _Stop."""
        headers = {"Authorization": f"Bot {self._token}", "User-Agent": "DiscordBot (canonkeeper doctor)"}
        try:
            async with self._session.get(f"{self._base}{path}", headers=headers, allow_redirects=False) as answer:
                if answer.status == _REFUSED:
                    raise self._stop(
                        "token",
                        f"Discord refused DISCORD_TOKEN: create a new one {_BOT_PAGE}, and put it in .env (or in the "
                        "file that DISCORD_TOKEN_FILE names)",
                    )
                if answer.status != _OK:
                    raise self._stop(
                        "Discord",
                        f"it is having trouble right now (it answers {answer.status}): wait a few minutes, and check "
                        f"{STATUS}",
                    )
                body = await answer.json(content_type=None)
                if isinstance(body, kind):
                    return body, answer.headers
        except ValueError:
            pass  # no JSON
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            reason = str(error) or type(error).__name__
            raise self._stop(
                "Discord", f"it can't be reached ({reason}): check this machine's internet connection"
            ) from error
        raise self._stop("Discord", _NOT_DISCORD)

    async def _connect(self, url: str, intents: int, shards: int) -> Finding:
        """Connect to the gateway as the bot does, until it says READY; once more where another has just begun."""
        for again in (True, False):
            try:
                async with asyncio.timeout(_SECONDS):
                    ended = await self._identify(url, intents, shards)
            except (aiohttp.ClientError, TimeoutError, OSError, ValueError) as error:
                reason = str(error) or type(error).__name__
                return Finding(
                    Level.FAULT,
                    "gateway",
                    f"it can't be reached ({reason}): let this machine, its firewall and its proxy open websockets to "
                    f"gateway.discord.gg on port 443, and check {STATUS}",
                )
            if ended is None:
                return Finding(Level.OK, "gateway", "connected, with the intents that the bot asks for")
            if ended != _INVALID_SESSION:
                return Finding(Level.FAULT, "gateway", str(closed(ended)))
            if again:
                await asyncio.sleep(_PACE_SECONDS)
        return Finding(Level.NOTE, "gateway", "busy: another connection is starting, perhaps the bot's own")

    async def _identify(self, url: str, intents: int, shards: int) -> int | None:
        """Return None once the gateway is ready; else the code with which it closed, or 9: to be asked again later."""
        about = {"os": platform.system().lower(), "browser": "canonkeeper", "device": "canonkeeper"}
        async with self._session.ws_connect(f"{url}?v=10&encoding=json", max_msg_size=0) as socket:
            async for message in socket:
                frame = message.json()
                if frame["op"] == _HELLO:
                    data = {"token": self._token, "intents": intents, "properties": about, "shard": [0, shards]}
                    await socket.send_json({"op": _IDENTIFY, "d": data})
                elif frame["op"] == _HEARTBEAT:
                    await socket.send_json({"op": _HEARTBEAT, "d": None})
                elif frame["op"] == _INVALID_SESSION:
                    return _INVALID_SESSION
                elif frame["op"] == _DISPATCH and frame.get("t") == "READY":
                    return None
            return socket.close_code or 0

    async def _servers(self, needs: Needs) -> Finding:
        """Return whether the bot has the invitation's permissions in its servers."""
        guilds: list[dict[str, Any]] = []
        for _ in range(_PAGES):
            after = guilds[-1]["id"] if guilds else "0"
            page, _ = await self._get(f"/users/@me/guilds?limit={_PAGE}&after={after}", list)
            guilds += page
            if len(page) < _PAGE:
                break
        if not guilds:
            return Finding(Level.NOTE, "servers", "the bot is in none: invite it with the link that /about shows")
        lacking = {
            f"{_plain(guild.get('name'))} ({guild['id']})": lacks
            for guild in guilds
            if (lacks := needs.lacking(int(guild.get("permissions") or 0)))
        }
        if not lacking:
            return Finding(Level.OK, "servers", f"the bot may do all it needs to in each of {len(guilds)}")
        # Where it lacks some everywhere, it was invited without them, and will be again.
        level = Level.FAULT if len(lacking) == len(guilds) else Level.WARNING
        named = "; ".join(f"{name}: {', '.join(lacks)}" for name, lacks in [*lacking.items()][:_NAMED])
        more = f"; and {len(lacking) - _NAMED} more" if len(lacking) > _NAMED else ""
        return Finding(
            level,
            "servers",
            f"in {len(lacking)} of {len(guilds)} the bot lacks permissions. Grant them to its role, or invite it again "
            f"with the link that /about shows. {named}{more}",
        )


def _clock(headers: Mapping[str, str], before: dt.datetime, after: dt.datetime) -> Finding:
    """Compare this machine's clock with the answer's Date, which is cut to whole seconds; it came in between."""
    try:
        there = email.utils.parsedate_to_datetime(headers.get("Date", ""))
        ahead = (before - there).total_seconds() - 1
        behind = (there - after).total_seconds()
    except (ValueError, TypeError):
        return Finding(Level.NOTE, "clock", "Discord's answer doesn't tell the time")
    if max(ahead, behind) <= _CLOCK_SECONDS:
        return Finding(Level.OK, "clock", "it agrees with Discord's")
    which, how = (f"{ahead:,.0f} s ahead of", "early") if ahead > behind else (f"{behind:,.0f} s behind", "late")
    return Finding(
        Level.FAULT,
        "clock",
        f"this machine's is {which} Discord's, so daily quotes come too {how}: turn on automatic time (on Linux: sudo "
        "timedatectl set-ntp true)",
    )


def _application(application: Mapping[str, Any]) -> Iterator[Finding]:
    """Yield whether the application is set up so that its commands reach the bot and people can install it."""
    wrong = []
    if application.get("interactions_endpoint_url"):
        wrong.append(
            "its commands go to a web address instead of the bot: clear 'Interactions Endpoint URL' on the page "
            "'General Information'"
        )
    if application.get("bot_require_code_grant"):
        wrong.append("nobody can invite it: turn off 'Requires OAuth2 Code Grant' on the page 'Bot'")
    ways = application.get("integration_types_config")
    if isinstance(ways, dict):
        names = {"0": "Guild Install", "1": "User Install"}
        if missing := [name for key, name in names.items() if key not in ways]:
            wrong.append(f"it can't be installed in every way: tick {' and '.join(missing)} on the page 'Installation'")
    yield from (Finding(Level.FAULT, "application", line) for line in wrong)
    if not wrong:
        yield Finding(Level.OK, "application", f"{_plain(application.get('name'))} ({application.get('id')})")
    if application.get("bot_public") is False:
        yield Finding(Level.NOTE, "application", "only you can invite it: for others, turn on 'Public Bot'")


def _invitation(application: Mapping[str, Any], needs: Needs) -> Iterator[Finding]:
    """Yield whether the application's own link (its profile's 'Add App') asks for what the bot needs."""
    ways = application.get("integration_types_config")
    server = (ways.get("0") or {}) if isinstance(ways, dict) else {}
    asked = server.get("oauth2_install_params") or application.get("install_params")
    if not asked:
        yield Finding(Level.OK, "invitation", "the link that /about shows")
        return
    lacking = [f"the scope {scope}" for scope in ("bot", "applications.commands") if scope not in asked["scopes"]]
    lacking += needs.lacking(int(asked.get("permissions") or 0))
    if lacking:
        yield Finding(
            Level.FAULT,
            "invitation",
            f"the application's own link doesn't ask for {', '.join(lacking)}: add that under 'Default Install "
            "Settings', 'Guild Install', on the page 'Installation'",
        )
    else:
        yield Finding(Level.OK, "invitation", "the application's own link asks for all that the bot needs")


def _starts(limit: Mapping[str, Any], shards: int, left: int) -> Finding:
    """Return whether Discord lets the bot connect as often as a start needs."""
    hours = dt.timedelta(milliseconds=int(limit.get("reset_after", 0))) / dt.timedelta(hours=1)
    told = f"{left:,} of {int(limit.get('total', left)):,} connections left today, and a start needs {shards:,}"
    if left < shards:
        line = f"{told}: leave the bot off until they reset in {hours:.0f} h, and find out why it starts so often"
        return Finding(Level.FAULT, "connections", line)
    if left * 10 < int(limit.get("total", 0)):
        return Finding(Level.NOTE, "connections", f"{told}: find out why the bot starts so often")
    return Finding(Level.OK, "connections", told)


def _plain(name: object) -> str:
    """Return a name that people gave, without what could steer a terminal."""
    return "".join(char if char.isprintable() else "?" for char in str(name))

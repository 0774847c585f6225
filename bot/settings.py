"""Settings from the environment and `.env`: the only module that looks there."""

from __future__ import annotations

import base64
import binascii
import datetime as dt
import ipaddress
import os
import re
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, TypeVar
from urllib.parse import urlsplit

import msgspec
from dotenv import dotenv_values

from bot.errors import SettingError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_Value = TypeVar("_Value")

DISCORD_API = "https://discord.com/api/v10"
_PROGRAM = Path(__file__).resolve().parent.parent
ANNOUNCEMENT = _PROGRAM / "data"
LEARNT = _PROGRAM / "var" / "learnt.sqlite3"
_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR")
_FORMATS = ("text", "json")
_MISSING = (
    "DISCORD_TOKEN is missing: copy .env.example to .env, and put your token in it, from your application's 'Bot' "
    "page in Discord's developer portal"
)
# Settings that stand for each other: whichever the environment gives goes before all of them in `.env`. A file may hold
# what is secret, as Docker and systemd hand that over.
_INSTEAD = (
    ("DISCORD_TOKEN", "DISCORD_TOKEN_FILE"),
    ("DATABASE_URL", "DATABASE_URL_FILE", "DATABASE_PATH"),
)
# A secret is one line: nothing longer is read from a file that was named by mistake.
_LONGEST_SECRET = 4096
_VARIABLE = re.compile(r"\$(?:\{(\w+)\}|(\w+))|%(\w+)%", re.ASCII)
# The straight ones, and those that documents and chats make of them.
_QUOTES = {'"': '"', "'": "'", "\u201c": "\u201d", "\u2018": "\u2019", "\u201e": "\u201c", "\u00ab": "\u00bb"}
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
# What names a database for other programs, and never a file: 'sqlite:///x', 'file:x', ':memory:'.
_ADDRESS = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+:|:")
_TOKEN = re.compile(r"([\w-]{10,})\.[\w-]{4,}\.[\w-]{20,}", re.ASCII)


class Secret:
    """A value that never prints: not in a log, a traceback or a repr."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def reveal(self) -> str:
        """Return the value, for the one place that sends it."""
        return self._value

    def __repr__(self) -> str:
        return "Secret('…')"

    __str__ = __repr__


class ServiceManager(NamedTuple):
    """What systemd asks of a service of `Type=notify` (sd_notify(3)).

    `socket` is where it listens, and `watchdog` after how many seconds of silence it takes the program for hung; None
    where it doesn't watch.
    """

    socket: str
    watchdog: float | None = None


class ShardIds(NamedTuple):
    """The numbers of the shards that this process serves, from 0, and of how many in all."""

    ids: tuple[int, ...]
    of: int


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """All settings, checked. `token` is None only for commands that do not need Discord."""

    token: Secret | None
    api_base: str = DISCORD_API
    database_path: Path = Path("var/canonkeeper.sqlite3")
    # None: the database is the file at `database_path`; else its address, with which PostgreSQL is reached.
    database_url: Secret | None = None
    announcement_path: Path = ANNOUNCEMENT
    learnt_path: Path = LEARNT
    log_level: str = "INFO"
    log_format: str = "text"
    dev_guild_id: int | None = None
    late_limit_hours: float = 6.0
    clock_url: str | None = None
    service_manager: ServiceManager | None = None
    # Host and port; None: nothing listens.
    health_address: tuple[str, int] | None = None
    # None: this process serves as many shards as Discord wants the bot to have.
    shards: ShardIds | None = None
    # Several processes share the shards out among themselves.
    share_shards: bool = False
    # None: nothing that people ask is kept.
    keep_unanswered: dt.timedelta | None = None

    @property
    def content_path(self) -> Path:
        """The file beside the database for what a start had to learn."""
        return self.database_path.with_name(f"{self.database_path.stem}.learnt.sqlite3")

    @property
    def store(self) -> Path | Secret:
        """Where the database is: a file, or the address of a PostgreSQL database."""
        return self.database_url or self.database_path

    def required_token(self) -> Secret:
        """Return the token. Raises SettingError, saying how to get one, when there is none."""
        if self.token is None:
            raise SettingError(_MISSING)
        return self.token


class Reading(NamedTuple):
    """What was read: `mistakes` holds a line for each setting that is wrong, which has its default in `settings`.

    Each line begins with the setting's name.
    """

    settings: Settings
    mistakes: tuple[str, ...]

    def checked(self) -> Settings:
        """Return the settings. Raises SettingError with all mistakes where there are any."""
        if self.mistakes:
            raise SettingError("\n".join(self.mistakes))
        return self.settings


def from_environment(env_file: Path = Path(".env"), *, token: bool = False) -> Settings:
    """Return the settings of the process's environment, which goes before those in `env_file`.

    An empty value counts as absent in either. `token`: whether there must be one. Raises SettingError with a line
    for each mistake, which names the setting and says how to put it right.
    """
    return look_at_environment(env_file, token=token).checked()


def look_at_environment(env_file: Path = Path(".env"), *, token: bool = False) -> Reading:
    """Return the same with the mistakes beside it. Raises SettingError where `env_file` itself cannot be read."""
    try:
        # Editors on Windows put a mark of the byte order before the first setting. Variables are put in below: the
        # package takes one that is not set for nothing.
        in_file = dotenv_values(env_file, encoding="utf-8-sig", interpolate=False)
    except (OSError, UnicodeDecodeError) as error:
        raise SettingError(
            f"{env_file} can't be read ({error}): save it as UTF-8 text that this user can read"
        ) from None
    written = _given({name: value for name, value in in_file.items() if value is not None})
    environment = _given(os.environ)
    for names in _INSTEAD:
        if environment.keys() & {*names}:
            written = {name: value for name, value in written.items() if name not in names}
    return look({**written, **environment}, token=token)


def read(environment: Mapping[str, str], *, token: bool = False) -> Settings:
    """Return the settings that `environment` gives. Raises SettingError with a line for each mistake; see `look`."""
    return look(environment, token=token).checked()


def look(environment: Mapping[str, str], *, token: bool = False) -> Reading:
    """Return the settings that `environment` gives, with all mistakes; an empty value counts as absent.

    A missing token is a mistake where `token` says so.
    """
    given = _given(environment)
    mistakes: list[str] = []

    def take(parse: Callable[[], _Value], default: _Value) -> _Value:
        try:
            return parse()
        except SettingError as error:
            mistakes.append(str(error))
            return default

    api_base = take(lambda: _url(given, "DISCORD_API_BASE", DISCORD_API).rstrip("/"), None)
    settings = Settings(
        token=take(lambda: _token(given), None),
        api_base=api_base or DISCORD_API,
        database_path=take(lambda: _path(given, "DATABASE_PATH", Path("var/canonkeeper.sqlite3")), Path()),
        database_url=take(lambda: _database_url(given), None),
        announcement_path=take(lambda: _path(given, "ANNOUNCEMENT_PATH", ANNOUNCEMENT), ANNOUNCEMENT),
        learnt_path=take(lambda: _path(given, "LEARNT_PATH", LEARNT), LEARNT),
        log_level=take(lambda: _choice(given, "LOG_LEVEL", "INFO", _LEVELS, str.upper), "INFO"),
        log_format=take(lambda: _choice(given, "LOG_FORMAT", "text", _FORMATS, str.lower), "text"),
        dev_guild_id=take(lambda: _id(given.get("DEV_GUILD_ID")), None),
        late_limit_hours=take(lambda: _hours(given.get("LATE_LIMIT_HOURS", "6")), 0.0),
        # Whether there may be such a clock depends on an address that is right.
        clock_url=take(lambda: _clock(given, api_base), None) if api_base else None,
        service_manager=_service_manager(given),
        health_address=take(lambda: _listen(given.get("HEALTH_ADDRESS")), None),
        shards=_shards(given, mistakes),
        share_shards=_shared(given) or ("SHARD_IDS" not in given and bool(given.keys() & _ADDRESSES)),
        keep_unanswered=take(lambda: _keep(given.get("KEEP_UNANSWERED")), None),
    )
    if token and not given.keys() & {"DISCORD_TOKEN", "DISCORD_TOKEN_FILE"}:
        mistakes.insert(0, _MISSING)
    return Reading(settings, tuple(mistakes))


def _given(source: Mapping[str, str]) -> dict[str, str]:
    """Return what a source gives: without white space and quotation marks around a value, nor empty ones.

    A shell and a .env file take quotation marks away; Docker's `--env-file` and systemd's editors may leave them.
    """
    plain = {name: _unquoted(value.strip()) for name, value in source.items()}
    return {name: value for name, value in plain.items() if value}


def _unquoted(value: str) -> str:
    quoted = len(value) > 1 and _QUOTES.get(value[0]) == value[-1]
    return value[1:-1].strip() if quoted else value


def _path(given: Mapping[str, str], name: str, default: Path) -> Path:
    """Return a path with the home directory and variables put in; who starts the bot is often no shell."""
    if name not in given:
        return default
    value = given[name]
    if _ADDRESS.match(value) or _CONTROL.search(value) or _is_token(value):
        raise SettingError(f"{name} must be the path of a file or folder; it is {_shown(value)}")
    if {value[0], value[-1]} & {*_QUOTES, *_QUOTES.values()}:
        raise SettingError(f"{name} has a quotation mark without its counterpart: {_shown(value)}")
    unknown: list[str] = []

    def put_in(match: re.Match[str]) -> str:
        variable = next(group for group in match.groups() if group)
        found = given.get(variable) or given.get(variable.upper())
        if found is None:
            unknown.append(match[0])
        return found or ""

    path = _VARIABLE.sub(put_in, value)
    if unknown:
        raise SettingError(f"{name} uses {unknown[0]}, which isn't set: set it, or write out the path")
    if path.startswith("~"):
        path = _at_home(path, given, name)
    return Path(path)


def _at_home(path: str, given: Mapping[str, str], name: str) -> str:
    """Return a path that begins with `~` or `~NAME` written out."""
    user, slash, rest = path.replace("\\", "/").partition("/")
    home = given.get("HOME") or given.get("USERPROFILE") if user == "~" else None
    home = home or os.path.expanduser(user)  # noqa: PTH111 - pathlib raises where this leaves it as it is
    if home.startswith("~"):
        raise SettingError(f"{name} starts with {user}, but that home directory isn't known: write out the path")
    return f"{home}{slash}{rest}"


def _token(given: Mapping[str, str]) -> Secret | None:
    """Return the token, from its setting or from the file that holds it."""
    value, name = given.get("DISCORD_TOKEN"), "DISCORD_TOKEN"
    if "DISCORD_TOKEN_FILE" in given:
        if value is not None:
            raise SettingError("DISCORD_TOKEN and DISCORD_TOKEN_FILE are both set: remove one of them")
        value, name = _from_file(given, "DISCORD_TOKEN_FILE"), "DISCORD_TOKEN_FILE"
    if value is None:
        return None
    value = value.removeprefix("Bot ").strip()
    if _is_token(value):
        return Secret(value)
    raise SettingError(
        f"{name} doesn't {'look like' if name == 'DISCORD_TOKEN' else 'hold'} a bot token (three parts joined by "
        "dots): copy it again from your application's 'Bot' page in Discord's developer portal"
    )


_POSTGRES = ("postgresql://", "postgres://")


def _database_url(given: Mapping[str, str]) -> Secret | None:
    """Return the address of a PostgreSQL database, from its setting or from the file that holds it; None for a file."""
    set_ = [name for name in ("DATABASE_URL", "DATABASE_URL_FILE", "DATABASE_PATH") if name in given]
    if set_[1:]:
        raise SettingError(f"{set_[0]} and {set_[1]} are both set: remove one of them")
    name = set_[0] if set_ else "DATABASE_PATH"
    if name == "DATABASE_PATH":
        return None
    value = given[name] if name == "DATABASE_URL" else _from_file(given, name)
    if not value.startswith(_POSTGRES):
        # It may hold a password.
        raise SettingError(
            f"{name} must {'be' if name == 'DATABASE_URL' else 'hold'} the address of a PostgreSQL database, such as "
            "postgresql://USER:PASSWORD@HOST/DATABASE; for a file, set DATABASE_PATH"
        )
    return Secret(value)


def _from_file(given: Mapping[str, str], name: str) -> str:
    """Return what the file that a setting names holds, without white space around it; never shown in an error."""
    path = _path(given, name, Path())
    try:
        with path.open(encoding="utf-8-sig") as file:
            content = _unquoted(file.read(_LONGEST_SECRET).strip())
    except UnicodeDecodeError:
        raise SettingError(f"{name} {path} isn't a text file: save the secret in it as plain text") from None
    except OSError as error:
        raise SettingError(
            f"{name} {path} can't be read ({error.strerror}): check the path, and that this user may read the file"
        ) from None
    if not content:
        raise SettingError(f"{name} {path} is empty: put the secret into it")
    return content


def _is_token(value: str) -> bool:
    """Whether a text has a token's form: three parts, the first its application's id in base64 (Discord's docs)."""
    if match := _TOKEN.fullmatch(value):
        try:
            padded = match[1] + "=" * (-len(match[1]) % 4)
            return base64.urlsafe_b64decode(padded).decode("ascii").isdigit()
        except (binascii.Error, UnicodeDecodeError):
            pass
    return False


def _url(given: Mapping[str, str], name: str, default: str) -> str:
    value = given.get(name, default)
    try:
        parts = urlsplit(value)
        host = parts.hostname if parts.scheme in {"http", "https"} and parts.port != 0 else None
    except ValueError:
        host = None
    if not host:
        raise SettingError(f"{name} must be a web address such as {DISCORD_API}; it is {_shown(value)}")
    if value.lower().startswith("http:") and not _loopback(host):
        raise SettingError(f"{name} must start with https://: the token is never sent unencrypted to another machine")
    return value


def _shown(value: str) -> str:
    """Return a malformed value for a message, unless it is a token that was put into the wrong place."""
    return "a token" if _TOKEN.search(value) else f"'{' '.join(value.split())}'"


def _loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _clock(given: Mapping[str, str], api_base: str) -> str | None:
    """Return where the demo's clock is; a real Discord has no use for a time that is not real."""
    if "CLOCK_URL" not in given:
        return None
    if not _loopback(urlsplit(api_base).hostname or ""):
        raise SettingError("CLOCK_URL is only for the demo: remove it, or point DISCORD_API_BASE at a local server")
    return _url(given, "CLOCK_URL", "")


def _choice(
    given: Mapping[str, str], name: str, default: str, choices: tuple[str, ...], case: Callable[[str], str]
) -> str:
    """Return one of `choices`, in whatever case it was written."""
    value = given.get(name, default)
    if case(value) not in choices:
        raise SettingError(f"{name} must be one of {', '.join(choices)}; it is {_shown(value)}")
    return case(value)


def _id(value: str | None) -> int | None:
    if value is None:
        return None
    if not re.fullmatch(r"[0-9]{15,20}", value):
        raise SettingError(
            f"DEV_GUILD_ID must be a server's ID, 17 to 20 digits; it is {_shown(value)}. In Discord, turn on "
            "developer mode, then right-click the server and copy its ID"
        )
    return int(value)


def _hours(value: str) -> float:
    try:
        hours = float(value)
    except ValueError:
        hours = -1.0
    # Where clocks go forward a day has 23 hours, in Troll 22: two days' posts must never be due at once.
    if not 0 <= hours <= 20:  # noqa: PLR2004 - as above
        raise SettingError(f"LATE_LIMIT_HOURS must be a number from 0 to 20; it is {_shown(value)}")
    return hours


def _service_manager(given: Mapping[str, str]) -> ServiceManager | None:
    """Return what systemd asks for in the environment (sd_notify(3), sd_watchdog_enabled(3)).

    What is meant for another process, or isn't what systemd writes, counts as absent: nobody typed it.
    """
    if "NOTIFY_SOCKET" not in given:
        return None
    microseconds = given.get("WATCHDOG_USEC", "")
    ours = given.get("WATCHDOG_PID", str(os.getpid())) == str(os.getpid())
    watchdog = int(microseconds) / 1_000_000 if ours and microseconds.isdecimal() else 0.0
    return ServiceManager(given["NOTIFY_SOCKET"], watchdog or None)


# What switches a setting off that is off by default.
_OFF = frozenset({"off", "no", "none", "false", "0"})
_HOST = re.compile(r"\[([0-9A-Fa-f:.]+)\]|([\w.-]+)", re.ASCII)
_PORTS = range(65_536)


def _listen(value: str | None) -> tuple[str, int] | None:
    """Return the host and port of HOST:PORT, where an IPv6 address stands in brackets; None where it is off."""
    if value is None or value.lower() in _OFF:
        return None
    host, _, port = value.rpartition(":")
    named = _HOST.fullmatch(host)
    if not named or not re.fullmatch(r"[0-9]{1,5}", port) or int(port) not in _PORTS:
        raise SettingError(
            f"HEALTH_ADDRESS must be a host and a port such as 127.0.0.1:9464; it is {_shown(value)}. Only use an "
            "address that others can reach where a firewall keeps strangers out"
        )
    return named[1] or named[2], int(port)


_MOST_SHARDS = 100_000
_SHARED = "auto"
# A database that several machines reach is there to be shared.
_ADDRESSES = {"DATABASE_URL", "DATABASE_URL_FILE"}
_RANGE = re.compile(r"([0-9]{1,6})(?: *- *([0-9]{1,6}))?")


def _shards(given: Mapping[str, str], mistakes: list[str]) -> ShardIds | None:
    """Return which shards are this process's; None where neither setting is given, or something is wrong with one."""
    count, ids = given.get("SHARD_COUNT"), given.get("SHARD_IDS")
    before = len(mistakes)
    if _shared(given):
        if count is not None:
            mistakes.append(f"SHARD_COUNT is for numbers in SHARD_IDS: with SHARD_IDS {_SHARED}, remove it")
        return None
    if count is not None and not (re.fullmatch(r"[0-9]{1,6}", count) and 1 <= int(count) <= _MOST_SHARDS):
        mistakes.append(
            f"SHARD_COUNT must be the number of the bot's shards in all processes, 1 to {_MOST_SHARDS}; it is "
            f"{_shown(count)}"
        )
    chosen = None if ids is None else _ranges(ids)
    if ids is not None and not chosen:
        mistakes.append(
            "SHARD_IDS must be the numbers of this process's shards, each once, such as 0-3 or 0,2,4, or auto; it is "
            f"{_shown(ids)}"
        )
    for name, value, other in (("SHARD_IDS", ids, "SHARD_COUNT"), ("SHARD_COUNT", count, "SHARD_IDS")):
        if value is None and other in given:
            mistakes.append(f"{name} is missing: {other} needs it, and without both, all shards are served")
    if len(mistakes) > before or count is None or not chosen:
        return None
    if max(chosen) >= int(count):
        mistakes.append(
            f"SHARD_IDS names shard {max(chosen)}, but with SHARD_COUNT {count} they are numbered 0 to {int(count) - 1}"
        )
        return None
    return ShardIds(tuple(sorted(chosen)), int(count))


def _shared(given: Mapping[str, str]) -> bool:
    return given.get("SHARD_IDS", "").lower() == _SHARED


def _ranges(value: str) -> list[int]:
    """Return the numbers of a list such as `0-3, 8`; none where it is no such list, or names one twice."""
    numbers: list[int] = []
    for part in value.split(","):
        match = _RANGE.fullmatch(part.strip())
        if match is None:
            return []
        first, last = int(match[1]), int(match[2] or match[1])
        if last < first or last >= _MOST_SHARDS:
            return []
        numbers += range(first, last + 1)
        if len(numbers) > _MOST_SHARDS:
            return []
    return numbers if len({*numbers}) == len(numbers) else []


_KEEP = re.compile(r"([0-9]{1,5}) *(h|d|w|hours?|days?|weeks?)", re.IGNORECASE)
_UNITS = {"h": dt.timedelta(hours=1), "d": dt.timedelta(days=1), "w": dt.timedelta(weeks=1)}
_LONGEST_KEEP = dt.timedelta(days=366)


def _keep(value: str | None) -> dt.timedelta | None:
    """Return for how long to keep what could not be answered; None where nothing is to be kept."""
    if value is None or value.lower() in _OFF:
        return None
    match = _KEEP.fullmatch(value)
    kept = int(match[1]) * _UNITS[match[2][0].lower()] if match else dt.timedelta()
    if not dt.timedelta() < kept <= _LONGEST_KEEP:
        raise SettingError(
            f"KEEP_UNANSWERED must be a time such as 30d, 12h or 4w, a year at most, or off; it is {_shown(value)}"
        )
    return kept

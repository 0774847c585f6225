"""Logs: as text for people, or as lines of JSON for programs that collect them.

Nothing that people typed is in the lines of JSON. What people type reaches a log in three ways: as an argument of
another library's record (at DEBUG, discord.py logs what the gateway sends), within the text of an exception
(Discord's answers may repeat what was sent), and within a text that a library puts together by itself. So of
exceptions there are only their kinds and where they arose, of other libraries' arguments only the numbers, and of
their texts only the first line.
"""

from __future__ import annotations

import datetime as dt
import logging
import re
import sys
import traceback
from typing import TYPE_CHECKING, Any, Final

import msgspec

if TYPE_CHECKING:
    from bot.settings import Settings

_TEXT: Final = "%(asctime)s %(levelname)-7s %(name)s: %(message)s"
# What a record of ours may tell besides, as `extra` gives it.
_FIELDS: Final = ("error_id", "shard", "nonce")
# Whose texts are written by us, and Python's warnings.
_OURS: Final = ("bot", "cogs", "__main__", "py")
# discord.py (2.7.1, gateway.py and shard.py) says of which connection it speaks.
_SHARD: Final = re.compile(r"\bshard id %", re.IGNORECASE)

# How discord.py (2.7.1, client.py and shard.py) begins to tell that it will try again.
_RECONNECTS: Final = re.compile("Attempting a reconnect|Failed to connect for shard_id")


def set_up(settings: Settings) -> None:
    """Write this process's log to standard error, as the settings say."""
    handler = logging.StreamHandler(sys.stderr)
    json = settings.log_format == "json"
    handler.setFormatter(JsonFormatter() if json else TextFormatter(_TEXT))
    handler.addFilter(_is_news)
    logging.basicConfig(level=settings.log_level, handlers=[handler])
    logging.captureWarnings(json)


def _is_news(record: logging.LogRecord) -> bool:
    """Leave out what asyncio says of a process that we ended while it was being made.

    Its transport asks after the process once and so buries it before asyncio's watcher can (CPython's
    base_subprocess.py and unix_events.py); nobody waits for it any more.
    """
    return not (record.name == "asyncio" and str(record.msg).startswith("Unknown child process pid"))


def as_json() -> bool:
    """Whether this process writes its log as JSON: then everything on standard error is to be that."""
    return any(isinstance(handler.formatter, JsonFormatter) for handler in logging.getLogger().handlers)


class TextFormatter(logging.Formatter):
    """Turns a record into text for people.

    A lost connection that discord.py opens again by itself is told in a line, with the reason and without a traceback.
    """

    def format(self, record: logging.LogRecord) -> str:
        """Return the record as text; of an exception with its traceback."""
        if not record.exc_info or record.name.partition(".")[0] != "discord" or not _RECONNECTS.match(str(record.msg)):
            return super().format(record)
        passing = logging.makeLogRecord(
            vars(record) | {"exc_info": None, "exc_text": None, "levelname": logging.getLevelName(logging.WARNING)}
        )
        error = record.exc_info[1]
        return f"{super().format(passing)} ({str(error).partition(chr(10))[0] or type(error).__name__})"


class JsonFormatter(logging.Formatter):
    """Turns a record into an object on one line.

    `time` is in UTC (RFC 3339), `level` in lower case; `error_id`, `shard` and `nonce` are there where they are known.
    `exception` holds the error and those that led to it, the last first, each with its kind and the lines that it came
    by, the innermost last.
    """

    def format(self, record: logging.LogRecord) -> str:
        """Return the record as JSON, without a line break."""
        ours = record.name.partition(".")[0] in _OURS
        line: dict[str, Any] = {
            "time": dt.datetime.fromtimestamp(record.created, dt.UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": _message(record, _plain if ours else _number),
        }
        if not ours:
            line |= _shard(record)
        line |= {name: value for name in _FIELDS if (value := getattr(record, name, None)) is not None}
        if record.exc_info and record.exc_info[1] is not None:
            line["exception"] = list(_errors(record.exc_info[1]))
        return msgspec.json.encode(line).decode()


def _message(record: logging.LogRecord, shown: Any) -> str:
    """Return a record's text with its arguments as `shown` shows each."""
    args = record.args
    try:
        if isinstance(args, dict):
            text = str(record.msg) % {name: shown(value) for name, value in args.items()}
        else:
            text = str(record.msg) % tuple(map(shown, args)) if args else str(record.msg)
    except (TypeError, ValueError, KeyError):
        # A placeholder for a number that was given something else.
        text = str(record.msg)
    return text if shown is _plain else text.partition("\n")[0]


def _plain(value: Any) -> Any:
    """Return an argument of ours as it is; of an exception, its kind and its numbers."""
    if not isinstance(value, BaseException):
        return value
    numbers = [str(number) for name in ("status", "code") if isinstance(number := getattr(value, name, None), int)]
    return " ".join([type(value).__name__, *numbers])


def _number(value: Any) -> Any:
    """Return a number as it is, and anything else as an ellipsis."""
    return value if isinstance(value, int | float | None) else "…"


def _shard(record: logging.LogRecord) -> dict[str, int]:
    """Return of which connection discord.py speaks, where it says so."""
    template, args = str(record.msg).replace("%%", ""), record.args
    if isinstance(args, tuple) and (match := _SHARD.search(template)):
        place = template.count("%", 0, match.end()) - 1
        if place < len(args) and isinstance(shard := args[place], int):
            return {"shard": shard}
    return {}


def _errors(error: BaseException | None) -> Any:
    """Yield an error and those that led to it: their kinds, and the lines of the program that they came by."""
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        at = [f"{each.filename}:{each.lineno} {each.name}" for each in traceback.extract_tb(error.__traceback__)]
        yield {"kind": f"{type(error).__module__}.{type(error).__qualname__}", "at": at}
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)

"""The program: arguments in, exit codes out. 0: done or stopped; 1: a fault; 2: something to put right."""

from __future__ import annotations

import argparse
import asyncio
import io
import logging
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from bot import announcement, memory, seeding, terminal
from bot.announcement import words
from bot.errors import AnnouncementError, CanonkeeperError, StoreError
from bot.operators import logs
from bot.settings import Secret, from_environment, look_at_environment
from bot.store import copies, engines
from bot.text import counted

if TYPE_CHECKING:
    from collections.abc import Container, Sequence

    from bot.settings import Settings

_log = logging.getLogger(__name__)

FAULT = 1
MISTAKE = 2
CHECK = "check"
# What takes a text: the command, and its help.
_TYPED = (
    ("quote", "look up a quote, here in the terminal"),
    (CHECK, "check a claim, or whatever the announcement rules on, here in the terminal"),
    ("ask", "ask a question, here in the terminal"),
    ("why", "explain how a text is understood, with the closest phrasings in the data"),
)


# What to do in the place of `backup` and `restore`; the last line lets the bot look for what it posted since.
BY_POSTGRESQL = """Nothing was done: PostgreSQL's own programs copy its databases. To make a backup, while the bot runs:
  pg_dump --format=custom --file=FILE "$DATABASE_URL"
To put it back, with the bot stopped:
  pg_restore --clean --if-exists --single-transaction --no-owner --dbname="$DATABASE_URL" FILE
  psql "$DATABASE_URL" --command="DELETE FROM copied; INSERT INTO copied VALUES (1, NULL)\""""


def parser() -> argparse.ArgumentParser:
    made = argparse.ArgumentParser(
        prog="python -m bot", description="A Discord bot that answers from one announcement."
    )
    commands = made.add_subparsers(dest="command", required=True, metavar="COMMAND")
    commands.add_parser("run", help="connect to Discord (settings: see .env.example)")
    commands.add_parser("sync", help="register the commands with Discord, whether or not they changed")
    commands.add_parser("doctor", help="look at all that the bot needs, and say what to do about what is wrong")
    backup = commands.add_parser("backup", help="copy the database to a new file, while the bot runs")
    backup.add_argument("file", type=Path, metavar="FILE")
    restore = commands.add_parser("restore", help="put a backup in the database's place; stop the bot first")
    restore.add_argument("file", type=Path, metavar="FILE")
    move = commands.add_parser("move-store", help="copy the database to another place; stop the bot first")
    places = "a file, or postgresql://USER:PASSWORD@HOST/DATABASE"
    move.add_argument("source", metavar="FROM", help=places)
    move.add_argument("target", metavar="TO", help="the same; nothing may be there yet")
    forget = commands.add_parser("forget", help="delete everything that is kept about a server, while the bot runs")
    forget.add_argument("server", type=_server, metavar="SERVER_ID")
    check = commands.add_parser("check-data", help="check an announcement's folder and list every mistake")
    check.add_argument("path", nargs="?", type=Path, help="the folder (default: ANNOUNCEMENT_PATH)")
    new = commands.add_parser("new-announcement", help="draft an announcement's folder from an article")
    new.add_argument("article", type=Path, metavar="ARTICLE.txt", help="plain text or Markdown, UTF-8")
    new.add_argument("folder", type=Path, metavar="FOLDER", help="what is there is kept, and what is new added")
    trying = commands.add_parser("try", help="ask an announcement's folder all the questions in a file, and score it")
    trying.add_argument("folder", type=Path, metavar="FOLDER")
    trying.add_argument("questions", type=Path, metavar="QUESTIONS.txt", help="one a line; '=> id' says what is right")
    learn = commands.add_parser("learn", help="do the learning in advance, so that a start takes only seconds")
    learn.add_argument("path", nargs="?", type=Path, help="where to save what is learnt (default: LEARNT_PATH)")
    commands.add_parser("unanswered", help="list what couldn't be answered lately, to paste into the data")
    # What the presets call it in Discord does it, too.
    names = [name for name in map(_called, words.presets()) if name not in commands.choices and name != CHECK]
    for name, what in _TYPED:
        command = commands.add_parser(name, help=what, aliases=names if name == CHECK else ())
        command.set_defaults(command=name)
        command.add_argument("text", nargs="+", metavar="TEXT")
    made.set_defaults(known=frozenset(commands.choices))
    return made


def _called(preset: str) -> str:
    return words.preset(preset).check.command


def _neutral(arguments: Sequence[str], known: Container[str]) -> list[str]:
    """Return the arguments with our own name for the command that checks, where they have the announcement's."""
    if not arguments or arguments[0].startswith("-") or arguments[0] in known:
        return [*arguments]
    try:
        called = announcement.load_words(from_environment().announcement_path).check.command
    except CanonkeeperError:
        return [*arguments]  # what is wrong with the data is told where they are used
    return [CHECK if arguments[0] == called else arguments[0], *arguments[1:]]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code; mistakes are told in a line each on standard error."""
    _print_anything()
    memory.set_up()
    made = parser()
    given = made.parse_args(_neutral(sys.argv[1:] if arguments is None else arguments, made.get_default("known")))
    try:
        return _run(given)
    except AnnouncementError as error:
        _tell(*error.mistakes)
        return MISTAKE
    except CanonkeeperError as error:
        _tell(str(error))
        return MISTAKE
    except KeyboardInterrupt:
        return 0
    except Exception:
        if not logs.as_json():
            raise
        _log.critical("stopped by an unexpected error", exc_info=True)
        return FAULT


def _tell(*mistakes: str) -> None:
    """Write mistakes to standard error, a line each, where the log is JSON as that."""
    for mistake in mistakes:
        if logs.as_json():
            _log.critical("%s", mistake)
        else:
            print(mistake, file=sys.stderr)  # noqa: T201 - a terminal program's words


def _print_anything() -> None:
    """Let no character end the program where the terminal cannot show it: Windows still has old code pages."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")


def _run(given: argparse.Namespace) -> int:
    if given.command == "doctor":
        return _doctor()
    settings = from_environment(token=given.command in {"run", "sync"})
    logs.set_up(settings)
    told = _without_services(given, settings)
    if told is None:
        told = _with_services(given, settings)
    if told:
        print(told)  # noqa: T201
    return 0


def _doctor() -> int:
    reading = look_at_environment(token=True)
    logs.set_up(reading.settings)
    from bot import app  # noqa: PLC0415 - see _with_services

    told, fine = asyncio.run(app.examine(reading))
    print(told)  # noqa: T201
    return 0 if fine else MISTAKE


def _without_services(given: argparse.Namespace, settings: Settings) -> str | None:
    """Do what needs the data's folder or the store's file alone, and return what to tell; None for other commands."""
    if given.command == "check-data":
        folder = given.path or settings.announcement_path
        checked = announcement.load(folder)
        summary = f"{folder}: no mistakes; {len(checked.quotes)} quotes, {len(checked.facts)} facts"
        return "\n".join([*announcement.remarks(checked), summary])
    if given.command == "new-announcement":
        return _drafted(given.folder, announcement.draft(given.article, given.folder))
    if given.command == "learn":
        file = given.path or settings.learnt_path
        learnt = asyncio.run(seeding.learn(settings.announcement_path, file, _bar if sys.stderr.isatty() else None))
        return f"{file}: {'learnt' if learnt else 'nothing new to learn'}"
    return _about_the_store(given, settings)


def _about_the_store(given: argparse.Namespace, settings: Settings) -> str | None:
    """Copy the store, or put a copy in its place, and return what to tell; None for other commands."""
    if given.command == "move-store":
        source, target = engines.place_of(given.source), engines.place_of(given.target)
        return _moved(asyncio.run(engines.move(source, target)), target)
    if given.command in {"backup", "restore"} and settings.database_url is not None:
        raise StoreError(BY_POSTGRESQL)
    if given.command == "backup":
        made = copies.backup(settings.database_path, given.file)
        return f"{given.file}: {made.schedules} daily schedules, {made.size / 2**20:.1f} MiB"
    if given.command == "restore":
        kept = asyncio.run(copies.restore(given.file, settings.database_path))
        old = f"; what was there is kept as {kept}" if kept else ""
        return f"{settings.database_path}: restored from {given.file}{old}"
    return None


def _moved(counts: dict[str, int], target: Path | Secret) -> str:
    """Return what was moved, and what to do next."""
    setting = f"DATABASE_PATH={target}" if isinstance(target, Path) else "DATABASE_URL to its address"
    rows = counted(sum(counts.values()), "row")
    return (
        f"Copied and compared: {counted(counts['schedule'], 'daily schedule')}, {rows} in all. Now set {setting}, "
        "remove the other setting, and start the bot. Keep the old database until all is well, but start no bot on "
        "it again."
    )


def _bar(share: float) -> None:
    """Draw how far learning is over the terminal's last line."""
    end = "\n" if share == 1 else ""
    print(f"\rlearning [{'#' * int(share * 30):<30}] {share:4.0%}", end=end, file=sys.stderr, flush=True)  # noqa: T201


def _with_services(given: argparse.Namespace, settings: Settings) -> str:
    """Do what needs all that the bot is made of, and return what to tell."""
    # Discord's library is only loaded for what needs it.
    from bot import app  # noqa: PLC0415

    if given.command == "run":
        asyncio.run(app.run(settings))
        return ""
    if given.command == "sync":
        return f"{asyncio.run(app.sync_commands(settings))} commands registered"
    if given.command == "forget":
        return _forgotten(given.server, asyncio.run(app.forget(settings, given.server)))
    of_the_data = {
        "unanswered": lambda: app.unanswered(settings),
        "why": lambda: app.why(settings, " ".join(given.text)),
        "try": lambda: app.try_out(settings, given.folder, given.questions),
    }
    if told := of_the_data.get(given.command):
        return asyncio.run(told())
    return asyncio.run(terminal.answer(app.services(settings), given.command, " ".join(given.text)))


def _drafted(folder: Path, added: dict[str, int]) -> str:
    """Return what was written for a new announcement, and what to do next."""
    if not added:
        return f"{folder}: nothing in the article is new, so nothing was changed"
    lines = [f"{folder / name}: {count} added" for name, count in added.items()]
    next_step = f"??? marks what only you can decide: python -m bot check-data {folder} lists all of it"
    return "\n".join([*lines, next_step])


def _server(text: str) -> int:
    """Return a server's ID."""
    if not re.fullmatch(r"[0-9]{15,20}", text):
        raise argparse.ArgumentTypeError(
            f"'{text}' isn't a server's ID, 17 to 20 digits: in Discord, turn on developer mode, then right-click the "
            "server and copy its ID"
        )
    return int(text)


def _forgotten(server: int, schedules: int) -> str:
    what = counted(schedules, "daily schedule") if schedules else "no daily schedules"
    return (
        f"Nothing is kept about server {server} any more: there were {what}. Backups made before still hold it, and "
        "while the bot is in that server, its moderators can set up new ones."
    )


if __name__ == "__main__":
    sys.exit(main())

"""The demo: `python -m sandbox` serves the small Discord and its page on loopback, with the bot in it."""

from __future__ import annotations

import argparse
import asyncio
import importlib.util
import logging
import signal
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

from sandbox import ids, process
from sandbox.process import LEARN, ROOT, RUN, BotProcess
from sandbox.server import Sandbox

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sandbox.page.hub import Hub

PORT = 8765
VAR = ROOT / "var"


def parser() -> argparse.ArgumentParser:
    made = argparse.ArgumentParser(prog="python -m sandbox", description="A small Discord with the bot in it.")
    made.add_argument("--port", type=int, default=PORT, help=f"the port on loopback (default: {PORT}; 0: a free one)")
    made.add_argument("--no-bot", action="store_true", help="only serve: you start the bot yourself")
    made.add_argument("--keep", action="store_true", help="carry on with the database of the last demo at this port")
    made.add_argument(
        "--announcement", type=Path, help="the folder of another announcement, such as examples/night-train"
    )
    return made


def new_application_id(now: float) -> int:
    """Make the application's id as Discord does, from the time, and so another one for each demo.

    This Discord forgets the commands when it ends, but a bot may note, for its application, which ones it has
    registered, and not do it again: so a database of an earlier demo must not be this application's.
    """
    return ids.at(now) | 1  # the last bits count within a millisecond: nothing in the world has the same id


def settings(sandbox: Sandbox, database: Path, announcement: Path | None = None) -> dict[str, str]:
    """Give the settings under which the bot finds the sandbox instead of Discord, and an announcement of its own."""
    other = {}
    if announcement is not None:
        # What is learnt from it is kept as well, and beside what is learnt from the first one.
        learnt = VAR / f"learnt-{announcement.resolve().name}.sqlite3"
        other = {"ANNOUNCEMENT_PATH": str(announcement.resolve()), "LEARNT_PATH": str(learnt)}
    return other | {
        "DISCORD_TOKEN": sandbox.token,
        "DISCORD_API_BASE": sandbox.base_url,
        "DATABASE_PATH": str(database),
        "CLOCK_URL": f"{sandbox.world.root}/demo/clock",
    }


async def demo(
    given: argparse.Namespace,
    stop: asyncio.Event,
    folder: Path = VAR,
    commands: Sequence[Sequence[str]] = (LEARN, RUN),
) -> None:
    """Run the demo until `stop` is set.

    Its database is in `folder` and bears the port's name: several demos may run beside each other.
    """
    sandbox = Sandbox(given.port, strict=False, journal_size=2000, application_id=new_application_id(time.time()))
    bot: BotProcess | None = None
    hub: Hub | None = None

    async def restart() -> None:
        if bot is not None:
            await bot.restart()

    if importlib.util.find_spec("sandbox.page") is not None:
        from sandbox import page  # noqa: PLC0415 - only the demo needs it

        hub = page.add_routes(
            sandbox.app,
            sandbox,
            restart=None if given.no_bot else restart,
            announcement=given.announcement or page.ANNOUNCEMENT,
        )
    async with sandbox:
        database = folder / f"demo-{sandbox.port}.sqlite3"
        chosen = settings(sandbox, database, given.announcement)
        say(f"The demo is at {sandbox.world.root}/ (Ctrl-C ends it)")
        if given.no_bot:
            say("To start the bot: " + " ".join(f"{key}={each}" for key, each in chosen.items()))
            await stop.wait()
            return
        if not given.keep:
            process.remove(database)
        bot = BotProcess(chosen, _ended, commands, hub.learns if hub else lambda _: None)
        try:
            await bot.start()
            await stop.wait()
        finally:
            await bot.stop()
            if given.port == 0:  # another demo gets another port, and so could not carry on
                process.remove(database)


def _ended(code: int) -> None:
    say(f"The bot has stopped (exit code {code}); you can restart it from the page.")


def say(words: str) -> None:
    """Tell whoever started the demo."""
    print(words, flush=True)  # noqa: T201 - a terminal program's words


async def _until_signal(given: argparse.Namespace) -> None:
    stop = asyncio.Event()
    _on_stop_signals(stop)
    await demo(given, stop)


def _on_stop_signals(stop: asyncio.Event) -> None:
    """Set `stop` when the demo is asked to end; the event loops of Windows leave signals to the interpreter."""
    loop = asyncio.get_running_loop()
    for name in ("SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK"):
        signum = getattr(signal, name, None)
        if signum is None:
            continue
        try:
            loop.add_signal_handler(signum, stop.set)
        except NotImplementedError:
            signal.signal(signum, lambda *_: loop.call_soon_threadsafe(stop.set))


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the demo; 2 if the port is taken, or there is no such announcement."""
    given = parser().parse_args(arguments)
    if given.announcement is not None and not given.announcement.is_dir():
        say(f"There's no folder {given.announcement}. --announcement needs the folder of an announcement.")
        return 2
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s: %(message)s")
    try:
        asyncio.run(_until_signal(given))
    except OSError as error:
        say(f"Port {given.port} can't be used: {error.strerror or error}. Try --port 0.")
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())

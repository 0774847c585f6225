"""Start the bot against the local Discord, have one command answered, and stop it: `python -m requirements.smoke`.

It needs the packages that the program itself needs, and nothing of the tests.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys

from sandbox import Sandbox

_SECONDS = 120.0


async def main() -> int:
    """Return 0 if the bot came online, answered and ended cleanly; raises TimeoutError if it did not in time."""
    async with asyncio.timeout(_SECONDS), Sandbox() as sandbox:
        settings = {"DISCORD_TOKEN": sandbox.token, "DISCORD_API_BASE": sandbox.base_url}
        bot = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "bot", "run", env={**os.environ, **settings}, stdin=asyncio.subprocess.DEVNULL
        )
        try:
            await sandbox.bot_connected(commands=True)
            reply = await sandbox.person("Mina").slash("about")
            bot.send_signal(signal.SIGTERM)
            code = await bot.wait()
        finally:
            if bot.returncode is None:
                bot.kill()
                await bot.wait()
    print(f"answered {len(reply.text)} characters; exit code {code}")
    return code if reply.text else 1


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))

"""README and code say the same: commands, settings and their defaults."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from discord import app_commands
from PIL import Image, ImageSequence

from bot import settings
from bot.__main__ import parser
from tests.support.given import given
from tests.support.seeded import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.conftest import Chat


@pytest.fixture(scope="module")
def readme() -> str:
    return (ROOT / "README.md").read_text(encoding="utf-8")


def rows(text: str) -> dict[str, list[str]]:
    """Return the tables' rows by what their first cell names."""
    found = re.findall(r"^\| `([^`]+)` \|(.*)\|$", text, re.MULTILINE)
    return {name: [cell.strip() for cell in rest.split("|")] for name, rest in found}


def offered(bot: Any) -> Iterator[str]:
    """Yield the commands as people type or see them."""
    for command in bot.tree.walk_commands():
        if isinstance(command, app_commands.Command):
            yield f"/{command.qualified_name}"
    for kind in bot.tree.get_commands():
        if isinstance(kind, app_commands.ContextMenu):
            yield kind.name


async def test_the_table_of_commands(second_chat: Chat, readme: str) -> None:
    named = [name for name in rows(readme) if name.startswith("/") or (name[0].isupper() and " " in name)]
    assert sorted(named) == sorted(offered(second_chat.bot))


def known_settings() -> set[str]:
    source = Path(settings.__file__).read_text(encoding="utf-8")
    # What systemd sets is nobody's to write.
    of_systemd = {"NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID"}
    return set(re.findall(r'"([A-Z]+(?:_[A-Z]+)+)"', source)) - {"DISCORD_API"} - of_systemd


def test_the_table_of_settings(readme: str) -> None:
    named = {name for name in rows(readme) if re.fullmatch(r"[A-Z_]+", name)}
    assert named == known_settings()


def test_the_defaults_of_the_settings(readme: str) -> None:
    table, plain = rows(readme), settings.read({})
    assert table["DATABASE_PATH"][0] == f"`{plain.database_path}`"
    assert table["ANNOUNCEMENT_PATH"][0] == f"`{plain.announcement_path.relative_to(ROOT)}`"
    assert table["LEARNT_PATH"][0] == f"`{plain.learnt_path.relative_to(ROOT)}`"
    assert table["LOG_LEVEL"][0] == f"`{plain.log_level}`"
    assert table["LOG_FORMAT"][0] == f"`{plain.log_format}`"
    assert table["LATE_LIMIT_HOURS"][0] == f"`{plain.late_limit_hours:g}`"
    assert table["DISCORD_API_BASE"][0] == f"`{plain.api_base}`"
    assert (plain.dev_guild_id, plain.clock_url, plain.token) == (None, None, None)
    for name in ("DISCORD_TOKEN_FILE", "DEV_GUILD_ID", "CLOCK_URL"):
        assert table[name][0] == "none"


def test_the_example_of_the_settings() -> None:
    example = (ROOT / ".env.example").read_text(encoding="utf-8")
    given: dict[str, str] = dict(re.findall(r"^#?([A-Z_]+)=(.*)$", example, re.MULTILINE))
    assert set(given) == known_settings() - {"CLOCK_URL"}
    # What stands there behind a hash is the default; these two lie in the program's folder, wherever that is.
    for name, default in (("ANNOUNCEMENT_PATH", settings.ANNOUNCEMENT), ("LEARNT_PATH", settings.LEARNT)):
        assert given.pop(name) == str(default.relative_to(ROOT))
    assert settings.read(given) == settings.read({})


def test_the_commands_of_the_terminal(readme: str) -> None:
    known = set(given(parser()._subparsers)._group_actions[0].choices or ())
    assert set(re.findall(r"-m bot ([a-z-]+)", readme)) == known


def test_what_make_is_told_exists(readme: str) -> None:
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    assert set(re.findall(r"(?:^|`)make ([a-z]+)(?:$|`)", readme, re.MULTILINE)) <= targets


def test_what_is_linked_exists(readme: str) -> None:
    links = re.findall(r"\]\(([^)#]+)", readme)
    assert [link for link in links if "://" not in link and not (ROOT / link).exists()] == []


def test_the_pictures_that_are_shown_exist(readme: str) -> None:
    shown = re.findall(r'(?:src|srcset)="([^"]+)"', readme)
    assert shown
    assert [each for each in shown if not (ROOT / each).exists()] == []
    for picture in re.findall(r"<img [^>]*>", readme):
        assert re.search(r'alt="[^"]{40,}"', picture)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_moving_picture_is_small_and_calm(readme: str, scheme: str) -> None:
    file = ROOT / "docs" / "images" / f"moments-{scheme}.webp"
    assert file.relative_to(ROOT).as_posix() in readme
    assert file.stat().st_size < 3 * 2**20
    lasting = []
    with Image.open(file) as picture:
        for still in ImageSequence.Iterator(picture):
            still.load()  # only then does a frame tell how long it stands
            lasting.append(still.info["duration"])
    assert len(lasting) > 3
    # Where only a button is pointed at, a moment is enough; what is to be read stands longer.
    assert min(lasting) >= 1000
    assert sum(each >= 3000 for each in lasting) > len(lasting) / 2
    assert 20_000 < sum(lasting) < 60_000

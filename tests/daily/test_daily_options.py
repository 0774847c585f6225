"""/daily over the real protocol: who may use it, its options and their completions."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from sandbox import SandboxError
from tests.support.daily_chat import START, DailyChat, daily_chat

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path


@pytest.fixture
async def chat(second_path: Path) -> AsyncIterator[DailyChat]:
    async with daily_chat(second_path) as one:
        yield one


async def test_a_member_may_not_and_is_told_so_when_discord_lets_them_try(chat: DailyChat) -> None:
    with pytest.raises(SandboxError):
        await chat.sandbox.person("Mina").slash("daily list")
    # A server's administrators can open a command to others (Discord's docs, permissions of commands).
    command = next(each for each in chat.sandbox.world.commands.values() if each.name == "daily")
    command.body["default_member_permissions"] = None
    reply = await chat.sandbox.person("Mina").slash("daily list")
    assert "Manage Server" in reply.text
    assert reply.ephemeral


@pytest.mark.parametrize("name", ["edit", "preview", "skip", "pause", "resume", "test", "remove"])
async def test_completion_tells_schedules_to_moderators_alone(
    chat: DailyChat, name: str, caplog: pytest.LogCaptureFixture
) -> None:
    await chat.schedule()
    command = next(each for each in chat.sandbox.world.commands.values() if each.name == "daily")
    command.body["default_member_permissions"] = None
    command.body["contexts"] = [0, 1]
    command.body["integration_types"] = [0, 1]
    assert len(await chat.mo.complete(f"daily {name}", "schedule", "")) == 1
    assert await chat.sandbox.person("Mina").complete(f"daily {name}", "schedule", "") == []
    assert await chat.mo.install().in_dm().complete(f"daily {name}", "schedule", "") == []
    assert [record for record in caplog.records if record.exc_info] == []


async def test_only_in_servers(chat: DailyChat) -> None:
    with pytest.raises(SandboxError):
        await chat.mo.in_dm().slash("daily list")
    command = next(each for each in chat.sandbox.world.commands.values() if each.name == "daily")
    assert command.body["contexts"] == [0]
    assert command.body["integration_types"] == [0]
    assert command.body["default_member_permissions"] == "32"


async def test_completions_work_on_empty_boxes_and_with_slips(chat: DailyChat) -> None:
    mo = chat.mo
    for option in ("time", "timezone", "days", "about"):
        assert await mo.complete("daily schedule", option, ""), option
    assert ("America/New_York (UTC-5, now 03:00)", "America/New_York") in await mo.complete(
        "daily schedule", "timezone", "new yrok"
    )
    assert (await mo.complete("daily schedule", "time", "9"))[0] == ("09:00 (9 am)", "09:00")
    assert (await mo.complete("daily schedule", "days", "mon,we"))[0][1] == "mon,wed"
    assert await mo.complete("daily pause", "schedule", "") == []
    await chat.schedule()
    await chat.schedule(channel=chat.channel("general"), time="21:30")
    assert await mo.complete("daily pause", "schedule", "") == [
        ("1 · #daily-quotes · 09:00 UTC · every day", "1"),
        ("2 · #general · 21:30 UTC · every day", "2"),
    ]
    assert (await mo.complete("daily pause", "schedule", "genral"))[0][1] == "2"


async def test_the_options_come_in_the_order_that_people_know(chat: DailyChat) -> None:
    command = next(each for each in chat.sandbox.world.commands.values() if each.name == "daily")
    by_name = {each["name"]: [option["name"] for option in each.get("options", [])] for each in command.body["options"]}
    fields = ["channel", "time", "timezone", "days", "about", "role", "style", "publish", "thread"]
    assert by_name["schedule"] == fields
    assert by_name["edit"] == ["schedule", *fields, "no_role"]
    assert by_name["list"] == []
    for name in ("preview", "skip", "pause", "resume", "test", "remove"):
        assert by_name[name] == ["schedule"]
    assert chat.sandbox.clock.now() >= START.timestamp()

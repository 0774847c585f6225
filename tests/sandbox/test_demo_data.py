"""What the demo begins with, for any announcement: its own where it has a demo.json, and else what follows from it."""

from __future__ import annotations

import re
from pathlib import Path

from sandbox import Sandbox
from sandbox.page import ANNOUNCEMENT, demo_data

ROOT = Path(__file__).resolve().parents[2]
NIGHT_TRAIN = ROOT / "examples" / "night-train"


def dressed(announcement: Path) -> str:
    """Return all names, topics and messages of a demo's world."""
    world = Sandbox().world
    demo_data.dress(world, demo_data.read(announcement))
    return "\n".join(
        text
        for guild in world.guilds.values()
        for channel in guild.channels.values()
        for text in (guild.name, channel.name, channel.topic or "", *(m.content for m in channel.messages.values()))
    )


def test_each_announcement_has_its_own_talk() -> None:
    first, other = dressed(ANNOUNCEMENT), dressed(NIGHT_TRAIN)
    assert re.search("Republic City.*canon-talk.*Book One", first, re.DOTALL)
    assert "there's a piano" in other
    assert "canon" not in other
    # Nothing of the bare world's names is left, and nothing of the first announcement's talk.
    assert not re.search("Harbour|Lighthouse|Republic|Temple|lore|impressions|Book One", other)


def test_things_to_try_are_commands_that_the_announcement_has() -> None:
    assert [thing.command for thing in demo_data.read(ANNOUNCEMENT).things] == ["canon", "ask"]
    assert [thing.command for thing in demo_data.read(NIGHT_TRAIN).things] == ["rumour", "ask"]


def test_an_announcement_without_a_demo_of_its_own(tmp_path: Path) -> None:
    assert [thing.command for thing in demo_data.read(tmp_path).things] == ["quote"]
    (tmp_path / "facts").mkdir()
    (tmp_path / "facts" / "a.toml").write_text("no toml", encoding="utf-8")
    (tmp_path / "facts" / "b.toml").write_text("question = 3", encoding="utf-8")
    (tmp_path / "facts" / "c.toml").write_text('question = "When does it open?"', encoding="utf-8")
    assert demo_data.read(tmp_path).things[-1].values == {"question": "When does it open?"}
    assert not re.search("Republic|canon|lore", dressed(tmp_path))

"""The whole bot where an announcement has quotes and facts alone, and where its matter has words of its own."""

from __future__ import annotations

import asyncio
import shutil
from typing import TYPE_CHECKING

import pytest

from bot import app
from bot.announcement import load, remarks
from bot.quotes import Ruled
from bot.settings import read
from bot.terminal import answer
from sandbox import SandboxError
from tests.conftest import started_chat
from tests.support.daily_chat import DailyChat
from tests.support.seeded import SECOND
from tests.support.seeded import seeded as kept

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from bot.client.client import Services
    from sandbox import Reply
    from tests.conftest import Chat

BARE = {
    "announcement.toml": 'id = "bare"\ntitle = "The bridge closes"\nabout = "The city tells when the bridge closes."\n',
    "speakers.toml": '[[speaker]]\nid = "city"\nname = "The city"\nrole = "Wrote it"\ncolour = "#4B6A9B"\n',
    "sources.toml": '[[source]]\nid = "notice"\ntitle = "The notice"\nauthor = "city"\n',
    "topics.toml": '[[topic]]\nid = "bridge"\nname = "The bridge"\n',
    "passages.toml": '[[passage]]\nid = "closing"\nsource = "notice"\nspeaker = "city"\n'
    'text = "The old bridge closes in May. Line 7 will not run until autumn. Line 12 goes round by the station."\n',
    "quotes.toml": "".join(
        f'[[quote]]\nid = "{name}"\npassage = "closing"\ntopics = ["bridge"]\ntext = "{text}"\n'
        for name, text in (
            ("it-closes", "The old bridge closes in May."),
            ("no-seven", "Line 7 will not run until autumn."),
            ("twelve-goes-round", "Line 12 goes round by the station."),
        )
    ),
    "facts/when-it-closes.toml": 'question = "When does the bridge close?"\nanswer = "In May."\n'
    'quotes = ["it-closes"]\n',
    "facts/seven-again.toml": 'question = "When does line 7 run again?"\nanswer = "In autumn."\n'
    'quotes = ["no-seven"]\n',
}
BUS = {
    **BARE,
    "announcement.toml": BARE["announcement.toml"].replace('"bare"', '"bus"'),
    "words.toml": """
preset = "plain"

[check]
command = "bus"
menu = "Does it run?"
description = "Does it still run? Check a line or a claim"
checks = "checks a line or a claim"

[verdicts.closes]
means = "no"
label = "Closes"
colour = "#123456"
of = ["subjects"]

[verdicts.goes-on]
means = "yes"
label = "Goes on"
colour = "#2E8B57"
of = ["subjects"]

[strengths]
city = "Stated by the city"

[subjects.line]
members = 1

[subjects.change]
members = 2

[pair]
name = "change"
plural = "changes"
together = "as a change"

[quiz]
title = "Running or not?"
yes = "So it is"
no = "By no means"
told_yes = "That's so."
told_no = "That isn't so."

[asking]
words = ["close", "closes", "closing", "run", "runs", "running"]
""",
    "subjects.toml": """
[[subject]]
id = "line-7"
kind = "line"
name = "Line 7"
aliases = ["the seven"]
verdict = "closes"
line = "Line 7 does not run before autumn."
strength = "city"
quotes = ["no-seven"]

[[subject]]
id = "line-12"
kind = "line"
name = "Line 12"
aliases = ["the twelve"]
verdict = "goes-on"
line = "Line 12 goes round by the station."
strength = "city"
quotes = ["twelve-goes-round"]
""",
    "claims/bridge-stays-open.toml": 'statement = "The bridge stays open."\nruling = "contradicted"\n'
    'line = "It closes in May."\nstrength = "city"\nquotes = ["it-closes"]\nfacts = ["when-it-closes"]\n',
    "claims/the-12-goes-round.toml": 'statement = "The 12 goes round by the station."\nruling = "supported"\n'
    'line = "So the notice says."\nstrength = "city"\nquotes = ["twelve-goes-round"]\n',
}
CHANGE = """
[[subject]]
id = "at-the-station"
kind = "change"
name = "The station"
members = ["line-7", "line-12"]
verdict = "goes-on"
line = "Line 12 goes there."
strength = "city"
quotes = ["twelve-goes-round"]
"""


def made(files: dict[str, str], at: Path) -> Path:
    for name, text in files.items():
        (at / name).parent.mkdir(parents=True, exist_ok=True)
        (at / name).write_text(text, encoding="utf-8")
    return at


@pytest.fixture(scope="session")
def folders(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    changes = {**BUS, "subjects.toml": BUS["subjects.toml"] + CHANGE}
    matters = {"bare": BARE, "bus": BUS, "changes": changes}
    return {name: made(files, tmp_path_factory.mktemp(name) / name) for name, files in matters.items()}


@pytest.fixture(scope="session")
def stores(folders: dict[str, Path], pytestconfig: pytest.Config) -> dict[str, Path]:
    return {name: kept(folder, pytestconfig.cache.mkdir("seeded")) for name, folder in folders.items()}


@pytest.fixture
async def matter(
    request: pytest.FixtureRequest, folders: dict[str, Path], stores: dict[str, Path], tmp_path: Path
) -> AsyncIterator[Chat]:
    """The bot on the folder that the test names."""
    store = tmp_path / "store.sqlite3"
    shutil.copy(stores[request.param], store)
    async with started_chat(store, ANNOUNCEMENT_PATH=str(folders[request.param])) as chat:
        yield chat


@pytest.fixture(scope="session")
def buses(
    folders: dict[str, Path], stores: dict[str, Path], tmp_path_factory: pytest.TempPathFactory
) -> dict[str, Services]:
    """The services on bus lines, and where they are also changed between; built once, for they are only read."""

    async def build(name: str) -> Services:
        store = shutil.copy(stores[name], tmp_path_factory.mktemp("services") / "store.sqlite3")
        async with app.services(read({"DATABASE_PATH": str(store), "ANNOUNCEMENT_PATH": str(folders[name])})) as built:
            return built

    return {name: asyncio.run(build(name)) for name in ("bus", "changes")}


def on(name: str) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("matter", [name], indirect=True)


def names(chat: Chat) -> set[str]:
    return {command.name for command in chat.sandbox.person("Mo").commands()}


def assert_shows(reply: Reply, *texts: str) -> None:
    assert [text for text in texts if text not in reply.text] == [], reply.text


# -- quotes and facts alone --------------------------------------------------------------------------


def test_a_folder_may_have_quotes_and_facts_alone(folders: dict[str, Path]) -> None:
    announcement = load(folders["bare"])
    assert (announcement.subjects, announcement.claims, announcement.timeline, announcement.people) == ((), (), (), ())
    assert announcement.head.timeline_title == "How it came about"
    assert not any("subjects" in remark or "timeline" in remark for remark in remarks(announcement))


@on("bare")
async def test_what_makes_no_sense_is_not_offered_and_the_rest_answers(matter: Chat) -> None:
    # All quotes are one speaker's, so there is nothing to guess either.
    assert names(matter) == {"quote", "ask", "about", "help", "daily"}
    mina = matter.person("Mina")
    for command in ("help", "about"):
        reply = await mina.slash(command)
        assert not reply.failed
        shown = reply.text.lower().replace("canonkeeper", "")
        assert [word for word in ("canon", "check", "claim", "timeline", "quiz") if word in shown] == []
    for command in ("canon", "check", "timeline", "quiz"):
        with pytest.raises(SandboxError):
            await mina.slash(command)
    assert_shows(await mina.slash("quote", query="station"), "> Line 12 goes round by the station.")
    assert_shows(await mina.slash("ask", question="when does line 7 run again"), "**In autumn.**", "until autumn")
    assert_shows(await mina.slash("ask", question="who is the mayor of paris"), "couldn't find that")
    hello = await mina.slash("ask", question="hello")
    assert "looks up quotes, and " in hello.text
    assert "check" not in hello.text
    reply = await DailyChat(matter.sandbox, matter.bot).schedule(style="quiz")
    assert "Those quotes are all by one person" in reply.text


# -- words of its own --------------------------------------------------------------------------------


@on("bus")
async def test_everything_has_its_own_words(matter: Chat) -> None:
    assert names(matter) == {"quote", "ask", "about", "help", "daily", "quiz", "bus", "Does it run?"}
    commands = {command.name: command.to_dict(matter.bot.tree) for command in matter.bot.tree.get_commands()}
    assert commands["bus"]["description"] == "Does it still run? Check a line or a claim"
    assert commands["quiz"]["description"] == "Running or not? Guess, and see the quote that tells"
    assert commands["quiz"]["options"][0]["choices"] == [{"name": "Running or not?", "value": "canon"}]
    mina = matter.person("Mina")
    assert_shows(await mina.slash("help"), "Does it still run? Check a line or a claim", "**Does it run?**: In a")
    assert "checks a line or a claim, and" in (await mina.slash("ask", question="hello")).text

    reply = await mina.slash("bus", subject="is line 7 closing?")
    assert_shows(reply, "## Closes", "Stated by the city")
    assert reply.components[0]["accent_color"] == 0x123456
    assert [name for name, _ in await mina.complete("bus", "subject", "")][:2] == ["Line 7", "Line 12"]
    said = await mina.say("I heard line 7 is closing. Is that so?")
    assert_shows(await mina.menu("Does it run?", said), "## Closes")
    reply = await mina.menu("Does it run?", await mina.say("Nice weather!"))
    assert "I don't see a claim in that message" in reply.text

    reply = await mina.slash("quiz")
    assert_shows(reply, "## Running or not?")
    assert list(reply.buttons) == ["So it is", "By no means"]
    answers = [(await mina.press(reply, label)).text for label in reply.buttons]
    assert sum("**Right! That" in text for text in answers) == 1
    assert all("That's so." in text or "That isn't so." in text for text in answers)


@on("changes")
async def test_pairs_have_their_own_word(matter: Chat) -> None:
    mina = matter.person("Mina")
    reply = await mina.slash("bus", subject="all", private=True)
    assert_shows(reply, "## Changes at a glance", "each change it names", "**The station** · Goes on", "A change that")
    assert reply.message is not None
    assert [file.filename for file in reply.message.attachments] == ["changes-at-a-glance.png"]
    assert "## Goes on" in (await mina.choose(reply, "Pick a change…", ["at-the-station"])).text
    assert ("All changes at once", "all") in await mina.complete("bus", "subject", "al")


@pytest.mark.parametrize(
    ("name", "typed", "labels"),
    [
        ("bus", "line 7", ["Closes"]),
        ("bus", "is the twelve running", ["Goes on"]),
        ("bus", "The bridge stays open.", ["Contradicted"]),
        ("bus", "line 7 and line 12", ["Closes", "Goes on"]),
        ("bus", "all", ["Not addressed"]),
        ("changes", "line 7 x line 12", ["Goes on"]),
        ("changes", "is line 7 closing", ["Closes"]),
    ],
)
def test_each_is_ruled_on_by_itself_and_two_as_a_pair(
    buses: dict[str, Services], name: str, typed: str, labels: list[str]
) -> None:
    assert [ruling.label for ruling in buses[name].canon.check(typed).rulings] == labels


def test_a_ruling_goes_before_a_fact_about_another(buses: dict[str, Services]) -> None:
    reply = buses["bus"].asking.ask("does the twelve run?")
    assert isinstance(reply, Ruled)
    assert reply.rulings[0].subject == "line-12"


async def test_the_terminal_has_the_same_words(buses: dict[str, Services]) -> None:
    class Opened:
        async def __aenter__(self) -> Services:
            return buses["bus"]

        async def __aexit__(self, *_: object) -> None:
            return None

    told = await answer(Opened(), "check", "is line 7 closing")
    assert told.startswith("Line 7\nCloses: Line 7 does not run before autumn.\n(Stated by the city)")


def test_the_tiny_announcement_has_the_old_words() -> None:
    assert load(SECOND).words.check.command == "canon"

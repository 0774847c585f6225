"""Messages with pictures: within Discord's limits, and whole without the picture."""

from __future__ import annotations

import datetime as dt
from typing import Any

import msgspec
import pytest

from bot.announcement import Entry, Meaning
from bot.announcement.words import preset, presets
from bot.client import views as quotes
from bot.client.controls import openers
from bot.client.panels import ALT_LIMIT, TEXT_LIMIT, Accent, Panel, alt_text, attached, gallery
from bot.daily import posts
from bot.daily.jobs import PostJob
from bot.daily.schedule import ChannelKind, Style, Target
from bot.quotes.overview import DASHES, Pair, TimelineItem
from cogs import canon as overviews
from cogs import timeline as timelines
from tests.pictures.looking import quote
from tests.support.panels import box

NOON = dt.datetime(2026, 3, 3, 12, tzinfo=dt.UTC)
JOB = PostJob(
    id=1,
    target=Target(guild=1, channel=2, place=ChannelKind.TEXT),
    nonce="nonce",
    lease_until=NOON,
    latest=NOON,
    schedule=1,
    quote="a-quote",
    date=NOON.date(),
    due=NOON,
    late=False,
    role=None,
    style=Style.CARD,
)


def parts(panel: Panel) -> list[dict[str, Any]]:
    """What stands in the panel's box, as it is sent."""
    return list(box(panel)["components"])


def components_in(components: list[dict[str, Any]]) -> int:
    """How many components there are, those within others, too (Discord's docs: 40 in a message)."""
    return sum(1 + components_in(each.get("components", [])) for each in components)


def text_of(panel: Panel) -> str:
    return "\n".join(part["content"] for part in parts(panel) if part["type"] == 10)


def galleries(panel: Panel) -> list[dict[str, Any]]:
    return [item for part in parts(panel) if part["type"] == 12 for item in part["items"]]


def told(number: int, *, line: str = "A line.") -> TimelineItem:
    entry = Entry(id=f"entry-{number}", when="Then", title=f"Something *{number}*", quote="a-quote", line=line)
    return TimelineItem(number, entry, quote("The words."))


WORDS = preset().pair


def ship(number: int) -> Pair:
    return Pair(f"ship-{number}", f"Ship `{number}`", ("Aya", "Bo"), "Confirmed", 0x2E8B57, 0)


def test_a_card_says_the_quote_once_in_its_alt_text() -> None:
    panel = quotes.carded(quote("Words *as* they are.", attribution="Aya, quoted by Bo"))
    (item,) = galleries(panel)
    assert item["media"]["url"] == "attachment://quote-1.png"
    assert item["description"] == "“Words *as* they are.” — Aya, quoted by Bo"
    assert "Words" not in text_of(panel)
    assert text_of(panel).startswith("-# ")


def test_a_long_quotes_alt_text_is_cut_and_the_message_carries_the_rest() -> None:
    long = quote("one word and another " * 60 + "the end")
    panel = quotes.carded(long)
    assert len(galleries(panel)[0]["description"]) <= ALT_LIMIT
    assert galleries(panel)[0]["description"].endswith("…")
    assert "the end" in text_of(panel)


def test_the_file_carries_the_same_words_as_the_gallery() -> None:
    each = quote("Words.")
    file = attached(b"png", quotes.card_name(each), alt_text(each))
    assert (file.filename, file.description) == ("quote-1.png", alt_text(each))
    assert file.fp.read() == b"png"
    assert (
        len(parts(Panel(gallery("a.png", "x" * 2_000), accent=Accent.QUOTE))[0]["items"][0]["description"]) == ALT_LIMIT
    )


def test_every_quote_offers_its_context_and_its_card() -> None:
    # Slugs have at most 80 characters, custom ids 100.
    longest = msgspec.structs.replace(quote("Words."), id="a" * 80)
    buttons = quotes.quote_buttons(longest)
    assert [each["label"] for each in buttons] == ["Context of quote 1", "Card of quote 1"]
    assert [each["custom_id"] for each in buttons] == [f"b|context|{longest.id}", f"b|card|{longest.id}"]


@pytest.mark.parametrize(
    ("picture", "buttons"),
    [(False, ["Context of quote 1", "Card of quote 1"]), (True, ["Context of quote 1"])],
    ids=["text", "card"],
)
def test_a_daily_post_shows_its_card_or_offers_it(picture: bool, buttons: list[str]) -> None:
    panel = posts.post_view(JOB, quote("Words."), picture=picture)
    assert [item["media"]["url"] for item in galleries(panel)] == ["attachment://quote.png"] * picture
    assert "> Words." in text_of(panel)
    assert all("Words." not in item["description"] for item in galleries(panel))
    (row,) = [part for part in parts(panel) if part["type"] == 1]
    assert [each["label"] for each in row["components"]] == buttons


def test_the_timeline_is_the_picture_or_else_a_short_list() -> None:
    pictured = timelines.timeline("Line", [told(1), told(2)], picture=True)
    assert len(galleries(pictured)) == 1
    assert "Something" not in text_of(pictured)
    listed = timelines.timeline("Line", [told(1), told(2)], picture=False)
    assert not galleries(listed)
    assert "**1. Something \\*1\\*** · *Then*\n**2. Something \\*2\\*** · *Then*" in text_of(listed)
    assert "A line." not in text_of(listed)
    assert timelines.alt_text("Line", [told(1)]) == "Line: 1. Something *1* (Then)"


def test_the_timeline_in_full_tells_what_happened() -> None:
    assert "**1. Something \\*1\\*** · *Then*\nA line." in text_of(timelines.in_full("Line", [told(1)]))


@pytest.mark.parametrize(("count", "line"), [(16, "x" * 80), (40, "x" * 400), (125, "x" * 400), (300, "x")])
def test_a_timeline_of_any_length_fits_a_message(count: int, line: str) -> None:
    entries = [told(number, line=line) for number in range(1, count + 1)]
    for panel in (
        timelines.timeline("Line", entries, picture=True),
        timelines.timeline("Line", entries, picture=False),
        timelines.in_full("Line", entries),
    ):
        sent = text_of(panel)
        assert len(sent) <= TEXT_LIMIT
        assert components_in(panel.to_components()) <= 40
        assert galleries(panel) or f"{count}. " in sent or "\n…" in sent
        assert sent.count("**") % 2 == 0


def test_an_opened_entry_stands_above_its_words() -> None:
    sent = text_of(timelines.opened(told(3)))
    assert sent.index("Something \\*3\\*") < sent.index("> The words.")
    assert "quote 1" in sent


@pytest.mark.parametrize("picture", [True, False])
def test_the_overview_is_a_list_with_and_without_its_picture(picture: bool) -> None:
    longer = Pair("longer", "A longer name", ("Aya", "Bo"), "Ended", 0xB5432F, 14)
    panel = overviews.overview([ship(1), longer], WORDS, picture=picture)
    assert "- **Ship \\`1\\`** · Confirmed\n- **A longer name** · Ended" in text_of(panel)
    assert "```" not in text_of(panel)
    assert len(galleries(panel)) == picture


def test_an_overview_of_many_ships_fits_a_message_and_tells_how_many_more() -> None:
    panel = overviews.overview([ship(number) for number in range(300)], WORDS, picture=True)
    assert len(text_of(panel)) <= TEXT_LIMIT
    shown = text_of(panel).count("· Confirmed")
    assert f"- …and {300 - shown} more\n" in text_of(panel)
    assert components_in(panel.to_components()) <= 40
    assert len(galleries(panel)[0]["description"]) <= ALT_LIMIT


def test_strokes_have_the_colours_of_the_answers() -> None:
    accents = {
        Meaning.YES: Accent.YES,
        Meaning.NO: Accent.NO,
        Meaning.OPEN: Accent.OPEN,
        Meaning.SILENT: Accent.SILENT,
    }
    for name in presets():
        assert all(verdict.accent == accents[verdict.means] for verdict in preset(name).verdicts.values())
    assert len(set(DASHES.values())) == len(DASHES)


def test_selects_hold_25_options_each_and_say_so() -> None:
    rows = openers("open", "Pick", [(str(n), "a" * 200, "b" * 200) for n in range(60)])
    selects = [row[0] for row in rows]
    assert [len(each["options"]) for each in selects] == [25, 25, 10]
    assert [each["placeholder"] for each in selects] == ["Pick (1 of 3)", "Pick (2 of 3)", "Pick (3 of 3)"]
    assert len({each["custom_id"] for each in selects}) == 3
    assert len(selects[0]["options"][0]["label"]) == len(selects[0]["options"][0]["description"]) == 100
    assert openers("open", "Pick", [("a", "A", "said")])[0][0]["placeholder"] == "Pick"
    assert openers("open", "Pick", []) == []

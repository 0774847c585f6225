"""No text holds the event loop up: whatever is typed, wherever, costs next to no CPU."""

from __future__ import annotations

import contextlib
import datetime as dt
import time
import unicodedata
from inspect import isawaitable
from random import Random
from typing import TYPE_CHECKING, Any

import coverage
import pytest

from bot.client import views as quotes
from bot.client import views as rulings
from bot.client.controls import choices
from bot.client.panels import safe
from bot.daily.bag import Filters
from bot.daily.input import Zones, complete_days, complete_time, complete_zone, parse_days, parse_time
from bot.errors import UserError
from bot.quotes.search import Found
from bot.quotes.unanswered import kept_words
from bot.text import fold, normalise, sentences
from bot.understanding import reading
from cogs import ask as answers

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from bot.client.client import Services

# Of a CPU's time, in seconds: 10 ms on a quick machine, and room for slower ones. What this keeps
# away costs seconds. Discord sends up to 6,000 characters of an option while it is typed.
MOST = 0.030
LENGTH = 6_000
TRIES = 30
NOW = dt.datetime(2026, 5, 1, 12, tzinfo=dt.UTC)

_ALL = [chr(code) for code in range(0x110000) if not 0xD800 <= code < 0xE000]
_BY_CLASS = sorted((c for c in _ALL if unicodedata.combining(c)), key=unicodedata.combining, reverse=True)
# Marks with a category of their own, in the order that takes longest to put right.
_SPACING = [c for c in _BY_CLASS if unicodedata.category(c) not in {"Mn", "Me"}]
_DRAW = Random(5)


def _words(length: int) -> str:
    letters = "abcdefghiklmnoprstuvw"
    return " ".join("".join(_DRAW.choices(letters, k=length)) for _ in range(LENGTH // (length + 1)))


def _long(unit: str) -> str:
    return (unit * (LENGTH // len(unit) + 1))[:LENGTH]


TEXTS = {
    "the greatest expansion": _long(max(_ALL, key=lambda c: len(unicodedata.normalize("NFKD", c)))),
    "200 of it": max(_ALL, key=lambda c: len(unicodedata.normalize("NFKD", c))) * 200,
    "the greatest expansion of case": _long(max(_ALL, key=lambda c: len(c.casefold()))),
    "syllables that decompose": _long("가"),
    "marks from high to low": "a" + _long("".join(_BY_CLASS)),
    "spacing marks from high to low": "a" + _long("".join(_SPACING)),
    "marks that alternate": "a" + _long("\u0301\u0323"),
    "letters under heaps of marks": _long("k" + "\u0301\u0323\u0330\u035c" * 5 + "o"),
    "signs that are not seen": _long("\u200b"),
    "one long word": "".join(_DRAW.choices("abcdefghiklmnoprstuvw", k=LENGTH)),
    "one letter": _long("a"),
    "short words": _words(2),
    "words of seven letters": _words(7),
    "a misspelt name again and again": _long("korrazmi "),
    "names": _long("korra and asami "),
    "sentences": _long("They are just friends, aren't they? "),
    "abbreviations": _long("mr. Mr. "),
    "commas": _long("a,"),
    "apostrophes": _long("'s"),
    "quotation marks": _long('"a" '),
    "digits": _long("9"),
    "a list of numbers": "=" + _long("1,"),
    "white space": _long(" \n"),
    "brackets": _long("[("),
    "backslashes": _long("\\"),
    "a time with a hole": f"9{_long(' ')}pm",
    "days": _long("mon-"),
}


@pytest.fixture(scope="module")
def paths(real: Services) -> dict[str, Callable[[str], Any]]:
    """What is done with a text, by where it is typed; options are cut to what Discord lets through."""
    zones, abouts = Zones.load(), Filters(real.library, real.quotes)

    def ask(text: str) -> object:
        return answers.reply_view(real.asking.ask(text), real.library.words.check, private=False, question=text)

    return {
        "fold": fold,
        "normalise": normalise,
        "understanding's fold": reading.tokens,
        "sentences": sentences,
        "safe": safe,
        "/quote query, while typed": lambda text: choices(real.quotes.complete_query(text, 25)),
        "/quote speaker, while typed": lambda text: choices(real.quotes.complete_speaker(text, 25)),
        "/ask, while typed": lambda text: choices((f.question, f.question) for f in real.asking.complete(text, 25)),
        "/canon, while typed": lambda text: choices([*real.overview.complete(text), *real.canon.complete(text, 25)]),
        "/daily about, while typed": lambda text: choices(abouts.complete(text, 25)),
        "/daily timezone, while typed": lambda text: choices(complete_zone(zones, text, NOW, 25)),
        "/daily time, while typed": lambda text: choices(complete_time(text)),
        "/daily days, while typed": lambda text: choices(complete_days(text)),
        "/ask": lambda text: ask(text[:300]),
        "a mention": ask,
        "what is kept of a question": kept_words,
        "/canon": lambda text: (
            real.overview.is_meant(text[:1000]) or rulings.checked(real.canon.check(text[:1000]).rulings)
        ),
        "Canon check": real.canon.check_message,
        "/daily about": lambda text: abouts.parse(text[:100]),
        "/daily timezone": lambda text: zones.parse(text[:100]),
        "/daily time": lambda text: parse_time(text[:100]),
        "/daily days": lambda text: parse_days(text[:100]),
    }


async def _least(path: Callable[[str], Any], text: str) -> float:
    """Return the least of several measurements: neither other work nor coverage's tracing is part of the cost."""
    least = float("inf")
    with _untraced():
        for _ in range(TRIES):
            start = time.process_time()
            with contextlib.suppress(UserError):
                done = path(text)
                if isawaitable(done):
                    await done
            least = min(least, time.process_time() - start)
            if least < MOST:
                break
    return least


@contextlib.contextmanager
def _untraced() -> Iterator[None]:
    """Let coverage rest: its tracing costs several times what it traces."""
    measuring = coverage.Coverage.current()
    if measuring is not None:
        measuring.stop()
    try:
        yield
    finally:
        if measuring is not None:
            measuring.start()


@pytest.mark.parametrize("text", TEXTS)
async def test_no_text_holds_the_loop_up(paths: dict[str, Callable[[str], Any]], text: str) -> None:
    for name, path in paths.items():
        least = await _least(path, TEXTS[text])
        assert least < MOST, f"{name}: {least * 1000:.1f} ms"


async def test_no_search_holds_the_loop_up(services: Services) -> None:
    async def search(query: str, speaker: str | None) -> object:
        found = services.quotes.find(query, speaker, 1)
        return (
            quotes.quote_page(found, 0, 1, query)
            if isinstance(found, Found)
            else quotes.nothing_found(found, query, speaker)
        )

    for name, text in TEXTS.items():
        assert await _least(lambda typed: search(typed[:200], None), text) < MOST, name
        assert await _least(lambda typed: search("love", typed[:100]), text) < MOST, name

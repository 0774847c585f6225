"""How quotes look: the words, who said them and where, and the buttons beneath."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from discord.utils import escape_markdown

from bot.domain.text import cut, tail
from bot.rendering import frame
from bot.rendering.actions import CUSTOM_ID_LIMIT, LABEL_LIMIT, button
from bot.rendering.picture import alt_text, gallery
from bot.services.quotes import numbered

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bot.domain.quotes import Passage, Quote
    from bot.rendering.actions import Press
    from bot.services.quotes import Found, How, InContext, Missing

TURN = "quote"
FIRST = "quote-first"
CONTEXT = "context"
CARD = "card"
_TURN_DETAIL = re.compile(r"[+-]\|(?P<at>[0-9]{1,5})\|(?P<seed>[0-9]{1,6})\|(?P<speaker>[^|]*)\|(?P<query>.*)")
# How much of a passage, and of the ones around it, fits into one message.
_PASSAGE_LIMIT = 2_000
_NEIGHBOUR_LIMIT = 600
# What is said above quotes that do not have the words that were looked for.
_NOT_EXACT: dict[How, str] = {
    "most": "No quote has all of those words. The closest:",
    "meaning": "No quote has those words. The closest in meaning:",
}


def spoken(quote: Quote) -> str:
    """Return the verbatim words as a block quote, with their attribution beneath."""
    return f"{frame.quoted(quote.text)}\n— **{escape_markdown(quote.speaker.attribution)}**"


def place(quotes: Iterable[Quote]) -> str:
    """Return the footer of an answer: the sources, each with the numbers of its quotes."""
    numbers: dict[str, list[str]] = {}
    for quote in quotes:
        numbers.setdefault(quote.source, []).extend([f"no. {quote.number}"] if quote.number else [])
    told = ((escape_markdown(source), ", ".join(dict.fromkeys(found))) for source, found in numbers.items())
    return " · ".join(f"{source} ({found})" if found else source for source, found in told)


def origin(quote: Quote) -> str:
    """Return where a quote is from, with its number where it has one."""
    source = escape_markdown(quote.source)
    return f"{source} · no. {quote.number}" if quote.number else source


def page(found: Found, at: int, seed: int, query: str) -> frame.Panel:
    """Return the quote number `at` (from 0, going round) of what was found, with buttons to the others."""
    count = len(found.quotes)
    at %= count
    quote = found.quotes[at]
    return frame.Panel(
        frame.small(_NOT_EXACT[found.how]) if found.how in _NOT_EXACT else None,
        spoken(quote),
        accent=frame.Accent.SILENT if found.how in _NOT_EXACT else frame.Accent.QUOTE,
        footer=f"{origin(quote)} · {at + 1} of {count}",
        rows=[[*_turns(found, at, seed, query), *quote_buttons(quote)]],
    )


def quote_buttons(quote: Quote) -> list[Press]:
    """Return what every quote offers: the passage around it, and its card."""
    return [button(CONTEXT, quote.id, "Context"), button(CARD, quote.id, "Card")]


def card_name(quote: Quote) -> str:
    """Return the file name of a quote's card."""
    return f"quote-{quote.number}.png" if quote.number else "quote.png"


def carded(quote: Quote) -> frame.Panel:
    """Return a quote with its card, which is attached as `card_name` says."""
    return frame.Panel(
        gallery(card_name(quote), alt_text(quote)),
        spoken(quote),
        accent=quote.speaker.colour,
        footer=origin(quote),
        rows=[[button(CONTEXT, quote.id, "Context")]],
    )


def _turns(found: Found, at: int, seed: int, query: str) -> list[Press]:
    count = len(found.quotes)
    if count == 1:
        return []
    if found.shuffled:
        return [button(TURN, turn_detail(found, at + 1, seed, query, "+"), "Another")]
    return [
        button(TURN, turn_detail(found, at - 1, seed, query, "-"), "Previous", disabled=at == 0),
        button(TURN, turn_detail(found, at + 1, seed, query, "+"), "Next", disabled=at + 1 == count),
    ]


def turn_detail(found: Found, at: int, seed: int, query: str, way: str) -> str:
    """Return all that is needed to show another page: no more than fits a custom id.

    `way` keeps the ids of Previous and Next apart (Discord wants them different within a message) where
    there are two pages only. In the place of a query that is too long stand the numbers of what it found.
    """
    head = f"{way}|{max(at, 0)}|{seed}|"
    room = CUSTOM_ID_LIMIT - len(f"b|{TURN}|{head}")
    again = f"{found.speaker or ''}|{' '.join(query.split())}"
    if len(again) <= room:
        return head + again
    return head + "|" + numbered(found.quotes, room - 1, found.how)


def read_turn(detail: str) -> tuple[int, int, str | None, str]:
    """Return (page, seed, speaker, query) as `turn_detail` wrote them. Raises ValueError for anything else."""
    written = _TURN_DETAIL.fullmatch(detail)
    if written is None:
        raise ValueError("this is no page of a search")
    return int(written["at"]), int(written["seed"]), written["speaker"] or None, written["query"]


def missing(found: Missing, query: str, speaker: str | None) -> frame.Panel:
    """Return the answer when nothing was found: it says so, and offers the nearest speakers and topics."""
    if found.numbers is not None and not speaker:
        last = found.numbers[-1] if found.numbers else 0
        return frame.notice(f"There's no quote “{frame.safe(query, 80)}”. They're numbered 1 to {last}.")
    if found.unknown_speaker:
        said = f"Nobody called “{frame.safe(speaker or '', 80)}” is quoted in this announcement."
    elif speaker:
        said = f"Nothing found for “{frame.safe(query, 80)}” by that speaker."
    else:
        said = f"Nothing found for “{frame.safe(query, 80)}”."
    return frame.Panel(
        f"{said}\nThe nearest speakers and topics:",
        accent=frame.Accent.SILENT,
        rows=[
            [button(FIRST, s.id, cut(s.name, LABEL_LIMIT)) for s in found.speakers],
            [button(FIRST, t.id, cut(t.name, LABEL_LIMIT)) for t in found.topics],
        ],
    )


def in_context(found: InContext) -> frame.Panel:
    """Return the quote in bold within its passage, between the passages before and after."""
    quote, passage = found.quote, found.passage
    end = quote.start + len(quote.text)
    room = max(0, _PASSAGE_LIMIT - len(quote.text)) // 2
    parts = (tail(passage.text[: quote.start], room), quote.text, cut(passage.text[end:], room))
    before, words, after = (escape_markdown(part) for part in parts)
    # Bold marks must touch the words, not the white space around them (Discord's Markdown).
    told = frame.block(f"{before}**{words}**{after}")
    return frame.Panel(
        _neighbour(found.before, last=True),
        f"**{escape_markdown(passage.speaker.attribution)}**\n{told}",
        _neighbour(found.after, last=False),
        accent=frame.Accent.QUOTE,
        footer=origin(quote),
    )


def _neighbour(passage: Passage | None, *, last: bool) -> str | None:
    """Return the neighbouring passage, cut from the side that is far from the quote."""
    if passage is None:
        return None
    text = tail(passage.text, _NEIGHBOUR_LIMIT) if last else cut(passage.text, _NEIGHBOUR_LIMIT)
    return f"-# {escape_markdown(passage.speaker.attribution)}\n{frame.quoted(text)}"

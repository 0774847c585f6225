"""How quotes, rulings and the bot itself are shown, wherever that is; and what people read in a message."""

from __future__ import annotations

import re
from itertools import islice
from typing import TYPE_CHECKING, Any, Final

import discord
from discord.components import TextDisplay

from bot.canon import NEAREST
from bot.client import panels
from bot.client.controls import CUSTOM_ID_LIMIT, LABEL_LIMIT, button, link_button
from bot.client.panels import alt_text, escaped, gallery
from bot.quotes import WhoSaid, numbered
from bot.quotes.quiz import CLAIM, NO, WHO, YES, mark
from bot.text import counted, cut, tail

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Iterator, Mapping

    from bot.announcement import Passage, Quote
    from bot.announcement.words import CheckWords
    from bot.canon import CanonRuling, Meant
    from bot.client.controls import Shown
    from bot.client.panels import Component
    from bot.library import Library
    from bot.quotes import Found, How, InContext, Marked, Missing, Question

TURN = "quote"
FIRST = "quote-first"
CONTEXT = "context"
CARD = "card"
_TURN_DETAIL = re.compile(r"[+-]\|(?P<at>[0-9]{1,5})\|(?P<seed>[0-9]{1,6})\|(?P<speaker>[^|]*)\|(?P<query>.*)")
# How much of a passage, and of the ones around it, fits into one message.
_PASSAGE_LIMIT = 2_000
_NEIGHBOUR_LIMIT = 600
# Characters of a quote without a number that stand on its buttons.
_BEGINNING = 24
# What is said above quotes that do not have the words that were looked for.
_NOT_EXACT: dict[How, str] = {
    "most": "No quote has all of those words. The closest:",
    "meaning": "No quote has those words. The closest in meaning:",
}


def spoken(quote: Quote) -> str:
    """Return the verbatim words as a block quote, with their attribution beneath."""
    return f"{panels.quoted(quote.text)}\n— **{escaped(quote.attribution)}**"


def source_line(quotes: Iterable[Quote]) -> str:
    """Return the footer of an answer: a line for each source, with the numbers of its quotes."""
    numbers: dict[str, list[str]] = {}
    for quote in quotes:
        found = numbers.setdefault(panels.link(quote.source.cited, quote.source.url), [])
        found += [str(quote.number)] if quote.number else []
    return "\n".join(_numbered(source, list(dict.fromkeys(found))) for source, found in numbers.items())


def _numbered(source: str, numbers: list[str]) -> str:
    """Return a source with the numbers of its quotes, which are three at most: 'The letter · quotes 2 and 9'."""
    if not numbers:
        return source
    *first, last = numbers
    return f"{source} · quotes {', '.join(first)} and {last}" if first else f"{source} · quote {last}"


def origin(quote: Quote) -> str:
    """Return where a quote is from, with its number where it has one."""
    return source_line([quote])


def quote_page(found: Found, at: int, seed: int, query: str) -> panels.Panel:
    """Return the quote number `at` (from 0, going round) of what was found, with buttons to the others."""
    count = len(found.quotes)
    at %= count
    quote = found.quotes[at]
    return panels.Panel(
        panels.small(_NOT_EXACT[found.how]) if found.how in _NOT_EXACT else None,
        spoken(quote),
        accent=panels.Accent.SILENT if found.how in _NOT_EXACT else panels.Accent.QUOTE,
        footer=f"{origin(quote)} · {at + 1} of {count}",
        rows=[[*_turns(found, at, seed, query), *quote_buttons(quote)]],
    )


def quote_buttons(quote: Quote) -> list[Component]:
    """Return what every quote offers: the passage around it, and its card.

    Whoever hears the buttons of several messages one after the other is told which quote each is for.
    """
    return [context_button(quote), button(CARD, quote.id, f"Card of {_which(quote)}")]


def context_button(quote: Quote) -> Component:
    """Return the button that shows the passage around a quote."""
    return button(CONTEXT, quote.id, f"Context of {_which(quote)}")


def _which(quote: Quote) -> str:
    """Return a few words that tell a quote from others: its number, or else how it begins."""
    return f"quote {quote.number}" if quote.number else f"“{cut(' '.join(quote.text.split()), _BEGINNING)}”"


def card_name(quote: Quote) -> str:
    """Return the file name of a quote's card."""
    return f"quote-{quote.number}.png" if quote.number else "quote.png"


def carded(quote: Quote) -> panels.Panel:
    """Return a quote's card, which is attached as `card_name` says.

    Its words stand above it, in the message that it was asked for from, and in its alt text; only where they do not
    fit there does the message repeat them.
    """
    return panels.Panel(
        gallery(card_name(quote), alt_text(quote)),
        None if panels.fits_alt_text(quote) else spoken(quote),
        accent=quote.speaker.accent,
        footer=origin(quote),
        rows=[[context_button(quote)]],
    )


def _turns(found: Found, at: int, seed: int, query: str) -> list[Component]:
    """Return the buttons to the others: what chance has shuffled has Another, what has an order Previous and Next."""
    count = len(found.quotes)
    if count == 1:
        return []
    if found.shuffled:
        return [button(TURN, turn_detail(found, at + 1, seed, query, "+"), "Another quote")]
    return [
        button(TURN, turn_detail(found, at - 1, seed, query, "-"), "Previous quote", disabled=at == 0),
        button(TURN, turn_detail(found, at + 1, seed, query, "+"), "Next quote", disabled=at + 1 == count),
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


def nothing_found(found: Missing, query: str, speaker: str | None) -> panels.Panel:
    """Return the answer when nothing was found: it says so, and offers the nearest speakers and topics."""
    if found.numbers is not None and not speaker:
        last = found.numbers[-1] if found.numbers else 0
        return panels.notice(f"There's no quote “{panels.safe(query, 80)}”. They're numbered 1 to {last}.")
    if found.unknown_speaker:
        said = f"Nobody called “{panels.safe(speaker or '', 80)}” is quoted in this announcement."
    elif speaker:
        said = f"Nothing found for “{panels.safe(query, 80)}” by that speaker."
    else:
        said = f"Nothing found for “{panels.safe(query, 80)}”."
    return panels.Panel(
        f"{said}\nThe closest speakers and topics:",
        accent=panels.Accent.SILENT,
        rows=[
            [button(FIRST, s.id, cut(s.name, LABEL_LIMIT)) for s in found.speakers],
            [button(FIRST, t.id, cut(t.name, LABEL_LIMIT)) for t in found.topics],
        ],
    )


def in_context(found: InContext) -> panels.Panel:
    """Return the quote in bold within its passage, between the passages before and after."""
    quote, passage = found.quote, found.passage
    end = quote.start + len(quote.text)
    room = max(0, _PASSAGE_LIMIT - len(quote.text)) // 2
    parts = (tail(passage.text[: quote.start], room), quote.text, cut(passage.text[end:], room))
    before, words, after = (escaped(part) for part in parts)
    # Bold marks must touch the words, not the white space around them (Discord's Markdown).
    told = panels.block(f"{before}**{words}**{after}")
    return panels.Panel(
        _neighbour(found.before, found.attributions, last=True),
        f"**{escaped(found.attributions[passage.speaker])}**\n{told}",
        _neighbour(found.after, found.attributions, last=False),
        accent=panels.Accent.QUOTE,
        footer=origin(quote),
    )


def _neighbour(passage: Passage | None, attributions: Mapping[str, str], *, last: bool) -> str | None:
    """Return the neighbouring passage, cut from the side that is far from the quote."""
    if passage is None:
        return None
    text = tail(passage.text, _NEIGHBOUR_LIMIT) if last else cut(passage.text, _NEIGHBOUR_LIMIT)
    return f"-# {escaped(attributions[passage.speaker])}\n{panels.quoted(text)}"


# The action behind 'did you mean'.
MEANT: Final = "meant"


def ruled(ruling: CanonRuling) -> panels.Panel:
    """Return the answer to a check."""
    return panels.Panel(
        _head(ruling),
        panels.line() if ruling.quotes else None,
        *(spoken(quote) for quote in ruling.quotes),
        accent=ruling.colour,
        footer=_footer(ruling),
    )


def checked(rulings: tuple[CanonRuling, ...]) -> panels.Panel:
    """Return the rulings on what a message names, each with its strongest quote."""
    if len(rulings) == 1:
        return ruled(rulings[0])
    parts: list[str | Component] = []
    for ruling in rulings:
        parts += [panels.line(), _head(ruling, alone=False), *(spoken(quote) for quote in ruling.quotes[:1])]
        if footer := _footer(ruling, 1):
            parts.append(panels.small(footer))
    return panels.Panel(*parts[1:], accent=rulings[0].colour)


def nothing_to_check(words: CheckWords) -> panels.Panel:
    """Return the answer for a message that names nothing that could be ruled on."""
    return panels.notice(words.nothing_in_message)


def did_you_mean(meant: Meant) -> panels.Panel:
    """Return the question whether a pair was meant, with a button that checks it."""
    name = escaped(meant.name)
    return panels.Panel(
        f"Did you mean **{name}**? I don't know one of the two names.",
        accent=panels.Accent.SILENT,
        rows=[[button(MEANT, meant.text, cut(f"Check {meant.name}", LABEL_LIMIT))]],
    )


def _head(ruling: CanonRuling, *, alone: bool = True) -> str:
    """Return the statement, and below it in lines of their own the verdict on it and our line.

    Somebody who moves from heading to heading hears what each verdict is about: the statement is a heading, too, and
    unless a verdict is shown `alone`, its own heading names the pair, the person or the claim.
    """
    said = escaped(ruling.statement)
    # A name is no sentence, and stands without marks.
    statement = f"\u201c{said}\u201d" if ruling.statement.endswith(".") else said
    on = "" if alone else escaped(ruling.name) or statement
    lines = (
        "" if ruling.direct else NEAREST,
        f"### {statement}" if statement and statement != on else "",
        f"## {ruling.label}: {on}" if on else f"## {ruling.label}",
        escaped(ruling.line),
    )
    return "\n".join(line for line in lines if line)


def _footer(ruling: CanonRuling, quotes: int | None = None) -> str | None:
    parts = (ruling.strength, source_line(ruling.quotes[:quotes]))
    return " · ".join(part for part in parts if part) or None


# The action behind the choices of a quiz.
QUIZ: Final = "quiz"
WHO_SAID_IT: Final = "Who said it?"


def quiz(question: Question) -> panels.Panel:
    """Return a question with its choices; who presses one is answered alone."""
    return panels.Panel(
        quizzed(question),
        accent=panels.Accent.QUOTE,
        footer="Only you see whether you got it right",
        rows=[quiz_buttons(question)],
    )


def quizzed(question: Question) -> str:
    """Return what is asked, without a word of who said it."""
    if isinstance(question, WhoSaid):
        return f"## {WHO_SAID_IT}\n{panels.quoted(question.quote.text)}"
    return f"## {escaped(question.words.title)}\n“{escaped(question.claim.statement)}”"


def quiz_buttons(question: Question) -> list[Component]:
    """Return a button for each choice, which says all that is needed to tell whether it is right."""
    if isinstance(question, WhoSaid):
        subject = f"{WHO}|{mark(question.quote.id)}"
        choices = [(mark(speaker.id), speaker.name) for speaker in question.choices]
    else:
        subject, choices = f"{CLAIM}|{mark(question.claim.id)}", [(YES, question.words.yes), (NO, question.words.no)]
    return [button(QUIZ, f"{subject}|{choice}", cut(label, LABEL_LIMIT)) for choice, label in choices]


def read_choice(detail: str) -> tuple[str, str, str]:
    """Return (kind, subject, choice) as `quiz_buttons` wrote them. Raises ValueError for anything else."""
    kind, subject, choice = detail.split("|")
    if kind not in (WHO, CLAIM):
        raise ValueError("this is no choice of a quiz")
    return kind, subject, choice


def marked(answer: Marked) -> panels.Panel:
    """Return whether an answer was right, with the words that show it."""
    question = answer.question
    quotes: tuple[Quote, ...]
    if isinstance(question, WhoSaid):
        told, quotes = _who(question.quote, answer), (question.quote,)
    else:
        claim, quotes = question.claim, question.quotes
        verdict = question.words.told_yes if question.right == YES else question.words.told_no
        told = f"**{'Right!' if answer.right else 'Not quite.'} {escaped(verdict)}**\n{escaped(claim.line)}"
    return panels.Panel(
        told,
        panels.line(),
        *(spoken(quote) for quote in quotes),
        accent=panels.Accent.YES if answer.right else panels.Accent.NO,
        footer=source_line(quotes),
        rows=[quote_buttons(quotes[0])],
    )


def _who(quote: Quote, answer: Marked) -> str:
    said = escaped(quote.attribution)
    if answer.right:
        return f"**Right!** It was {said}."
    guessed = escaped(answer.chosen.name) if answer.chosen else "them"
    return f"**Not quite.** It wasn't {guessed}, it was {said}."


# What posting needs: see channels, write there and in threads, open forum posts, attach cards, read back.
PERMISSIONS = discord.Permissions(
    view_channel=True,
    send_messages=True,
    send_messages_in_threads=True,
    create_public_threads=True,
    manage_threads=True,
    attach_files=True,
    read_message_history=True,
)


def permission_bits() -> dict[str, int]:
    """Return the permissions that posting needs: each one's bit, by its name in Discord's settings."""
    # discord.py calls one of them by an older name.
    return {
        name.replace("read_messages", "view_channel").replace("_", " ").title().replace(" In ", " in "): bit
        for name, bit in discord.Permissions.VALID_FLAGS.items()
        if PERMISSIONS.value & bit and name != "view_channel"
    }


def about(
    library: Library,
    commands: Iterable[Shown],
    application_id: int,
    questions_kept: dt.timedelta | None = None,
    privacy: str | None = None,
) -> panels.Panel:
    """Return what this is, its sources, what it stores, its commands, and buttons that invite it.

    `questions_kept` is for how long the words of unanswered questions are kept, None where they are not; `privacy` is
    the address of the privacy policy, None where the developer portal has none.
    """
    links = [link_button("Privacy policy", privacy)] if privacy else []
    sources = "\n".join(
        f"- {panels.link(source.title, source.url)} — {escaped(library.speaker_by_id[source.author].name)}"
        for source in library.sources
    )
    return panels.Panel(
        f"## Canonkeeper\n{library.head.about}\nEvery quote is verbatim and attributed. "
        "Where the announcement says nothing, so do I.",
        f"**Sources**\n{sources}",
        "**What I store**\nThe IDs of the servers, channels and roles that moderators chose for daily quotes, and "
        f"which quotes I've posted. Nothing about members: {_about_questions(questions_kept)} If I'm removed from a "
        "server, its schedules are deleted seven days later, unless I'm invited back before then.",
        f"**Commands**\n{' · '.join(mention for command in commands for mention in command.mentions)}",
        accent=panels.Accent.ABOUT,
        footer=f"{len(library.listed)} quotes · {library.head.title}",
        rows=[[*_invitations(application_id), *links]],
    )


def _about_questions(kept: dt.timedelta | None) -> str:
    if kept is None:
        return "no names, no messages, no questions."
    days, hours = kept.days, kept.seconds // 3600
    long = counted(24 * days + hours, "hour") if hours else counted(days, "day")
    return (
        "no names, no messages. To learn what I can't answer yet, I keep the words of such questions for "
        f"{long}: shortened, without mentions and links, and not who asked or where."
    )


def guide(library: Library, commands: Iterable[Shown], application_id: int, greeting: str = "") -> panels.Panel:
    """Return all that can be done, each command to be clicked, and buttons that invite the bot."""
    return panels.Panel(
        f"## What I can do\n{greeting}I answer from one announcement, in its own words: {library.head.title}.",
        "\n".join(f"- {' · '.join(command.mentions)}: {command.description}" for command in commands),
        "Or just ask: mention me with a question, or send me one in a direct message.",
        accent=panels.Accent.ABOUT,
        rows=[_invitations(application_id)],
    )


def _invitations(application_id: int) -> list[Component]:
    """Return buttons that open Discord's pages for adding the bot."""
    server = discord.utils.oauth_url(application_id, permissions=PERMISSIONS, scopes=("bot", "applications.commands"))
    account = discord.utils.oauth_url(application_id, scopes=("applications.commands",))
    return [
        link_button("Add me to a server", server),
        link_button("Add me to your account", f"{account}&integration_type=1"),
    ]


# Texts of one message that are looked at, and characters of all of them: bounds the time.
_TEXTS = 16
_CHARACTERS = 6_000


def texts(message: discord.Message) -> tuple[str, ...]:
    """Return the texts that people see in a message, in their order: each says something of its own.

    A poll's answers are texts of their own, so that a 'No' among them denies nothing else.
    """
    found: list[str] = []
    left = _CHARACTERS
    for text in islice((text for text in _texts(message) if text.strip()), _TEXTS):
        found.append(text[:left])
        left -= len(text)
        if left <= 0:
            break
    return tuple(found)


def _texts(message: discord.Message) -> Iterator[str]:
    parts: list[discord.Message | discord.MessageSnapshot] = [message, *message.message_snapshots]
    for part in parts:
        yield part.content
        yield from map(_of_embed, part.embeds)
        yield "\n".join(_displayed(part.components))
    if message.poll is not None:
        yield message.poll.question
        yield from (answer.text for answer in message.poll.answers)


def _of_embed(embed: discord.Embed) -> str:
    """Return an embed's texts from top to bottom."""
    fields = (text for field in embed.fields for text in (field.name, field.value))
    shown = (embed.author.name, embed.title, embed.description, *fields, embed.footer.text)
    return "\n".join(text for text in shown if text)


def _displayed(components: Iterable[Any]) -> Iterator[str]:
    """Yield the texts among components, also those within containers and sections."""
    for component in components:
        if isinstance(component, TextDisplay):
            yield component.content
        yield from _displayed(getattr(component, "children", ()))

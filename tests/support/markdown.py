"""What Discord's clients make of a text besides text: a recogniser of its markdown, more eager than they are.

It shares nothing with the bot. Where clients differ, or where their rules are not documented, it takes the
form for live: what it finds nothing in is text everywhere.
"""

from __future__ import annotations

import re

_ESCAPE = re.compile(r"\\([^0-9A-Za-z\s])")
_INLINE = {
    "fence": re.compile(r"```[\s\S]*?```"),
    "code": re.compile(r"(`+)[\s\S]*?[^`]\1(?!`)"),
    "masked link": re.compile(r"\[[\s\S]*?(?<!\\)\](?:\(|\[)"),
    "autolink": re.compile(r"<[A-Za-z][\w+.-]*:[^\s>]+>"),
    "address": re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:/{1,2}[^\s\\]"),
    "mail": re.compile(r"mailto:[^\s\\]|<[\w.+-]+@[\w.-]+>|<\+?[0-9() -]+>"),
    "invitation": re.compile(r"(?:discord\.gg|discord(?:app)?\.com/invite|dsc\.gg|discord\.new)/\S", re.IGNORECASE),
    "time": re.compile(r"<t:-?[0-9]+"),
    "user": re.compile(r"<@!?[0-9]+>"),
    "role": re.compile(r"<@&[0-9]+>"),
    "channel": re.compile(r"<#[0-9]+>"),
    "command": re.compile(r"</[^>]+>"),
    "guild page": re.compile(r"<id:[a-z-]+>"),
    "custom emoji": re.compile(r"<a?:\w+:[0-9]+>"),
    "emoji name": re.compile(r":[\w+-]+:"),
    "everyone": re.compile(r"@(?:everyone|here)"),
    "spoiler": re.compile(r"\|\|[\s\S]+?\|\|"),
    "bold": re.compile(r"\*\*[\s\S]+?\*\*"),
    "underline": re.compile(r"__[\s\S]+?__"),
    "strike": re.compile(r"~~[\s\S]+?~~"),
    "italics": re.compile(r"\*[^\s*][\s\S]*?\*|_[^\s_][\s\S]*?_"),
}
_BLOCK = {
    "heading": re.compile(r"#{1,3}\s"),
    "subtext": re.compile(r"-#\s"),
    "quote": re.compile(r">(?:>>)?(?:\s|$)"),
    "list": re.compile(r"\s*(?:[-*+]|[0-9]+[.)])\s"),
}
# Whom a text pings, and what it invites to, Discord's servers read from the source: no escape is known there.
_SOURCE = {
    "ping": re.compile(r"@everyone|@here|<@[!&]?[0-9]+>"),
    "invitation": _INLINE["invitation"],
}


def live(source: str) -> set[str]:
    """Return the kinds of markup that stand in a text."""
    found = {kind for kind, form in _SOURCE.items() if form.search(source)}
    for line in source.split("\n"):
        found |= {kind for kind, form in _BLOCK.items() if form.match(line)}
    at = 0
    while at < len(source):
        if escape := _ESCAPE.match(source, at):
            at = escape.end()
            continue
        found |= {kind for kind, form in _INLINE.items() if form.match(source, at)}
        at += 1
    return found


def shown(source: str) -> str:
    """Return how a text without markup reads: escapes resolved, without what has no width."""
    return _ESCAPE.sub(r"\1", source).replace("\u200b", "")

"""What the bot says of itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

import discord

from bot.rendering import frame

if TYPE_CHECKING:
    from bot.services.library import Library

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


def about(library: Library, application_id: int) -> frame.Panel:
    """Return what this is, its source, what it stores, and how to invite it."""
    escape = discord.utils.escape_markdown
    sources = "\n".join(f"- {escape(source.title)} — {escape(source.author)}" for source in library.sources)
    return frame.Panel(
        f"## Canonkeeper\n{library.head.about}\nEvery quote is verbatim and attributed. "
        "Where the announcement says nothing, so do I.",
        f"**Sources**\n{sources}",
        "**What I store**\nThe ids of servers, channels and roles that moderators chose for daily quotes, and which "
        "quotes were posted. Nothing of members: no names, no messages, no questions. When I am removed "
        "from a server, its schedules are deleted seven days later, unless I am invited back before.",
        f"**Invite me**\n[To a server]({_invite(application_id, user=False)}) · "
        f"[To your own account]({_invite(application_id, user=True)})",
        accent=frame.Accent.ABOUT,
        footer=f"{len(library.listed)} quotes · {library.head.title}",
    )


def explanation(library: Library) -> frame.Panel:
    """Return the commands in one message, for a mention without a question."""
    return frame.Panel(
        f"Hello! I answer from one announcement: {library.head.title}.",
        "- **/quote** finds words by person, topic or text\n"
        "- **/canon** settles whether a ship or a claim is canon; `all` shows every ship\n"
        "- **/ask** answers questions in your own words; so does mentioning me, or writing to me directly\n"
        "- **/timeline** tells how it came about, step by step\n"
        "- **/daily** lets moderators schedule quotes\n"
        "- **/about** says what I am and what I store",
        accent=frame.Accent.ABOUT,
    )


def _invite(application_id: int, *, user: bool) -> str:
    if user:
        url = discord.utils.oauth_url(application_id, scopes=("applications.commands",))
        return f"{url}&integration_type=1"
    return discord.utils.oauth_url(application_id, permissions=PERMISSIONS, scopes=("bot", "applications.commands"))

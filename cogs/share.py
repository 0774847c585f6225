"""The button that posts a private answer to the channel, in the name of who asked."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import discord
from discord.components import ActionRow, Button, Container, MediaGalleryComponent, SelectMenu, TextDisplay
from discord.ext import commands

from bot.client.controls import SHARE, is_private
from bot.client.panels import Accent, Panel, gallery, line, small
from bot.client.views import FIRST, TURN
from bot.errors import UserError

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from bot.client import Canonkeeper
    from bot.client.controls import Actions
    from bot.client.panels import Component

# What is shared stays as it was shared: no button that would put something else in its place.
_TURNING: Final = frozenset({SHARE, TURN, FIRST})


class ShareCog(commands.Cog):
    """Posts private answers."""

    def __init__(self, actions: Actions) -> None:
        actions.register(SHARE, self._share)

    async def _share(self, interaction: discord.Interaction[Any], _detail: str) -> None:
        """Post what the message shows; all of it is in the message itself, so that nothing had to be kept."""
        message = interaction.message
        if message is None or not is_private(interaction):
            raise UserError("That's already there for everyone to see.")
        _check(interaction, pictures=bool(message.attachments))
        await interaction.response.defer()
        files = [await each.to_file(description=each.description) for each in message.attachments]
        posted = again(message, _TURNING, small(f"{interaction.user.mention} shared this"))
        nobody = discord.AllowedMentions.none()
        await interaction.followup.send(view=posted, files=files, allowed_mentions=nobody)
        await interaction.edit_original_response(view=again(message, {SHARE}))


def again(message: discord.Message, without: Collection[str], *first: str) -> Panel:
    """Return what a message of ours shows, after the texts that come `first`, without the buttons of some actions."""
    box = message.components[0]
    assert isinstance(box, Container), "all that we show stands in one"  # noqa: S101
    names = iter([attachment.filename for attachment in message.attachments])
    parts: list[str | Component | discord.ui.Item[Any]] = [*first]
    rows: list[list[Component]] = []
    for each in box.children:
        if isinstance(each, TextDisplay):
            parts.append(each.content)
        elif isinstance(each, MediaGalleryComponent):
            parts += [gallery(next(names), item.description or "") for item in each.items]
        elif isinstance(each, ActionRow):
            rows.append([*_controls(each, without)])
        else:
            parts.append(line())
    return Panel(*parts, accent=box.accent_colour.value if box.accent_colour else Accent.SILENT, rows=rows)


def _controls(row: ActionRow, without: Collection[str]) -> Iterator[Component]:
    for each in row.children:
        name = str(each.custom_id).split("|")[1] if isinstance(each, Button) and not each.url else None
        if isinstance(each, SelectMenu | Button) and name not in without:
            # Ids are given anew: they count within one message.
            yield {key: value for key, value in each.to_dict().items() if key != "id"}


def _check(interaction: discord.Interaction[Any], *, pictures: bool) -> None:
    """Raise UserError unless both the person and the bot may post here.

    Discord lets an application answer an interaction for all to see wherever its commands can be used; that is no
    reason to speak for somebody who may not speak, or where the bot itself was told not to.
    """
    if interaction.guild_id is None:
        return
    theirs, ours = interaction.permissions, interaction.app_permissions
    in_thread = isinstance(interaction.channel, discord.Thread)
    if not _may_send(theirs, in_thread=in_thread) or _is_silenced(interaction):
        raise UserError("You can't post in this channel, so I can't post there for you.")
    if not interaction.is_guild_integration():
        # Discord's docs, Permissions: without it, what an app of one's own account answers is shown to oneself alone.
        if not theirs.use_external_apps:
            raise UserError("This server shows the answers of your own apps to you alone, so I can't post them here.")
        return
    send = "Send Messages in Threads" if in_thread else "Send Messages"
    needed = {send: _may_send(ours, in_thread=in_thread), "Attach Files": ours.attach_files or not pictures}
    missing = " and ".join(f"**{name}**" for name, given in needed.items() if not given)
    if missing:
        raise UserError(f"I don't have permission to post here. Please ask a moderator to grant me {missing}.")


def _may_send(allowed: discord.Permissions, *, in_thread: bool) -> bool:
    return allowed.view_channel and (allowed.send_messages_in_threads if in_thread else allowed.send_messages)


def _is_silenced(interaction: discord.Interaction[Any]) -> bool:
    person = interaction.user
    timed_out = isinstance(person, discord.Member) and person.is_timed_out()
    return timed_out and not interaction.permissions.administrator


async def setup(bot: Canonkeeper) -> None:
    """Add the cog with what it uses."""
    await bot.add_cog(ShareCog(bot.actions))

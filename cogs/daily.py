"""/daily: moderators schedule quotes. Only in servers; every answer is for the one who asked alone."""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING, Any, NamedTuple

import discord
from discord import app_commands
from discord.ext import commands

from bot.client.replying import reply
from bot.domain.daily.days import complete_days
from bot.domain.daily.model import Style
from bot.domain.daily.times import complete_time
from bot.domain.errors import UserError
from bot.rendering import daily as rendering
from bot.rendering.choices import COMPLETIONS, choices
from bot.services.daily.completing import complete_schedule, complete_zone
from bot.services.daily.shown import Asked

if TYPE_CHECKING:
    from collections.abc import Awaitable

    from bot.client import Canonkeeper
    from bot.rendering.actions import Actions
    from bot.rendering.frame import Panel
    from bot.services.daily.scheduling import Scheduler
    from bot.services.daily.shown import Planned

Interaction = discord.Interaction[Any]
Which = app_commands.Range[str, 1, 100]
Word = app_commands.Range[str, 1, 100]
_STYLES = [
    app_commands.Choice(name="text: the words alone", value="text"),
    app_commands.Choice(name="card: the words and a picture of them", value="card"),
]
_OPTIONS = {
    "channel": "Where to post: a text or announcement channel, a thread, or a forum",
    "time": "When, on the clocks of the time zone: 9:00, 9am, 21:30, noon",
    "timezone": "A city or zone: New York, London, UTC",
    "days": "daily, weekdays, weekends, or a list such as mon,wed,fri",
    "about": "Only quotes by this speaker or on this topic",
    "role": "A role to mention with each post",
    "style": "The words alone, or with a picture",
    "publish": "In an announcement channel: publish each post to the servers that follow it",
    "thread": "Start a thread under each post, to talk about it",
}
_SCHEDULE = "Which schedule: its number in /daily list"


class Channel(app_commands.Transformer):
    """A channel option that takes what can be posted to, cached or not; gives what was chosen."""

    @property
    def type(self) -> discord.AppCommandOptionType:
        """Return the type of the option."""
        return discord.AppCommandOptionType.channel

    @property
    def channel_types(self) -> list[discord.ChannelType]:
        """Return the types that Discord's client offers."""
        kinds = discord.ChannelType
        threads = [kinds.public_thread, kinds.private_thread, kinds.news_thread]
        return [kinds.text, kinds.news, kinds.forum, *threads]

    async def transform(self, _interaction: Interaction, value: Any, /) -> Chosen:
        """Return what was chosen."""
        return Chosen(int(value.id), private=value.type is discord.ChannelType.private_thread)


class Chosen(NamedTuple):
    """A channel that was chosen; `private` says that it is a private thread."""

    id: int
    private: bool


ChannelId = app_commands.Transform[Chosen, Channel]


def _id(role: discord.Role | None) -> int | None:
    return role.id if role else None


def _style(value: str | None) -> Style | None:
    try:
        return Style(value) if value else None
    except ValueError:
        raise UserError("I don't know that style. Please pick one from the list: text or card.") from None


@app_commands.guild_only()
@app_commands.allowed_installs(guilds=True, users=False)
@app_commands.default_permissions(manage_guild=True)
class DailyCog(commands.GroupCog, group_name="daily", group_description="Daily quotes for this server"):
    """The commands, and the buttons of their answers."""

    def __init__(self, scheduler: Scheduler, actions: Actions) -> None:
        self._scheduler = scheduler
        actions.register(rendering.PAGE, self._page, rendering.read_page)
        actions.register(rendering.SKIP, self._skip_button, rendering.read_skip)

    async def interaction_check(self, interaction: discord.Interaction[Any], /) -> bool:
        """Check again what Discord should have checked: a server's administrators can override it."""
        _moderators_only(interaction)
        return True

    @app_commands.command(name="schedule", description="Post a quote every day, or on some days, at a time of yours")
    @app_commands.describe(**_OPTIONS)
    @app_commands.choices(style=_STYLES)
    async def schedule(  # noqa: PLR0913, PLR0917 - the options of the command
        self,
        interaction: Interaction,
        channel: ChannelId,
        time: Word,
        timezone: Word,
        days: Word | None = None,
        about: Word | None = None,
        role: discord.Role | None = None,
        style: str | None = None,
        publish: bool | None = None,
        thread: bool | None = None,
    ) -> None:
        """Answer /daily schedule."""
        fields = (time, timezone, days, about, _id(role), _style(style))
        asked = Asked(channel.id, *fields, publish=publish, thread=thread, private=channel.private)
        await reply(interaction, self._planned(self._scheduler.create(_guild(interaction), asked), "Scheduled"))

    @app_commands.command(
        name="list", description="All schedules of this server, their next posts and how the last went"
    )
    async def list_(self, interaction: Interaction) -> None:
        """Answer /daily list."""
        await reply(interaction, self._overview(_guild(interaction), 0))

    @app_commands.command(name="edit", description="Change a schedule; what you leave out stays")
    @app_commands.describe(schedule=_SCHEDULE, no_role="Mention no role any more", **_OPTIONS)
    @app_commands.choices(style=_STYLES)
    async def edit(  # noqa: PLR0913, PLR0917 - every field of a schedule can be changed
        self,
        interaction: Interaction,
        schedule: Which,
        channel: ChannelId | None = None,
        time: Word | None = None,
        timezone: Word | None = None,
        days: Word | None = None,
        about: Word | None = None,
        role: discord.Role | None = None,
        style: str | None = None,
        publish: bool | None = None,
        thread: bool | None = None,
        no_role: bool = False,
    ) -> None:
        """Answer /daily edit."""
        fields = (time, timezone, days, about, _id(role), _style(style), no_role)
        where, private = channel or (None, False)
        asked = Asked(where, *fields, publish=publish, thread=thread, private=private)
        await reply(interaction, self._planned(self._scheduler.edit(_guild(interaction), schedule, asked), "Changed"))

    @app_commands.command(name="preview", description="The quote that comes next, and when")
    @app_commands.describe(schedule=_SCHEDULE)
    async def preview(self, interaction: Interaction, schedule: Which) -> None:
        """Answer /daily preview."""
        await reply(interaction, self._preview(_guild(interaction), schedule))

    @app_commands.command(name="skip", description="Drop the quote that would come next; another comes in its place")
    @app_commands.describe(schedule=_SCHEDULE)
    async def skip(self, interaction: Interaction, schedule: Which) -> None:
        """Answer /daily skip."""
        await reply(interaction, self._skip(_guild(interaction), schedule))

    @app_commands.command(name="pause", description="Stop a schedule for now; nothing is deleted")
    @app_commands.describe(schedule=_SCHEDULE)
    async def pause(self, interaction: Interaction, schedule: Which) -> None:
        """Answer /daily pause."""
        await reply(interaction, self._pause(_guild(interaction), schedule))

    @app_commands.command(name="resume", description="Start a paused schedule again")
    @app_commands.describe(schedule=_SCHEDULE)
    async def resume(self, interaction: Interaction, schedule: Which) -> None:
        """Answer /daily resume."""
        await reply(interaction, self._planned(self._scheduler.resume(_guild(interaction), schedule), "Resumed"))

    @app_commands.command(name="test", description="Post the next quote now, marked as a test")
    @app_commands.describe(schedule=_SCHEDULE)
    async def test(self, interaction: Interaction, schedule: Which) -> None:
        """Answer /daily test."""
        await reply(interaction, self._test(_guild(interaction), schedule))

    @app_commands.command(name="remove", description="Delete a schedule with all that belongs to it")
    @app_commands.describe(schedule=_SCHEDULE)
    async def remove(self, interaction: Interaction, schedule: Which) -> None:
        """Answer /daily remove."""
        await reply(interaction, self._remove(_guild(interaction), schedule))

    async def _planned(self, plan: Awaitable[Planned], done: str) -> Panel:
        return rendering.planned(await plan, done)

    async def _overview(self, guild: int, page: int) -> Panel:
        return rendering.overview(await self._scheduler.overview(guild), page)

    async def _preview(self, guild: int, schedule: str) -> Panel:
        return rendering.preview(await self._scheduler.preview(guild, schedule))

    async def _skip(self, guild: int, schedule: str, shown: str | None = None) -> Panel:
        return rendering.skipped(*await self._scheduler.skip(guild, schedule, shown))

    async def _pause(self, guild: int, schedule: str) -> Panel:
        return rendering.paused(await self._scheduler.pause(guild, schedule))

    async def _test(self, guild: int, schedule: str) -> Panel:
        return rendering.tested(guild, await self._scheduler.test(guild, schedule))

    async def _remove(self, guild: int, schedule: str) -> Panel:
        return rendering.removed(await self._scheduler.remove(guild, schedule))

    @schedule.autocomplete("time")
    @edit.autocomplete("time")
    async def _times(self, _interaction: Interaction, typed: str) -> list[app_commands.Choice[str]]:
        return choices(complete_time(typed))

    @schedule.autocomplete("timezone")
    @edit.autocomplete("timezone")
    async def _zones(self, _interaction: Interaction, typed: str) -> list[app_commands.Choice[str]]:
        return choices(complete_zone(self._scheduler.zones, typed, self._scheduler.now(), COMPLETIONS))

    @schedule.autocomplete("days")
    @edit.autocomplete("days")
    async def _days(self, _interaction: Interaction, typed: str) -> list[app_commands.Choice[str]]:
        return choices(complete_days(typed))

    @schedule.autocomplete("about")
    @edit.autocomplete("about")
    async def _abouts(self, _interaction: Interaction, typed: str) -> list[app_commands.Choice[str]]:
        return choices(self._scheduler.abouts.complete(typed, COMPLETIONS))

    @edit.autocomplete("schedule")
    @preview.autocomplete("schedule")
    @skip.autocomplete("schedule")
    @pause.autocomplete("schedule")
    @resume.autocomplete("schedule")
    @test.autocomplete("schedule")
    @remove.autocomplete("schedule")
    async def _schedules(self, interaction: Interaction, typed: str) -> list[app_commands.Choice[str]]:
        # discord.py runs no check for completions: whoever may not use the command learns nothing from them.
        if not _moderates(interaction):
            return []
        try:
            schedules = await self._scheduler.of_guild(_guild(interaction))
        except sqlite3.OperationalError:
            return []  # a store that cannot be read now is told of by the command itself
        named = [(s, _channel_name(interaction, s.wish.target.channel)) for s in schedules]
        return choices(complete_schedule(named, typed))

    async def _page(self, interaction: Interaction, page: int) -> None:
        """Show another page of the list in the place of this one."""
        _moderators_only(interaction)
        await reply(interaction, self._overview(_guild(interaction), page), edit=True)

    async def _skip_button(self, interaction: Interaction, shown: tuple[str, str]) -> None:
        """Drop the quote that the message shows, if it is still the next one."""
        _moderators_only(interaction)
        await reply(interaction, self._skip(_guild(interaction), *shown), edit=True)


def _moderators_only(interaction: Interaction) -> None:
    if interaction.guild_id is None:
        raise app_commands.NoPrivateMessage
    if not interaction.permissions.manage_guild:
        raise app_commands.MissingPermissions(["manage_guild"])


def _moderates(interaction: Interaction) -> bool:
    return interaction.guild_id is not None and interaction.permissions.manage_guild


def _guild(interaction: Interaction) -> int:
    if interaction.guild_id is None:
        raise app_commands.NoPrivateMessage
    return interaction.guild_id


def _channel_name(interaction: Interaction, channel_id: int) -> str:
    channel = interaction.guild.get_channel_or_thread(channel_id) if interaction.guild else None
    return f"#{channel.name}" if channel else "a channel I cannot see"


async def setup(bot: Canonkeeper) -> None:
    """Add the cog with what it uses."""
    await bot.add_cog(DailyCog(bot.daily.scheduler, bot.actions))

"""The world that a sandbox starts with: two guilds, three people, a channel of each kind."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sandbox import permissions
from sandbox.model import Channel, ChannelType, ThreadInfo

if TYPE_CHECKING:
    from sandbox.model import Guild
    from sandbox.world import World


def found(world: World) -> None:
    """Fill an empty world. Mo moderates both guilds; Mina and Timo are members of both."""
    mo, mina, timo = (world.add_user(name) for name in ("Mo", "Mina", "Timo"))
    city = world.add_guild("Republic City", channels=0, with_bot=False)
    temple = world.add_guild("Air Temple Island", channels=0, with_bot=False)
    for guild in (city, temple):
        guild.owner_id = world.ids.founding()  # somebody who never shows up: Mo has no more than the role gives
        moderator = world.add_role(guild, "Moderator", permissions.ORDINARY | permissions.MODERATION)
        world.add_member(guild, mo, moderator)
        world.add_member(guild, mina)
        world.add_member(guild, timo)
    world.add_role(city, "Quote fans", mentionable=True)
    world.add_role(city, "Quiet")
    for name in ("general", "canon-talk", "daily-quotes"):
        world.add_channel(city, name)
    world.add_channel(city, "announcements", ChannelType.NEWS)
    world.add_channel(city, "lore-questions", ChannelType.FORUM)
    _thread(world, city, "Book One re-watch")
    for name in ("lounge", "meditation"):
        world.add_channel(temple, name)
    world.add_bot(city, greet=False)
    world.add_bot(temple, greet=False)


def _thread(world: World, guild: Guild, name: str) -> Channel:
    parent = world.channel("canon-talk", guild)
    mina = world.user("Mina")
    now = world.now()
    info = ThreadInfo(mina.id, now, members={mina.id: now})
    one = Channel(world.ids.founding(), ChannelType.PUBLIC_THREAD, name, guild, parent, thread=info)
    guild.channels[one.id] = world.channels[one.id] = one
    return one

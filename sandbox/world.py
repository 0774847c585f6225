"""The world, what can be done to it from outside, and what a sandbox starts with.

State changes first; the events follow from it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sandbox import permissions, render
from sandbox.model import THREADS, Channel, ChannelType, Guild, Member, Message, Overwrite, Role, ThreadInfo, User
from sandbox.registry import Event, Registry

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

# Discord's docs, "Message types".
USER_JOIN, THREAD_CREATED, THREAD_STARTER = 7, 18, 21
SYSTEM = frozenset({USER_JOIN, THREAD_CREATED, THREAD_STARTER})


def post_message(world: World, message: Message) -> None:
    """Put a message into its channel's history. An ephemeral one reaches its addressee and nobody else."""
    if message.ephemeral:
        world.hidden[message.id] = message
        _tell_of_message(world, "MESSAGE_CREATE", message)
        return
    channel = message.channel
    channel.messages[message.id] = message
    channel.last_message_id = message.id
    info = channel.thread
    if info is not None:
        message.position = info.total
        info.total += 1
        if info.archived:  # Discord's docs, "Threads": a message sent into an archived thread opens it again
            world.update_thread(channel, archived=False, locked=info.locked)
        if message.type not in SYSTEM:
            world.join_thread(channel, message.author)
    _tell_of_message(world, "MESSAGE_CREATE", message)


def post_system(
    world: World, channel: Channel, author: User, kind: int, content: str = "", about: Channel | Message | None = None
) -> Message:
    """Let Discord itself write to a channel in somebody's name, with a reference to a thread or message."""
    one = Message(world.ids.next(), channel, author, world.now(), content, type=kind)
    if about is not None and channel.guild is not None:
        there = about.channel if isinstance(about, Message) else about
        one.reference = {"type": 0, "channel_id": str(there.id), "guild_id": str(channel.guild.id)}
        if isinstance(about, Message):
            one.reference["message_id"] = str(about.id)
            one.reply_to = about
    post_message(world, one)
    return one


def message_changed(world: World, message: Message) -> None:
    """Tell that a message is not what it was."""
    _tell_of_message(world, "MESSAGE_UPDATE", message)


def delete_message(world: World, message: Message) -> None:
    """Take a message out of the history."""
    channel = message.channel
    channel.messages.pop(message.id, None)
    world.hidden.pop(message.id, None)
    message.deleted = True
    data = {"id": str(message.id), "channel_id": str(channel.id)}
    if channel.guild is not None:
        data["guild_id"] = str(channel.guild.id)
    world.events.emit(
        Event(
            "MESSAGE_DELETE",
            data,
            channel.guild,
            channel,
            only=message.addressee,
            to_bot=not message.ephemeral,
        )
    )


def _tell_of_message(world: World, name: str, message: Message) -> None:
    world.events.emit(
        Event(
            name,
            render.dispatched(message, world.root),
            message.channel.guild,
            message.channel,
            message,
            message.addressee,
            to_bot=not message.ephemeral,
        )
    )


class World(Registry):
    """The registry with the deeds of the outside world: founding, joining, forbidding, removing."""

    def add_user(self, name: str, display: str | None = None) -> User:
        """Let somebody new come to be."""
        one = User(self.ids.founding(), name.lower().replace(" ", "_"), display or name)
        self.users[one.id] = one
        return one

    def add_guild(self, name: str, channels: int = 1, owner: User | None = None, *, with_bot: bool = True) -> Guild:
        """Found a guild with some text channels (general, general-2, ...); the bot joins it at once."""
        guild_id = self.ids.guild()
        one = Guild(guild_id, name, owner.id if owner else 1)
        one.roles[guild_id] = Role(guild_id, "@everyone", permissions.ORDINARY)
        self.guilds[guild_id] = one
        if owner is not None:
            one.members[owner.id] = Member(owner, self.now())
        for number in range(1, channels + 1):
            self._put_channel(one, "general" if number == 1 else f"general-{number}", ChannelType.TEXT)
        if with_bot:
            self.add_bot(one, greet=False)
        return one

    def _put_channel(self, guild: Guild, name: str, kind: ChannelType) -> Channel:
        one = Channel(self.ids.founding(), kind, name, guild, position=len(guild.channels))
        guild.channels[one.id] = self.channels[one.id] = one
        if kind is ChannelType.TEXT and guild.system_channel_id is None:
            guild.system_channel_id = one.id
        return one

    def add_channel(self, guild: Guild, name: str, kind: ChannelType = ChannelType.TEXT) -> Channel:
        one = self._put_channel(guild, name.removeprefix("#"), kind)
        self.tell("CHANNEL_CREATE", render.channel(one), guild=guild, channel=one)
        return one

    def add_role(self, guild: Guild, name: str, allowed: int = 0, *, mentionable: bool = False) -> Role:
        one = Role(self.ids.founding(), name, allowed, len(guild.roles), mentionable)
        guild.roles[one.id] = one
        self.tell("GUILD_ROLE_CREATE", {"guild_id": str(guild.id), "role": render.role(one)}, guild=guild)
        return one

    def add_member(self, guild: Guild, user: User, *roles: Role) -> Member:
        """Let somebody join a guild."""
        one = Member(user, self.now(), [each.id for each in roles])
        guild.members[user.id] = one
        self.tell("GUILD_MEMBER_ADD", render.member(one) | {"guild_id": str(guild.id)}, guild=guild)
        self._greet(guild, user)
        return one

    def _greet(self, guild: Guild, user: User) -> None:
        """Let Discord tell in the system channel who has come."""
        place = self.channels.get(guild.system_channel_id or 0)
        if place is not None:
            post_system(self, place, user, USER_JOIN)

    def add_bot(self, guild: Guild, allowed: int = permissions.ORDINARY, *, greet: bool = True) -> None:
        """Let the bot join a guild, with these permissions: they are its managed role's, named like the bot.

        Discord's docs, "Bot users": the role comes with the invitation, and goes when the bot does. `greet`: Discord
        tells the members of it in the system channel.
        """
        member = Member(self.bot, self.now())
        guild.members[self.bot.id] = member
        if allowed:
            role = Role(self.ids.founding(), self.bot.display, allowed, len(guild.roles), bot_id=self.bot.id)
            guild.roles[role.id] = role
            member.roles.append(role.id)
        self.tell("GUILD_CREATE", {"id": str(guild.id)}, guild=guild)
        if greet:
            self._greet(guild, self.bot)

    def bot_role(self, guild: Guild) -> Role:
        """Find the bot's managed role in a guild."""
        return next(each for each in guild.roles.values() if each.bot_id == self.bot.id)

    # -- changing and removing ----------------------------------------------------------------------

    def delete_channel(self, channel: Channel) -> None:
        """Delete a channel and its threads."""
        guild = channel.guild
        if guild is None:
            raise ValueError("only a guild's channels can be deleted")
        for each in [one for one in guild.channels.values() if one.parent is channel]:
            del guild.channels[each.id], self.channels[each.id]
        del guild.channels[channel.id], self.channels[channel.id]
        name = "THREAD_DELETE" if channel.type in THREADS else "CHANNEL_DELETE"
        self.tell(name, render.channel(channel), guild=guild, channel=channel)

    def set_overwrite(self, channel: Channel, target: Role | Member | User, *, allow: int = 0, deny: int = 0) -> None:
        """Set a channel's exception for a role or member (both 0: take it away)."""
        target_id = target.user.id if isinstance(target, Member) else target.id
        if allow or deny:
            channel.overwrites[target_id] = Overwrite(target_id, not isinstance(target, Role), allow, deny)
        else:
            channel.overwrites.pop(target_id, None)
        self.tell("CHANNEL_UPDATE", render.channel(channel), guild=channel.guild, channel=channel)

    def deny(self, channel: Channel, *names: str, user: User | None = None) -> None:
        """Forbid the bot (or a user) something in a channel, e.g. `deny(channel, "send_messages")`."""
        who = user or self.bot
        old = channel.overwrites.get(who.id, Overwrite(who.id, member=True))
        taken = permissions.bits(*names)
        self.set_overwrite(channel, who, allow=old.allow & ~taken, deny=old.deny | taken)

    def allow(self, channel: Channel, *names: str, user: User | None = None) -> None:
        """Allow the bot (or a user) something in a channel, whatever was denied before."""
        who = user or self.bot
        old = channel.overwrites.get(who.id, Overwrite(who.id, member=True))
        given = permissions.bits(*names)
        self.set_overwrite(channel, who, allow=old.allow | given, deny=old.deny & ~given)

    def join_thread(self, thread: Channel, user: User) -> None:
        """Let somebody come into a thread: by themselves, added by others, or by writing in it.

        Discord's docs, "Thread members update" and "Thread member update"; a bot that comes into a private thread
        gets it with THREAD_CREATE first.
        """
        info = _info(thread)
        if user.id in info.members:
            return
        info.members[user.id] = self.now()
        own = render.thread_member(thread, user.id)
        if user is self.bot:
            if thread.type is ChannelType.PRIVATE_THREAD:
                self.tell("THREAD_CREATE", render.channel(thread) | {"member": own}, guild=thread.guild, channel=thread)
            place = {"guild_id": str(thread.guild.id)} if thread.guild else {}
            self.tell("THREAD_MEMBER_UPDATE", own | place, guild=thread.guild, channel=thread)
        self._thread_members_changed(thread, added=[own])

    def leave_thread(self, thread: Channel, user: User) -> None:
        """Let somebody go out of a thread, or be removed."""
        if _info(thread).members.pop(user.id, None) is not None:
            self._thread_members_changed(thread, removed=[str(user.id)])

    def _thread_members_changed(
        self, thread: Channel, *, added: Sequence[dict[str, Any]] = (), removed: Sequence[str] = ()
    ) -> None:
        data: dict[str, Any] = {"id": str(thread.id), "member_count": len(_info(thread).members)}
        if thread.guild is not None:
            data["guild_id"] = str(thread.guild.id)
        if added:
            data["added_members"] = list(added)
        if removed:
            data["removed_member_ids"] = list(removed)
        self.tell("THREAD_MEMBERS_UPDATE", data, guild=thread.guild, channel=thread)

    def archive_thread(self, thread: Channel, *, locked: bool = False) -> None:
        """Archive a thread, as Discord does by itself after the thread's quiet time."""
        self.update_thread(thread, archived=True, locked=locked)

    def update_thread(self, thread: Channel, *, archived: bool, locked: bool) -> None:
        """Archive or open, lock or unlock a thread."""
        info = _info(thread)
        if info.archived != archived:
            info.archived_at = self.now()
        info.archived = archived
        info.locked = locked
        self.tell("THREAD_UPDATE", render.channel(thread), guild=thread.guild, channel=thread)

    def kick_bot(self, guild: Guild) -> None:
        """Let the bot be removed from a guild; its managed role goes with it."""
        del guild.members[self.bot.id]
        guild.roles = {key: each for key, each in guild.roles.items() if each.bot_id != self.bot.id}
        for command_id in [each.id for each in self.commands.values() if each.guild_id == guild.id]:
            del self.commands[command_id]
        self.tell("GUILD_DELETE", {"id": str(guild.id)}, guild=guild)

    def set_available(self, guild: Guild, *, available: bool) -> None:
        """Begin or end an outage of a guild (Discord's docs, "Guild availability")."""
        guild.unavailable = not available
        if available:
            self.tell("GUILD_CREATE", {"id": str(guild.id), "unavailable": False}, guild=guild)
        else:
            self.tell("GUILD_DELETE", {"id": str(guild.id), "unavailable": True}, guild=guild)

    def edit_role(
        self, guild: Guild, role: Role, *, allowed: int | None = None, mentionable: bool | None = None
    ) -> None:
        """Change what a role may do, or whether all may mention it; `role` may be @everyone's."""
        role.permissions = role.permissions if allowed is None else allowed
        role.mentionable = role.mentionable if mentionable is None else mentionable
        self.tell("GUILD_ROLE_UPDATE", {"guild_id": str(guild.id), "role": render.role(role)}, guild=guild)

    def forbid(self, guild: Guild, *names: str) -> None:
        """Take permissions from the bot in the whole guild: from its roles and from @everyone."""
        self._edit_bots_roles(guild, lambda allowed: allowed & ~permissions.bits(*names))

    def permit(self, guild: Guild, *names: str) -> None:
        """Give permissions to the bot in the whole guild, by its managed role."""
        role = self.bot_role(guild)
        self.edit_role(guild, role, allowed=role.permissions | permissions.bits(*names))

    def _edit_bots_roles(self, guild: Guild, changed: Callable[[int], int]) -> None:
        for role_id in (guild.id, *guild.members[self.bot.id].roles):
            role = guild.roles[role_id]
            if changed(role.permissions) != role.permissions:
                self.edit_role(guild, role, allowed=changed(role.permissions))

    def time_out(self, guild: Guild, until: float | None, user: User | None = None) -> None:
        """Time the bot (or somebody) out until an instant in seconds since 1970; None ends it.

        A time-out that runs out ends without an event, as Discord's does.
        """
        member = guild.members[(user or self.bot).id]
        member.timed_out_until = until
        self._member_changed(guild, member)

    def _member_changed(self, guild: Guild, member: Member) -> None:
        self.tell("GUILD_MEMBER_UPDATE", render.member(member) | {"guild_id": str(guild.id)}, guild=guild)

    def remove_role(self, guild: Guild, role: Role) -> None:
        """Delete a role; its members lose it, each with an update of its own."""
        del guild.roles[role.id]
        for each in guild.members.values():
            if role.id in each.roles:
                each.roles.remove(role.id)
                self._member_changed(guild, each)
        self.tell("GUILD_ROLE_DELETE", {"guild_id": str(guild.id), "role_id": str(role.id)}, guild=guild)

    def set_roles(self, guild: Guild, user: User, *roles: Role) -> None:
        """Give a member exactly these roles."""
        member = guild.members[user.id]
        member.roles = [each.id for each in roles]
        self._member_changed(guild, member)

    def remove_member(self, guild: Guild, user: User) -> None:
        """Let somebody leave a guild."""
        del guild.members[user.id]
        self.tell("GUILD_MEMBER_REMOVE", {"guild_id": str(guild.id), "user": render.user(user)}, guild=guild)


def _info(thread: Channel) -> ThreadInfo:
    if thread.thread is None:
        raise ValueError(f"#{thread.name} is not a thread")
    return thread.thread


def found_world(world: World) -> None:
    """Fill an empty world. Mo moderates both guilds; Mina and Timo are members of both."""
    mo, mina, timo = (world.add_user(name) for name in ("Mo", "Mina", "Timo"))
    city = world.add_guild("Harbour Town", channels=0, with_bot=False)
    temple = world.add_guild("The Lighthouse", channels=0, with_bot=False)
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
    _thread(world, city, "First impressions")
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

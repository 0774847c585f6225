"""The interaction desk: opens interactions, waits for the bot's answers, knows when it is too late."""

from __future__ import annotations

import asyncio
import secrets
from typing import TYPE_CHECKING, Any

from sandbox import permissions, render
from sandbox.errors import fault
from sandbox.model import PRIVATE, Channel, ChannelType, Command, Interaction, Message, User
from sandbox.registry import Event
from sandbox.requests import FILE_LIMIT

if TYPE_CHECKING:
    from collections.abc import Callable

    from sandbox.world import World

COMMAND, COMPONENT, AUTOCOMPLETE, MODAL = 2, 3, 4, 5
ANSWER_WITHIN = 3.0  # Discord's docs, "Interaction callback": an answer within 3 seconds
TOKEN_LIFE = 15 * 60.0  # Discord's docs, "Interaction": the token is good for 15 minutes
_KEPT = 5000
IN_GUILD, IN_BOT_DM, IN_PRIVATE = 0, 1, 2


class Interactions:
    """Opens interactions and keeps their tokens."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._keep = _KEPT
        self._waiting: dict[int, list[asyncio.Future[None]]] = {}

    # -- opening ------------------------------------------------------------------------------------

    def open(
        self,
        kind: int,
        user: User,
        channel: Channel,
        data: dict[str, Any],
        *,
        message: Message | None = None,
        command: Command | None = None,
        origin: Interaction | None = None,
    ) -> Interaction:
        """Open an interaction and send it to the bot."""
        world = self._world
        one = Interaction(
            world.ids.next(),
            secrets.token_urlsafe(120),
            kind,
            user,
            channel,
            world.now(),
            data,
            context_of(world, channel),
            owners_of(world, channel, user, command, message),
            message=message,
            command=command,
            origin=origin,
        )
        self._forget()
        world.interactions[one.token] = one
        world.events.emit(Event("INTERACTION_CREATE", self._payload(one), channel.guild, channel))
        if kind != AUTOCOMPLETE:
            self._tell(one, "thinking")
            asyncio.get_running_loop().call_later(ANSWER_WITHIN, self._give_up, one)
        return one

    def _payload(self, one: Interaction) -> dict[str, Any]:
        """Write the INTERACTION_CREATE event (Discord's docs, "Interaction object")."""
        world, channel, guild = self._world, one.channel, one.channel.guild
        allowed = world.permissions(channel, one.user)
        body: dict[str, Any] = {
            "id": str(one.id),
            "application_id": str(world.bot.id),
            "type": one.type,
            "token": one.token,
            "version": 1,
            "channel_id": str(channel.id),
            "channel": render.partial_channel(channel, allowed),
            "data": one.data,
            "locale": one.user.locale,
            "app_permissions": str(self._of_bot(channel)),
            "entitlements": [],
            "authorizing_integration_owners": one.owners,
            "context": one.context,
            "attachment_size_limit": FILE_LIMIT,
        }
        if guild is None:
            body["user"] = render.user(one.user)
        else:
            body["guild_id"] = str(guild.id)
            body["guild"] = {"id": str(guild.id), "locale": guild.locale, "features": []}
            body["guild_locale"] = guild.locale
            body["member"] = render.member(guild.members[one.user.id]) | {"permissions": str(allowed)}
        if one.message is not None:
            body["message"] = render.message(one.message, world.root)
        return body

    def _of_bot(self, channel: Channel) -> int:
        """Tell what the bot may do in a channel; where it is not a member, what a newcomer may."""
        guild = channel.guild
        if guild is not None and self._world.bot.id not in guild.members:
            return permissions.ORDINARY
        return self._world.permissions(channel, self._world.bot)

    def _forget(self) -> None:
        """Let go of interactions whose tokens have long been dead, now and then."""
        world = self._world
        if len(world.interactions) > self._keep:
            long_ago = world.now() - 2 * TOKEN_LIFE
            world.interactions = {key: one for key, one in world.interactions.items() if one.at > long_ago}
            self._keep = max(_KEPT, 2 * len(world.interactions))

    # -- answering ----------------------------------------------------------------------------------

    def to_answer(self, interaction_id: int, token: str) -> Interaction:
        """Find an interaction that is still to be answered; 10062 if there is none, 40060 if it has been."""
        one = self._world.interactions.get(token)
        if one is None or one.id != interaction_id:
            raise fault(10062)
        if one.callback is not None:
            raise fault(40060)
        if one.failed or self._world.now() - one.at > ANSWER_WITHIN:
            raise fault(10062)
        return one

    def answered(self, token: str) -> Interaction:
        """Find an interaction to follow up; 10015 before it has been answered, 50027 after 15 minutes."""
        one = self._world.interactions.get(token)
        if one is None or one.callback is None:
            raise fault(10015)
        if self._world.now() - one.at > TOKEN_LIFE:
            raise fault(50027)
        return one

    def touched(self, one: Interaction) -> None:
        """Wake up whoever waits for a change of this interaction."""
        for each in self._waiting.pop(one.id, ()):
            if not each.done():
                each.set_result(None)
        self._tell(one, "modal" if one.callback == 9 else "answered")  # noqa: PLR2004 - Discord's number for MODAL

    def _give_up(self, one: Interaction) -> None:
        if one.callback is None:
            one.failed = True
            self._tell(one, "failed")
            for each in self._waiting.pop(one.id, ()):
                if not each.done():
                    each.set_result(None)

    async def until(self, one: Interaction, done: Callable[[Interaction], bool], within: float) -> bool:
        """Wait until something is true of an interaction; False if it is not in time (real seconds)."""
        try:
            async with asyncio.timeout(within):
                while not done(one):
                    if one.failed:
                        return False
                    woken = asyncio.get_running_loop().create_future()
                    self._waiting.setdefault(one.id, []).append(woken)
                    await woken
        except TimeoutError:
            return done(one)
        return True

    def _tell(self, one: Interaction, state: str) -> None:
        data = {
            "id": str(one.id),
            "state": state,
            "type": one.type,
            "channel_id": str(one.channel.id),
            "name": one.command.name if one.command else None,
            "message_id": str(one.message.id) if one.message else None,
            "modal": one.answer if state == "modal" else None,
        }
        self._world.events.emit(
            Event("INTERACTION_STATE", data, one.channel.guild, one.channel, only=one.user.id, to_bot=False)
        )


def context_of(world: World, channel: Channel) -> int:
    """Tell where this is (Discord's docs, "Interaction context types")."""
    if channel.type not in PRIVATE:
        return IN_GUILD
    return IN_BOT_DM if channel.type is ChannelType.DM and world.bot in channel.recipients else IN_PRIVATE


def owners_of(
    world: World, channel: Channel, user: User, command: Command | None, message: Message | None
) -> dict[str, str]:
    """Tell by whose installation the app is here: {"0": guild or "0" in its DM, "1": user}."""
    if message is not None and message.interaction is not None:
        return message.interaction.owners
    kinds = command.body.get("integration_types") or [0] if command else [0]
    owners = {}
    guild = channel.guild
    if 0 in kinds and guild is not None and world.bot.id in guild.members:
        owners["0"] = str(guild.id)
    if 0 in kinds and context_of(world, channel) == IN_BOT_DM:
        owners["0"] = "0"
    if 1 in kinds and user.installed:
        owners["1"] = str(user.id)
    return owners

"""Changes of the world, as a client hears of them."""

import discord

from sandbox import Sandbox
from tests.sandbox.tiny import TinyBot, running, until
from tests.support.given import given


async def test_changes_of_the_world_reach_the_client(sb: Sandbox) -> None:
    bot = TinyBot(intents=discord.Intents.all())
    async with running(sb, bot):
        world, city = sb.world, sb.world.guild("Harbour Town")
        guild = bot.get_guild(city.id)
        assert guild is not None
        world.deny(world.channel("general"), "send_messages")
        world.delete_channel(world.channel("canon-talk"))
        new = world.add_channel(city, "#new")
        role = world.add_role(city, "Benders", mentionable=True)
        bolin = world.add_user("Bolin")
        world.add_member(city, bolin)
        world.set_roles(city, bolin, role)

        def has_role() -> bool:
            member = guild.get_member(bolin.id)
            return member is not None and member.get_role(role.id) is not None

        await until(has_role)
        general = guild.get_channel(world.channel("general").id)
        assert general is not None
        assert not general.permissions_for(guild.me).send_messages
        assert guild.get_channel(new.id) is not None
        assert {each.name for each in guild.channels} >= {"new"} - {"canon-talk"}
        assert list(guild.threads) == []
        world.remove_role(city, role)
        world.remove_member(city, bolin)
        await until(lambda: guild.get_member(bolin.id) is None)
        assert guild.get_role(role.id) is None


async def test_coming_going_and_outages(sb: Sandbox) -> None:
    bot = TinyBot()
    async with running(sb, bot):
        city = sb.world.guild("Harbour Town")
        sb.world.kick_bot(city)
        await until(lambda: "guild_remove" in bot.events)
        sb.world.add_bot(city)
        await until(lambda: "guild_join" in bot.events)
        sb.world.set_available(city, available=False)
        await until(lambda: "guild_unavailable" in bot.events)
        sb.world.set_available(city, available=True)
        await until(lambda: "guild_available" in bot.events)
        made = sb.world.add_guild("Zaofu")
        await until(lambda: bot.get_guild(made.id))
        await given(bot.get_guild(made.id)).leave()
        assert sb.bot_user_id not in made.members


async def test_members_are_given_on_request(sb: Sandbox) -> None:
    bot = TinyBot(chunk_guilds_at_startup=False)
    async with running(sb, bot):
        guild = bot.get_guild(sb.world.guild("Harbour Town").id)
        assert guild is not None
        found = await guild.query_members("mi", limit=5)
        assert [each.name for each in found] == ["mina"]
        found = await guild.query_members(user_ids=[sb.world.user("Timo").id], limit=5)
        assert [each.name for each in found] == ["timo"]


async def test_a_message_changes_and_goes(sb: Sandbox) -> None:
    bot = TinyBot()
    async with running(sb, bot):
        channel = bot.get_channel(sb.world.channel("general").id)
        assert isinstance(channel, discord.TextChannel)
        async with channel.typing():
            message = await channel.send("one")
        await message.edit(content="two")
        await message.delete()
        await until(lambda: {"message_edit", "message_delete"} <= set(bot.events))

"""Everyday work of a client: reading, writing, changing, and the exceptions that refusals become."""

import io
from collections.abc import AsyncIterator
from functools import partial
from typing import Any

import discord
import pytest

from sandbox import Sandbox
from tests.sandbox.tiny import TinyBot, running, until

POST = "/channels/{channel_id}/messages"


@pytest.fixture
async def bot(sb: Sandbox) -> AsyncIterator[TinyBot]:
    async with running(sb, TinyBot()) as one:
        yield one


def text_channel(sb: Sandbox, bot: TinyBot, name: str = "general") -> discord.TextChannel:
    found = bot.get_channel(sb.world.channel(name).id)
    assert isinstance(found, discord.TextChannel)
    return found


# -- messages -------------------------------------------------------------------------------------------


async def test_history_and_single_messages(sb: Sandbox, bot: TinyBot) -> None:
    channel = text_channel(sb, bot)
    sent = [await channel.send(str(number)) for number in range(5)]
    assert [each.content async for each in channel.history(limit=3)] == ["4", "3", "2"]
    assert [each.content async for each in channel.history(before=sent[2])] == ["1", "0"]
    assert [each.content async for each in channel.history(after=sent[2])] == ["3", "4"]
    assert [each.content async for each in channel.history(around=sent[2], limit=3)] == ["3", "2", "1"]
    assert (await channel.fetch_message(sent[3].id)).content == "3"
    assert sent[3].jump_url.endswith(str(sent[3].id))


async def test_more_than_a_page_of_history(sb: Sandbox, bot: TinyBot) -> None:
    mina = sb.person("Mina")
    said = [(await mina.say(f"<@bot> {number}")).content for number in range(130)]
    channel = text_channel(sb, bot)
    read = [each.content async for each in channel.history(limit=None, oldest_first=True)]
    assert read == said


async def test_what_others_wrote_is_not_for_bots_without_the_intent(sb: Sandbox, bot: TinyBot) -> None:
    mina, channel = sb.person("Mina"), text_channel(sb, bot)
    plain = await mina.say("among us")
    coded = await mina.say("`<@bot>` and ```\n<@bot>\n``` are code, ``a ` <@bot>`` too")
    called = await mina.say("`code` <@bot> `more`")
    own = await channel.send("mine")
    answer = await (await channel.fetch_message(plain.id)).reply("what was that?")
    private = await mina.in_dm().say("psst")
    read = {each.id: each.content async for each in channel.history(limit=None)}
    assert [read[each.id] for each in (plain, coded, called, own)] == ["", "", called.content, "mine"]
    assert (await channel.fetch_message(plain.id)).content == ""
    quoted = (await channel.fetch_message(answer.id)).reference
    assert quoted is not None
    assert isinstance(quoted.resolved, discord.Message)
    assert quoted.resolved.content == ""
    await until(lambda: len(bot.heard) == 6)
    assert next(each for each in bot.heard if each.id == private.id).content == "psst"
    seen = next(each for each in bot.heard if each.id == answer.id).reference
    assert seen is not None
    assert isinstance(seen.resolved, discord.Message)
    assert seen.resolved.content == ""


async def test_with_the_intent_all_is_read(sb: Sandbox) -> None:
    allowed = discord.Intents(guilds=True, guild_messages=True, message_content=True)
    bot = TinyBot(intents=allowed)
    async with running(sb, bot):
        plain = await sb.person("Mina").say("among us")
        await until(lambda: bot.heard)
        assert (await text_channel(sb, bot).fetch_message(plain.id)).content == bot.heard[0].content == "among us"


async def test_replying_to_a_person(sb: Sandbox, bot: TinyBot) -> None:
    mina = sb.person("Mina")
    question = await mina.say("<@bot> who is it?")
    await until(lambda: bot.heard)
    answer = await bot.heard[0].reply("Aang.", mention_author=False)
    assert answer.reference is not None
    assert answer.reference.message_id == question.id
    assert answer.mentions == []
    (seen,) = await mina.wait_reply(question)
    assert seen.id == answer.id
    loud = await bot.heard[0].reply("Aang!", mention_author=True)
    assert [each.name for each in loud.mentions] == ["mina"]


async def test_files_with_embeds_and_edits_of_them(sb: Sandbox, bot: TinyBot) -> None:
    channel = text_channel(sb, bot)
    embed = discord.Embed(title="card").set_image(url="attachment://a.png").set_footer(text="small")
    embed.add_field(name="Speaker", value="Uncle Iroh")
    files = [discord.File(io.BytesIO(b"one"), "a.png", description="a card"), discord.File(io.BytesIO(b"two"), "b.txt")]
    message = await channel.send("look", embed=embed, files=files)
    first, second = message.attachments
    assert (await first.read(), await second.read()) == (b"one", b"two")
    assert first.description == "a card"
    assert message.embeds[0].fields[0].value == "Uncle Iroh"
    third = discord.File(io.BytesIO(b"three"), "c.txt")
    changed = await message.edit(attachments=[second, third])
    assert [each.filename for each in changed.attachments] == ["b.txt", "c.txt"]
    assert await changed.attachments[1].read() == b"three"
    assert (await changed.remove_attachments(*changed.attachments)).attachments == []
    quiet = await changed.edit(suppress=True)
    assert quiet.flags.suppress_embeds


async def test_flags_of_a_new_message(sb: Sandbox, bot: TinyBot) -> None:
    message = await text_channel(sb, bot).send("x", silent=True, suppress_embeds=True)
    assert message.flags.suppress_notifications
    assert message.flags.suppress_embeds


async def test_a_layout_goes_out_and_comes_back(sb: Sandbox, bot: TinyBot) -> None:
    class Layout(discord.ui.LayoutView):
        head: discord.ui.TextDisplay[Any] = discord.ui.TextDisplay("# Quote")
        box: discord.ui.Container[Any] = discord.ui.Container(
            discord.ui.Section("words", accessory=discord.ui.Thumbnail("https://example.org/a.png")),
            discord.ui.Separator(spacing=discord.SeparatorSpacing.large),
            discord.ui.ActionRow(discord.ui.Button(label="More", custom_id="more")),
            accent_colour=discord.Colour.red(),
        )

    message = await text_channel(sb, bot).send(view=Layout(timeout=None))
    assert message.flags.components_v2
    container = message.components[1]
    assert isinstance(container, discord.Container)
    assert container.accent_colour == discord.Colour.red()
    section, separator, row = container.children
    assert isinstance(section, discord.SectionComponent)
    assert isinstance(section.accessory, discord.ThumbnailComponent)
    assert isinstance(separator, discord.SeparatorComponent)
    assert separator.spacing is discord.SeparatorSpacing.large
    assert isinstance(row, discord.ActionRow)
    read = await message.channel.fetch_message(message.id)
    assert [each.type for each in read.components] == [each.type for each in message.components]


# -- refusals -------------------------------------------------------------------------------------------


async def test_refusals_become_exceptions(sb: Sandbox, bot: TinyBot) -> None:
    channel = text_channel(sb, bot)
    with pytest.raises(discord.HTTPException, match="2000 or fewer") as caught:
        await channel.send("x" * 2001)
    assert (caught.value.status, caught.value.code) == (400, 50035)
    with pytest.raises(discord.HTTPException) as caught:
        await channel.send("")
    assert caught.value.code == 50006
    with pytest.raises(discord.NotFound) as missing:
        await channel.fetch_message(1)
    assert missing.value.code == 10008
    with pytest.raises(discord.NotFound) as missing:
        await bot.fetch_channel(1)
    assert missing.value.code == 10003
    sb.world.deny(sb.world.channel("general"), "send_messages")
    with pytest.raises(discord.Forbidden) as refused:
        await channel.send("x")
    assert refused.value.code == 50013
    sb.world.deny(sb.world.channel("general"), "view_channel")
    with pytest.raises(discord.Forbidden) as refused:
        await channel.send("x")
    assert refused.value.code == 50001
    sb.world.delete_channel(sb.world.channel("general"))
    with pytest.raises(discord.NotFound) as missing:
        await channel.send("x")
    assert missing.value.code == 10003


async def test_closed_direct_messages(sb: Sandbox, bot: TinyBot) -> None:
    mina = await bot.fetch_user(sb.world.user("Mina").id)
    sb.world.user("Mina").dms_open = False
    with pytest.raises(discord.Forbidden) as refused:
        await mina.send("psst")
    assert refused.value.code == 50007


async def test_a_wrong_token_is_a_login_failure(sb: Sandbox) -> None:
    discord.http.Route.BASE = sb.base_url
    bot = TinyBot()
    async with bot:
        with pytest.raises(discord.LoginFailure):
            await bot.login("not.the.token")


async def test_others_messages_need_a_permission_to_delete(sb: Sandbox, bot: TinyBot) -> None:
    message = await sb.person("Mina").say("<@bot> delete me")
    await until(lambda: bot.heard)
    with pytest.raises(discord.Forbidden):
        await bot.heard[0].delete()
    with pytest.raises(discord.Forbidden) as refused:
        await bot.heard[0].edit(content="mine")
    assert refused.value.code == 50005
    sb.world.allow(sb.world.channel("general"), "manage_messages")
    await bot.heard[0].delete()
    assert message.deleted


# -- looking around -------------------------------------------------------------------------------------


async def test_fetching_what_there_is(sb: Sandbox, bot: TinyBot) -> None:
    city = sb.world.guild("Harbour Town")
    guild = await bot.fetch_guild(city.id)
    assert (guild.name, guild.approximate_member_count) == ("Harbour Town", 4)
    assert {each.name for each in await guild.fetch_channels()} >= {"general", "announcements", "lore-questions"}
    roles = await guild.fetch_roles()
    assert {each.name for each in roles} == {"@everyone", "Moderator", "Quote fans", "Quiet", "Canonkeeper"}
    assert [each.name for each in roles if each.is_bot_managed()] == ["Canonkeeper"]
    assert (await guild.fetch_member(sb.world.user("Mina").id)).display_name == "Mina"
    thread = await bot.fetch_channel(sb.world.channel("First impressions").id)
    assert isinstance(thread, discord.Thread)
    assert thread.parent_id == sb.world.channel("canon-talk").id
    me = bot.get_guild(city.id)
    assert me is not None
    assert me.me.guild_permissions.send_messages
    assert not me.me.guild_permissions.mention_everyone


async def test_permissions_as_the_client_computes_them(sb: Sandbox, bot: TinyBot) -> None:
    channel = text_channel(sb, bot)
    place, city = sb.world.channel("general"), sb.world.guild("Harbour Town")
    everyone = city.roles[city.id]

    def shows(allow: int, deny: int) -> bool:
        return seen(channel) == (allow, deny)

    for allow, deny in ((0, 0), (0, 1 << 11), (1 << 17, 0), (1 << 13, 1 << 15)):
        sb.world.set_overwrite(place, everyone, allow=allow, deny=deny)
        await until(partial(shows, allow, deny))
        assert channel.permissions_for(channel.guild.me).value == sb.world.permissions(place, sb.world.bot)
    sb.world.deny(place, "view_channel")
    await until(lambda: not channel.permissions_for(channel.guild.me).view_channel)
    assert sb.world.permissions(place, sb.world.bot) == 0


def seen(channel: discord.TextChannel) -> tuple[int, int]:
    """Both halves of @everyone's overwrite, as the client knows them."""
    allow, deny = channel.overwrites_for(channel.guild.default_role).pair()
    return allow.value, deny.value

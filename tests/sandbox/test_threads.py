"""Threads, forum posts, announcement channels, over plain HTTP and with a real client."""

from typing import Any

import discord
import pytest

from sandbox import Sandbox
from sandbox.model import Channel, ChannelType, ThreadInfo
from tests.sandbox.tiny import Raw, TinyBot, running, until


@pytest.fixture
def general(sb: Sandbox) -> Channel:
    return sb.world.channel("general")


@pytest.fixture
def thread(sb: Sandbox) -> Channel:
    return sb.world.channel("First impressions")


async def test_a_thread_without_a_message(sb: Sandbox, raw: Raw, general: Channel) -> None:
    path = f"/channels/{general.id}/threads"
    status, made = await raw("POST", path, {"name": "talk", "type": 11, "auto_archive_duration": 60})
    assert status == 201
    assert (made["type"], made["parent_id"], made["owner_id"]) == (11, str(general.id), str(sb.bot_user_id))
    assert made["thread_metadata"]["auto_archive_duration"] == 60
    assert made["member"]["user_id"] == str(sb.bot_user_id)
    private = await raw.ok("POST", path, {"name": "secret"})
    assert private["type"] == 12
    await raw.ok("POST", f"/channels/{made['id']}/messages", {"content": "first"})
    assert (await raw.ok("GET", f"/channels/{made['id']}"))["message_count"] == 1


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "name"),
        ({"name": "x" * 101}, "name"),
        ({"name": "x", "auto_archive_duration": 5}, "auto_archive_duration"),
        ({"name": "x", "rate_limit_per_user": 21601}, "rate_limit_per_user"),
        ({"name": "x", "type": 0}, "type"),
        ({"name": "x", "invitable": "yes"}, "invitable"),
    ],
)
async def test_threads_that_discord_refuses(raw: Raw, general: Channel, body: Any, field: str) -> None:
    assert field in await raw.wrong("POST", f"/channels/{general.id}/threads", body)


async def test_a_thread_at_a_message(sb: Sandbox, raw: Raw, general: Channel) -> None:
    made = await raw.ok("POST", f"/channels/{general.id}/messages", {"content": "x"})
    path = f"/channels/{general.id}/messages/{made['id']}/threads"
    thread = await raw.ok("POST", path, {"name": "about x"})
    assert (thread["id"], thread["type"]) == (made["id"], 11)
    shown = await raw.ok("GET", f"/channels/{general.id}/messages/{made['id']}")
    assert shown["flags"] & 32
    assert shown["thread"]["name"] == "about x"
    assert await raw.code("POST", path, {"name": "again"}) == 160004
    news = sb.world.channel("announcements")
    made = await raw.ok("POST", f"/channels/{news.id}/messages", {"content": "x"})
    path = f"/channels/{news.id}/messages/{made['id']}/threads"
    assert (await raw.ok("POST", path, {"name": "about x"}))["type"] == 10


async def test_threads_need_permissions_and_a_fitting_parent(
    sb: Sandbox, raw: Raw, general: Channel, thread: Channel
) -> None:
    assert await raw.code("POST", f"/channels/{thread.id}/threads", {"name": "x"}) == 50024
    sb.world.deny(general, "create_public_threads", "create_private_threads")
    assert await raw.code("POST", f"/channels/{general.id}/threads", {"name": "x", "type": 11}) == 50013
    assert await raw.code("POST", f"/channels/{general.id}/threads", {"name": "x", "type": 12}) == 50013
    made = await raw.ok("POST", f"/channels/{general.id}/messages", {"content": "x"})
    path = f"/channels/{general.id}/messages/{made['id']}/threads"
    assert await raw.code("POST", path, {"name": "x"}) == 50013


async def test_writing_in_a_thread_goes_by_its_own_permission(sb: Sandbox, raw: Raw, thread: Channel) -> None:
    assert thread.parent is not None
    path = f"/channels/{thread.id}/messages"
    sb.world.deny(thread.parent, "send_messages")
    await raw.ok("POST", path, {"content": "x"})
    sb.world.deny(thread.parent, "send_messages_in_threads")
    assert await raw.code("POST", path, {"content": "x"}) == 50013


async def test_an_archived_thread_opens_when_somebody_writes(sb: Sandbox, raw: Raw, thread: Channel) -> None:
    path = f"/channels/{thread.id}/messages"
    made = await raw.ok("POST", path, {"content": "x"})
    sb.world.archive_thread(thread)
    assert await raw.code("PATCH", f"{path}/{made['id']}", {"content": "y"}) == 50083
    assert await raw.code("DELETE", f"{path}/{made['id']}") == 50083
    assert await raw.code("PUT", f"/channels/{thread.id}/thread-members/@me") == 50083
    await raw.ok("POST", path, {"content": "x"})
    assert (await raw.ok("GET", f"/channels/{thread.id}"))["thread_metadata"]["archived"] is False
    sb.world.archive_thread(thread, locked=True)
    assert await raw.code("POST", path, {"content": "x"}) == 160005
    assert thread.parent is not None
    sb.world.allow(thread.parent, "manage_threads")
    assert await raw.code("POST", path, {"content": "x"}) == 50083
    await raw.ok("PATCH", f"/channels/{thread.id}", {"archived": False})
    await raw.ok("POST", path, {"content": "x"})


async def test_changing_a_thread(sb: Sandbox, raw: Raw, general: Channel, thread: Channel) -> None:
    theirs = f"/channels/{thread.id}"
    assert await raw.code("PATCH", theirs, {"name": "mine now"}) == 50013
    assert await raw.code("PATCH", theirs, {"locked": True}) == 50013
    sb.world.archive_thread(thread)
    assert await raw.code("PATCH", theirs, {"name": "x"}) == 50083
    opened = await raw.ok("PATCH", theirs, {"archived": False})
    assert opened["thread_metadata"]["archived"] is False
    own = await raw.ok("POST", f"/channels/{general.id}/threads", {"name": "talk", "type": 11})
    path = f"/channels/{own['id']}"
    changes = {"name": "news", "archived": True, "auto_archive_duration": 60, "rate_limit_per_user": 5}
    changed = await raw.ok("PATCH", path, changes | {"applied_tags": []})
    assert (changed["name"], changed["rate_limit_per_user"]) == ("news", 5)
    assert changed["thread_metadata"]["archived"] is True
    assert "name" in await raw.wrong("PATCH", path, {"name": ""})
    assert "archived" in await raw.wrong("PATCH", path, {"archived": "no"})
    assert await raw.code("DELETE", path) == 50013
    sb.world.allow(general, "manage_threads")
    assert (await raw.ok("PATCH", path, {"archived": False, "locked": True}))["thread_metadata"]["locked"] is True
    await raw.ok("DELETE", path)
    assert await raw.code("GET", path) == 10003


async def test_locked_threads_are_opened_by_moderators(sb: Sandbox, raw: Raw, thread: Channel) -> None:
    sb.world.archive_thread(thread, locked=True)
    assert await raw.code("PATCH", f"/channels/{thread.id}", {"archived": False}) == 50013
    sb.world.update_thread(thread, archived=True, locked=False)
    assert thread.parent is not None
    sb.world.deny(thread.parent, "send_messages_in_threads")
    assert await raw.code("PATCH", f"/channels/{thread.id}", {"archived": False}) == 50013


async def test_channels_that_are_not_threads_are_not_changed_here(sb: Sandbox, raw: Raw, general: Channel) -> None:
    status, _ = await raw("PATCH", f"/channels/{general.id}", {"name": "x"})
    assert status == 501
    own = await raw.ok("POST", f"/channels/{general.id}/threads", {"name": "talk", "type": 11})
    status, _ = await raw("PATCH", f"/channels/{own['id']}", {"topic": "x"})
    assert status == 501
    sb.unknown.clear()
    assert await raw.code("DELETE", f"/channels/{general.id}") == 50013
    sb.world.allow(general, "manage_channels")
    assert (await raw.ok("DELETE", f"/channels/{general.id}"))["name"] == "general"
    assert int(own["id"]) not in sb.world.channels


async def test_private_threads_are_for_their_members(sb: Sandbox, raw: Raw, general: Channel) -> None:
    made = await raw.ok("POST", f"/channels/{general.id}/threads", {"name": "secret", "type": 12})
    await raw.ok("DELETE", f"/channels/{made['id']}/thread-members/@me")
    assert await raw.code("POST", f"/channels/{made['id']}/messages", {"content": "x"}) == 50001
    sb.world.allow(general, "manage_threads")
    await raw.ok("POST", f"/channels/{made['id']}/messages", {"content": "x"})


def private_thread(sb: Sandbox, parent: Channel, *members: str) -> Channel:
    """A private thread that people have made."""
    assert parent.guild is not None
    users = [sb.world.user(name) for name in members]
    info = ThreadInfo(users[0].id, sb.world.now(), members={each.id: sb.world.now() for each in users})
    one = Channel(sb.world.ids.next(), ChannelType.PRIVATE_THREAD, "secret", parent.guild, parent, thread=info)
    parent.guild.channels[one.id] = sb.world.channels[one.id] = one
    return one


async def test_private_threads_are_hidden_from_those_who_are_not_in_them(sb: Sandbox, general: Channel) -> None:
    world = sb.world
    assert general.guild is not None
    secret = private_thread(sb, general, "Mina")
    assert world.permissions(secret, world.user("Timo")) == 0
    assert world.permissions(secret, world.user("Mo"))  # who moderates
    bot = TinyBot()
    async with running(sb, bot):
        there = bot.get_guild(general.guild.id)
        assert there is not None
        assert there.get_thread(secret.id) is None
        await sb.person("Mina", channel=secret).say("<@bot> do you hear?")
        with pytest.raises(discord.Forbidden) as refused:
            await bot.fetch_channel(secret.id)
        assert refused.value.code == 50001
        world.join_thread(secret, world.bot)
        await until(lambda: there.get_thread(secret.id) is not None)
        found = there.get_thread(secret.id)
        assert found is not None
        assert found.me is not None
        await found.send("I do now")
        await until(lambda: bot.heard)
        assert [each.content for each in bot.heard] == ["I do now"]
        world.leave_thread(secret, world.bot)
        await until(lambda: "thread_remove" in bot.events)
        with pytest.raises(discord.Forbidden):
            await found.send("and now?")


async def test_what_a_bot_hears_of_who_is_in_a_thread(sb: Sandbox, thread: Channel) -> None:
    bot = TinyBot()
    async with running(sb, bot):
        found = bot.get_channel(thread.id)
        assert isinstance(found, discord.Thread)
        await found.join()
        await until(lambda: found.me is not None)
        sb.world.join_thread(thread, sb.world.user("Timo"))
        sb.world.join_thread(thread, sb.world.user("Timo"))  # a second time: nothing happens
        await found.leave()
        await until(lambda: "thread_remove" in bot.events)
        # Of the bot alone: the members intent is not there.
        assert not {"thread_member_join", "thread_member_remove"} & set(bot.events)
        assert thread.thread is not None
        assert list(thread.thread.members) == [sb.world.user("Mina").id, sb.world.user("Timo").id]


async def test_discord_tells_of_threads_and_members(sb: Sandbox, raw: Raw, general: Channel) -> None:
    path = f"/channels/{general.id}"
    first = await raw.ok("POST", f"{path}/messages", {"content": "first"})
    latest = await raw.ok("POST", f"{path}/messages", {"content": "latest"})
    await raw.ok("POST", f"{path}/messages/{latest['id']}/threads", {"name": "of the latest"})
    assert [each["type"] for each in await raw.ok("GET", f"{path}/messages")] == [0, 0]
    (starter,) = await raw.ok("GET", f"/channels/{latest['id']}/messages")
    assert (starter["type"], starter["message_reference"]["message_id"]) == (21, latest["id"])
    assert starter["referenced_message"]["content"] == "latest"
    await raw.ok("POST", f"{path}/messages/{first['id']}/threads", {"name": "of an older one"})
    made = await raw.ok("POST", f"{path}/threads", {"name": "of none", "type": 11})
    told = [each for each in await raw.ok("GET", f"{path}/messages") if each["type"] == 18]
    assert [each["content"] for each in told] == ["of none", "of an older one"]
    assert told[0]["message_reference"]["channel_id"] == made["id"]
    await raw.ok("POST", f"{path}/threads", {"name": "secret", "type": 12})
    assert general.guild is not None
    sb.world.add_member(general.guild, sb.world.add_user("Rohan"))
    (newest, *_) = await raw.ok("GET", f"{path}/messages")
    assert (newest["type"], newest["author"]["username"]) == (7, "rohan")
    for refused in (newest["id"], told[0]["id"]):
        assert await raw.code("POST", f"{path}/messages/{refused}/threads", {"name": "x"}) == 50021


# -- announcement channels ---------------------------------------------------------------------------


async def test_publishing_in_an_announcement_channel(sb: Sandbox, raw: Raw, general: Channel) -> None:
    news = f"/channels/{sb.world.channel('announcements').id}/messages"
    made = await raw.ok("POST", news, {"content": "x"})
    published = await raw.ok("POST", f"{news}/{made['id']}/crosspost")
    assert published["flags"] & 1
    assert raw.headers["X-RateLimit-Limit"] == "10"
    assert (await raw.ok("GET", f"{news}/{made['id']}"))["flags"] & 1
    assert await raw.code("POST", f"{news}/{made['id']}/crosspost") == 40033
    assert await raw.code("POST", f"{news}/1/crosspost") == 10008
    plain = await raw.ok("POST", f"/channels/{general.id}/messages", {"content": "x"})
    assert await raw.code("POST", f"/channels/{general.id}/messages/{plain['id']}/crosspost") == 50024


async def test_publishing_needs_permissions(sb: Sandbox, raw: Raw) -> None:
    channel = sb.world.channel("announcements")
    news = f"/channels/{channel.id}/messages"
    made = await raw.ok("POST", news, {"content": "x"})
    theirs = await sb.person("Mo", channel=channel).say("news")
    assert await raw.code("POST", f"{news}/{theirs.id}/crosspost") == 50013
    sb.world.allow(channel, "manage_messages")
    await raw.ok("POST", f"{news}/{theirs.id}/crosspost")
    sb.world.deny(channel, "send_messages")
    assert await raw.code("POST", f"{news}/{made['id']}/crosspost") == 50013
    sb.world.allow(channel, "send_messages")
    await raw.ok("POST", f"/channels/{channel.id}/threads", {"name": "x", "type": 10})
    (told, *_) = await raw.ok("GET", news)
    assert await raw.code("POST", f"{news}/{told['id']}/crosspost") == 50068


async def test_ten_are_published_an_hour(sb: Sandbox, raw: Raw) -> None:
    news = f"/channels/{sb.world.channel('announcements').id}/messages"
    for _ in range(10):
        made = await raw.ok("POST", news, {"content": "x"})
        await raw.ok("POST", f"{news}/{made['id']}/crosspost")
    assert raw.headers["X-RateLimit-Remaining"] == "0"
    made = await raw.ok("POST", news, {"content": "x"})
    status, answer = await raw("POST", f"{news}/{made['id']}/crosspost")
    assert status == 429
    assert 3500 < answer["retry_after"] <= 3600
    assert 3500 < int(raw.headers["Retry-After"]) <= 3600
    sb.clock.advance(3601)
    await raw.ok("POST", f"{news}/{made['id']}/crosspost")


async def test_membership(sb: Sandbox, raw: Raw, general: Channel, thread: Channel) -> None:
    base = f"/channels/{thread.id}/thread-members"
    await raw.ok("PUT", base + "/@me")
    await raw.ok("PUT", f"{base}/{sb.world.user('Timo').id}")
    assert thread.thread is not None
    assert len(thread.thread.members) == 3
    await raw.ok("DELETE", base + "/@me")
    assert len(thread.thread.members) == 2
    assert await raw.code("PUT", base + "/1") == 10013
    assert await raw.code("PUT", f"/channels/{general.id}/thread-members/@me") == 50024


async def test_lists_of_threads(sb: Sandbox, raw: Raw, general: Channel, thread: Channel) -> None:
    city = sb.world.guild("Harbour Town")
    active = f"/guilds/{city.id}/threads/active"
    assert [each["name"] for each in (await raw.ok("GET", active))["threads"]] == [thread.name]
    for name in ("one", "two"):
        made = await raw.ok("POST", f"/channels/{general.id}/threads", {"name": name, "type": 11})
        sb.clock.advance(1)
        await raw.ok("PATCH", f"/channels/{made['id']}", {"archived": True})
    path = f"/channels/{general.id}/threads/archived/public"
    listed = await raw.ok("GET", path)
    assert [each["name"] for each in listed["threads"]] == ["two", "one"]
    assert len(listed["members"]) == 2
    assert (await raw.ok("GET", path + "?limit=1"))["has_more"] is True


async def test_a_forum_post_is_a_thread_with_its_first_message(sb: Sandbox, raw: Raw) -> None:
    forum = sb.world.channel("lore-questions")
    path = f"/channels/{forum.id}/threads"
    made = await raw.ok("POST", path, {"name": "Who?", "message": {"content": "Is it Aang?"}})
    assert made["id"] == made["message"]["id"] == str(forum.last_message_id)
    assert made["message"]["channel_id"] == made["id"]
    assert await raw.ok("GET", f"/channels/{made['id']}/messages/{made['id']}")
    assert "message" in await raw.wrong("POST", path, {"name": "Who?"})
    assert "content" in await raw.wrong("POST", path, {"name": "Who?", "message": {"content": "x" * 2001}})
    assert await raw.code("POST", path, {"name": "Who?", "message": {}}) == 50006
    forum.tag_required = True
    assert await raw.code("POST", path, {"name": "Who?", "message": {"content": "x"}}) == 40067
    assert await raw.ok("POST", path, {"name": "Who?", "message": {"content": "x"}, "applied_tags": ["5"]})
    sb.world.deny(forum, "send_messages")
    assert await raw.code("POST", path, {"name": "Who?", "message": {"content": "x"}}) == 50013


async def test_a_client_posts_everywhere(sb: Sandbox) -> None:
    bot = TinyBot()
    async with running(sb, bot):
        forum = bot.get_channel(sb.world.channel("lore-questions").id)
        assert isinstance(forum, discord.ForumChannel)
        post = await forum.create_thread(name="Who?", content="Is it Aang?")
        await post.message.edit(content="It is Aang.")
        thread = bot.get_channel(sb.world.channel("First impressions").id)
        assert isinstance(thread, discord.Thread)
        await thread.join()
        sent = await thread.send("hello", nonce="n-1")
        assert [each.id async for each in thread.history(limit=5)] == [sent.id]
        await thread.leave()
        news = bot.get_channel(sb.world.channel("announcements").id)
        assert isinstance(news, discord.TextChannel)
        assert news.is_news()
        started = await (await news.send("x")).create_thread(name="about x")
        await started.edit(archived=True)
        assert [each.name async for each in news.archived_threads()] == ["about x"]
        assert {each.name for each in await bot.guilds[0].active_threads()} >= {"Who?", "First impressions"}
        user = await bot.fetch_user(sb.world.user("Mina").id)
        assert (await user.send("psst")).content == "psst"

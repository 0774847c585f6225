"""Direct messages over plain HTTP: opening, writing, and those who take none."""

from sandbox import Sandbox
from sandbox.model import ChannelType
from tests.sandbox.tiny import Raw


async def test_direct_messages(sb: Sandbox, raw: Raw) -> None:
    mina = sb.world.user("Mina")
    opened = await raw.ok("POST", "/users/@me/channels", {"recipient_id": str(mina.id)})
    assert opened["type"] == ChannelType.DM
    assert [each["username"] for each in opened["recipients"]] == ["mina"]
    assert (await raw.ok("POST", "/users/@me/channels", {"recipient_id": mina.id}))["id"] == opened["id"]
    base = f"/channels/{opened['id']}/messages"
    made = await raw.ok("POST", base, {"content": "psst"})
    await raw.ok("POST", f"/channels/{opened['id']}/typing")
    assert [each["id"] for each in await raw.ok("GET", base)] == [made["id"]]
    answer = sb.acts.say(mina, sb.world.channels[int(opened["id"])], "hello")
    assert await raw.code("DELETE", f"{base}/{answer.id}") == 50003
    mina.dms_open = False
    assert await raw.code("POST", base, {"content": "psst"}) == 50007


async def test_direct_messages_to_strangers(sb: Sandbox, raw: Raw) -> None:
    stranger = sb.world.add_user("Varrick")
    opened = await raw.ok("POST", "/users/@me/channels", {"recipient_id": str(stranger.id)})
    base = f"/channels/{opened['id']}/messages"
    assert await raw.code("POST", base, {"content": "do the thing"}) == 50007
    stranger.installed = True
    await raw.ok("POST", base, {"content": "do the thing"})
    assert await raw.code("POST", "/users/@me/channels", {"recipient_id": "1"}) == 10013
    assert await raw.code("POST", "/users/@me/channels", {"recipient_id": str(sb.bot_user_id)}) == 50007
    assert await raw.wrong("POST", "/users/@me/channels", {"recipient_id": "mina"})
    private = sb.world.dm(stranger, sb.world.user("Mina"))
    assert await raw.code("GET", f"/channels/{private.id}/messages") == 50001

"""The oracle of bodies: what fits Discord's document and what does not."""

from typing import Any

import discord
import pytest

from sandbox import Sandbox
from sandbox.requests import Exchange
from tests.sandbox.tiny import TinyBot, running
from tests.support import openapi

pytestmark = pytest.mark.skipif(not openapi.available(), reason="Discord's document is not beside the repository")
MESSAGES = "/channels/{channel_id}/messages"


def exchange(method: str, route: str, request: Any, status: int = 200, response: Any = None) -> Exchange:
    return Exchange(method, route, route, {}, request, status, response, 0.0)


def test_bodies_that_fit() -> None:
    for method, route, body in (
        ("POST", MESSAGES, {"content": "x", "nonce": "1"}),
        ("POST", MESSAGES, {"payload_json": {"content": "x"}, "files": []}),
        ("GET", MESSAGES, None),
        ("POST", "/users/@me/channels", {"recipient_id": 5}),
        ("POST", "/interactions/{interaction_id}/{interaction_token}/callback", {"type": 4, "data": {"content": "x"}}),
    ):
        assert openapi.validate(exchange(method, route, body)) == []


@pytest.mark.parametrize(
    ("method", "route", "body", "words"),
    [
        ("POST", "/nowhere", {}, "not in Discord's document"),
        ("PUT", MESSAGES, {}, "not in Discord's document"),
        ("POST", MESSAGES, {"content": 5}, "$.content"),
        ("POST", MESSAGES, {"content": "x" * 4001}, "too long"),
        ("POST", MESSAGES, {"payload_json": {"content": 5}, "files": []}, "$.content"),
        ("POST", MESSAGES, {"components": [{"type": 17, "components": []}]}, "$.components[0]"),
        ("PUT", "/applications/{application_id}/commands", [{"description": "x"}], "'name' is a required property"),
    ],
)
def test_bodies_that_do_not_fit(method: str, route: str, body: Any, words: str) -> None:
    (problem,) = openapi.validate(exchange(method, route, body))
    assert words in problem


def test_answers_are_checked_too() -> None:
    assert openapi.validate_response(exchange("GET", "/gateway", None, 200, {"url": "ws://x"})) == []
    assert openapi.validate_response(exchange("GET", "/gateway", None, 200, {"uri": "ws://x"}))
    assert openapi.validate_response(exchange("GET", "/nowhere", None, 200, {})) == []
    error = {"code": 10003, "message": "Unknown Channel"}
    assert openapi.validate_response(exchange("GET", "/channels/{channel_id}", None, 404, error)) == []
    assert openapi.validate_response(exchange("GET", "/channels/{channel_id}", None, 404, {"code": "x"}))


async def test_what_a_real_client_sends_fits(sb: Sandbox) -> None:
    bot = TinyBot()

    class Layout(discord.ui.LayoutView):
        box: discord.ui.Container[Any] = discord.ui.Container(
            discord.ui.Section("words", accessory=discord.ui.Button(label="x")),
            discord.ui.Separator(),
            discord.ui.TextDisplay("more"),
            accent_colour=5,
        )

    @bot.tree.command(description="words")
    async def quote(interaction: discord.Interaction, query: str) -> None:
        await interaction.response.defer(ephemeral=True)
        await interaction.edit_original_response(view=Layout())
        await interaction.followup.send(query, embed=discord.Embed(title="t", description="d"))

    async with running(sb, bot):
        reply = await sb.person("Mina").slash("quote", query="air")
        assert reply.text == "words\nmore"
        channel = bot.get_channel(sb.world.channel("general").id)
        assert isinstance(channel, discord.TextChannel)
        await channel.send("x", nonce="1", allowed_mentions=discord.AllowedMentions.none(), silent=True)
    assert [problem for each in sb.journal for problem in openapi.validate(each)] == []

"""Registration of application commands, and what Discord refuses."""

from typing import Any

import pytest

from sandbox import Sandbox
from tests.sandbox.tiny import Raw


def option(name: str = "query", kind: int = 3, **more: Any) -> dict[str, Any]:
    return {"type": kind, "name": name, "description": "words", **more}


def command(name: str = "quote", **more: Any) -> dict[str, Any]:
    return {"name": name, "description": "words", **more}


def choices(count: int, **more: Any) -> list[dict[str, Any]]:
    return [{"name": f"c{number}", "value": f"v{number}", **more} for number in range(count)]


@pytest.fixture
def base(sb: Sandbox) -> str:
    return f"/applications/{sb.application_id}/commands"


@pytest.mark.parametrize(
    ("body", "field", "code"),
    [
        (command("Quote"), "name", "APPLICATION_COMMAND_INVALID_NAME"),
        (command("two words"), "name", "APPLICATION_COMMAND_INVALID_NAME"),
        (command(""), "name", "BASE_TYPE_BAD_LENGTH"),
        (command("x" * 33), "name", "BASE_TYPE_BAD_LENGTH"),
        ({"name": "quote"}, "description", "BASE_TYPE_REQUIRED"),
        (command(description="x" * 101), "description", "BASE_TYPE_BAD_LENGTH"),
        (command(type=9), "type", "BASE_TYPE_CHOICES"),
        ({"name": "Menu", "type": 3, "description": "x"}, "description", "APPLICATION_COMMAND_INVALID_FIELD"),
        (command(options=[option(f"o{n}") for n in range(26)]), "options", "BASE_TYPE_MAX_LENGTH"),
        (command(options=[option("Big")]), "options.0.name", "APPLICATION_COMMAND_INVALID_NAME"),
        (command(options=[option(kind=12)]), "options.0.type", "BASE_TYPE_CHOICES"),
        (
            command(options=[option(), option()]),
            "options.1.name",
            "APPLICATION_COMMAND_OPTIONS_NAME_ALREADY_EXISTS",
        ),
        (
            command(options=[option("a"), option("b", required=True)]),
            "options.1",
            "APPLICATION_COMMAND_OPTIONS_REQUIRED_INVALID",
        ),
        (
            command(options=[option("a", 1), option("b", 3)]),
            "options",
            "APPLICATION_COMMAND_OPTIONS_TYPE_INVALID",
        ),
        (
            command(options=[option("a", 1, options=[option("b", 1)])]),
            "options.0.options",
            "APPLICATION_COMMAND_OPTIONS_TYPE_INVALID",
        ),
        (
            command(options=[option("a", 2, options=[option("b", 3)])]),
            "options.0.options",
            "APPLICATION_COMMAND_OPTIONS_TYPE_INVALID",
        ),
        (command(options=[option(choices=choices(26))]), "options.0.choices", "BASE_TYPE_MAX_LENGTH"),
        (
            command(options=[option(choices=[{"name": "x" * 101, "value": "v"}])]),
            "options.0.choices.0.name",
            "BASE_TYPE_BAD_LENGTH",
        ),
        (
            command(options=[option(kind=4, choices=[{"name": "x", "value": "v"}])]),
            "options.0.choices.0.value",
            "NUMBER_TYPE_COERCE",
        ),
        (
            command(options=[option(autocomplete=True, choices=choices(1))]),
            "options.0.autocomplete",
            "APPLICATION_COMMAND_OPTIONS_AUTOCOMPLETE_INVALID",
        ),
        (
            command(options=[option(kind=5, autocomplete=True)]),
            "options.0.autocomplete",
            "APPLICATION_COMMAND_OPTIONS_AUTOCOMPLETE_INVALID",
        ),
        (
            command(options=[option(channel_types=[0])]),
            "options.0.channel_types",
            "APPLICATION_COMMAND_OPTIONS_INVALID_FIELD",
        ),
        (command(options=[option(max_length=6001)]), "options.0.max_length", "NUMBER_TYPE_MAX"),
        (command(contexts=[3]), "contexts", "BASE_TYPE_CHOICES"),
        (command(integration_types=[]), "integration_types", "BASE_TYPE_BAD_LENGTH"),
        (command(default_member_permissions="all"), "default_member_permissions", "NUMBER_TYPE_COERCE"),
        (command(name_localizations={"de": "Zitat"}), "name_localizations.de", "APPLICATION_COMMAND_INVALID_NAME"),
    ],
)
async def test_commands_that_discord_refuses(raw: Raw, base: str, body: Any, field: str, code: str) -> None:
    assert (await raw.wrong("POST", base, body))[field] == [code]
    assert (await raw.wrong("PUT", base, [body]))[f"0.{field}"] == [code]


@pytest.mark.parametrize("name", ["quote", "qu-ote_2", "zitat-für-dich", "引用", "คำคม", "उद्धरण", "d'accord"])
async def test_names_in_any_language(raw: Raw, base: str, name: str) -> None:
    assert (await raw.ok("POST", base, command(name)))["name"] == name


async def test_a_command_of_8001_characters_is_too_large(raw: Raw, base: str) -> None:
    long = [option(f"o{n}", description="x" * 100, choices=choices(25, value="y" * 12)) for n in range(19)]
    # 5 + 5 for the command; 102 to 103 for each option, and 25 choices of 14 to 15
    used = 10 + sum(len(each["name"]) + 100 + sum(len(c["name"]) + 12 for c in each["choices"]) for each in long)
    assert used > 8000
    assert await raw.wrong("POST", base, command(options=long)) == {"": ["APPLICATION_COMMAND_TOO_LARGE"]}
    await raw.ok("POST", base, command(options=long[:17]))


async def test_at_most_a_hundred_and_no_name_twice(raw: Raw, base: str) -> None:
    many = [command(f"c{number}") for number in range(101)]
    await raw.ok("PUT", base, many[:100])
    assert await raw.code("PUT", base, many) == 30032
    assert await raw.code("POST", base, many[100]) == 30032
    doubled = await raw.wrong("PUT", base, [command(), command()])
    assert doubled == {"1.name": ["APPLICATION_COMMANDS_DUPLICATE_NAME"]}
    await raw.ok("PUT", base, [command("quote"), {"name": "quote", "type": 3}])
    assert await raw.wrong("PUT", base, command()) == {"": ["LIST_TYPE_CONVERT"]}


async def test_a_bulk_overwrite_keeps_ids_and_drops_the_rest(sb: Sandbox, raw: Raw, base: str) -> None:
    first = await raw.ok("PUT", base, [command("a"), command("b")])
    second = await raw.ok("PUT", base, [command("b", description="new"), command("c")])
    assert second[0]["id"] == first[1]["id"]
    assert second[0]["version"] != first[1]["version"]
    assert [each["name"] for each in await raw.ok("GET", base)] == ["b", "c"]
    assert {each.name for each in sb.world.commands.values()} == {"b", "c"}


async def test_single_commands(raw: Raw, base: str) -> None:
    status, made = await raw("POST", base, command(default_member_permissions=32, dm_permission=False))
    assert status == 201
    assert (made["default_member_permissions"], made["contexts"], made["dm_permission"]) == ("32", [0], False)
    status, again = await raw("POST", base, command(description="better"))
    assert (status, again["id"]) == (200, made["id"])
    changed = await raw.ok("PATCH", f"{base}/{made['id']}", {"description": "best"})
    assert (changed["name"], changed["description"]) == ("quote", "best")
    assert await raw.ok("GET", f"{base}/{made['id']}") == changed
    assert await raw("DELETE", f"{base}/{made['id']}") == (204, None)
    assert await raw.code("GET", f"{base}/{made['id']}") == 10063


async def test_commands_of_one_guild(sb: Sandbox, raw: Raw, base: str) -> None:
    city = sb.world.guild("Harbour Town")
    there = f"/applications/{sb.application_id}/guilds/{city.id}/commands"
    made = await raw.ok("PUT", there, [command("here")])
    assert made[0]["guild_id"] == str(city.id)
    assert await raw.ok("GET", base) == []
    assert await raw.code("GET", f"{base}/{made[0]['id']}") == 10063
    sb.world.kick_bot(city)
    assert await raw.code("GET", there) == 50001
    assert await raw.code("GET", "/applications/1/commands") == 50001

"""What the client sends for what a person types: options in wire form, resolved things, selections, forms."""

from typing import Any

import pytest

from sandbox import Sandbox, SandboxError
from sandbox.checks.commands import focused
from sandbox.model import Command, Guild
from sandbox.people import fill_in
from sandbox.wire_options import Typed


def command(*options: dict[str, Any]) -> Command:
    body = {"name": "test", "type": 1, "description": "words", "options": list(options)}
    return Command(1, "test", 1, None, body, 1)


def option(kind: int, name: str = "it", **more: Any) -> dict[str, Any]:
    return {"type": kind, "name": name, "description": "words", **more}


@pytest.fixture
def typed(sb: Sandbox) -> Typed:
    return Typed(sb.world, sb.world.channel("general"), sb.world.user("Mina"))


@pytest.fixture
def city(sb: Sandbox) -> Guild:
    return sb.world.guild("Harbour Town")


@pytest.mark.parametrize(
    ("given", "value", "wire"),
    [
        (option(3), "text", "text"),
        (option(3), 5, "5"),
        (option(3, min_length=2, max_length=4), "abcd", "abcd"),
        (option(4), 7, 7),
        (option(4, min_value=7, max_value=7), 7, 7),
        (option(10), 1.5, 1.5),
        (option(10), 2, 2),
        (option(5), False, False),
        (option(3, choices=[{"name": "Monday", "value": "mo"}]), "Monday", "mo"),
        (option(3, choices=[{"name": "Monday", "value": "mo"}]), "mo", "mo"),
        (option(4, choices=[{"name": "One", "value": 1}]), "One", 1),
    ],
)
def test_plain_values(typed: Typed, given: dict[str, Any], value: Any, wire: Any) -> None:
    assert typed.options(command(given), [], {"it": value}) == [{"name": "it", "type": given["type"], "value": wire}]
    assert typed.resolved == {}


@pytest.mark.parametrize(
    ("given", "value", "words"),
    [
        (option(3, min_length=2), "a", "at least 2"),
        (option(3, max_length=2), "abc", "2 characters or fewer"),
        (option(3), "x" * 6001, "6000 characters or fewer"),
        (option(4), 1.5, "valid integer"),
        (option(4), "1", "valid integer"),
        (option(4), True, "valid integer"),
        (option(10), "1.5", "valid number"),
        (option(4, min_value=3), 2, "between 3"),
        (option(4, max_value=3), 4, "and 3"),
        (option(5), "yes", "valid boolean"),
        (option(6), "Mina", "valid it"),
        (option(7), 5, "valid it"),
        (option(8), "Quiet", "valid it"),
        (option(9), "Quiet", "valid it"),
        (option(11), b"bytes", r"\(name, bytes\)"),
        (option(3, choices=[{"name": "Monday", "value": "mo"}]), "Sunday", "Choose one of"),
        (option(3, "other", required=True), "x", "there is no option it"),
    ],
)
def test_values_that_the_client_does_not_take(typed: Typed, given: dict[str, Any], value: Any, words: str) -> None:
    with pytest.raises(SandboxError, match=words):
        typed.options(command(given), [], {"it": value})


def test_users_come_with_their_membership(sb: Sandbox, typed: Typed, city: Guild) -> None:
    timo = sb.world.user("Timo")
    (wire,) = typed.options(command(option(6)), [], {"it": timo})
    assert wire["value"] == str(timo.id)
    assert typed.resolved["users"][str(timo.id)]["username"] == "timo"
    member = typed.resolved["members"][str(timo.id)]
    assert "user" not in member
    assert int(member["permissions"]) == sb.world.permissions(sb.world.channel("general"), timo)
    stranger = sb.world.add_user("Varrick")
    typed.options(command(option(6)), [], {"it": stranger})
    assert str(stranger.id) in typed.resolved["users"]
    assert str(stranger.id) not in typed.resolved["members"]
    (again,) = typed.options(command(option(6)), [], {"it": city.members[timo.id]})
    assert again == wire


def test_roles_channels_and_mentionables(sb: Sandbox, typed: Typed, city: Guild) -> None:
    quiet, thread = sb.world.role("Quiet", city), sb.world.channel("First impressions")
    options = [option(8, "role"), option(7, "channel", channel_types=[11]), option(9, "any"), option(9, "other")]
    given = {"role": quiet, "channel": thread, "any": quiet, "other": sb.world.user("Mo")}
    wire = typed.options(command(*options), [], given)
    assert [each["type"] for each in wire] == [8, 7, 9, 9]
    assert [each["value"] for each in wire[:3]] == [str(quiet.id), str(thread.id), str(quiet.id)]
    assert set(typed.resolved) == {"roles", "channels", "users", "members"}
    channel = typed.resolved["channels"][str(thread.id)]
    assert channel["thread_metadata"]["archived"] is False
    assert "permission_overwrites" not in channel
    assert "permissions" in channel
    with pytest.raises(SandboxError, match="of another type"):
        typed.options(command(*options), [], {"channel": sb.world.channel("general")})


def test_files(sb: Sandbox, typed: Typed) -> None:
    (wire,) = typed.options(command(option(11)), [], {"it": ("a.txt", b"abc")})
    body = typed.resolved["attachments"][wire["value"]]
    assert (body["filename"], body["size"], body["ephemeral"]) == ("a.txt", 3, True)
    assert sb.world.attachments[int(wire["value"])][2] == b"abc"


def test_messages_are_referred_to_whole(sb: Sandbox, typed: Typed) -> None:
    message = sb.acts.say(sb.world.user("Timo"), sb.world.channel("general"), "words")
    typed.refer(message)
    assert typed.resolved["messages"][str(message.id)]["content"] == "words"


def test_subcommands_nest(typed: Typed) -> None:
    inner = option(1, "add", options=[option(3, required=True)])
    one = command(option(2, "quotes", options=[inner]), option(1, "list"))
    assert typed.options(one, ["quotes", "add"], {"it": "x"}) == [
        {
            "name": "quotes",
            "type": 2,
            "options": [{"name": "add", "type": 1, "options": [{"name": "it", "type": 3, "value": "x"}]}],
        }
    ]
    assert typed.options(one, ["list"], {}) == [{"name": "list", "type": 1, "options": []}]
    for path in ([], ["quotes"], ["add"], ["quotes", "remove"]):
        with pytest.raises(SandboxError, match="subcommand"):
            typed.options(one, path, {})
    with pytest.raises(SandboxError, match="This option is required"):
        typed.options(one, ["quotes", "add"], {})


def test_typing_needs_no_required_options_and_is_always_text(typed: Typed) -> None:
    one = command(option(3, "a", required=True), option(4, "b", autocomplete=True), option(3, "c"))
    wire = typed.options(one, [], {"b": 1, "c": "x"}, focused="b")
    assert wire == [
        {"name": "b", "type": 4, "value": "1", "focused": True},
        {"name": "c", "type": 3, "value": "x"},
    ]
    assert focused([{"name": "sub", "type": 1, "options": wire}]) == wire[0]
    assert focused(wire[1:]) is None


FIELD = {"type": 4, "custom_id": "name", "style": 1, "label": "Your name", "min_length": 2, "max_length": 5}
CHOICE = {"type": 3, "custom_id": "book", "options": []}


def test_forms_are_filled_in_by_id_or_label() -> None:
    old = [{"type": 1, "components": [FIELD]}]
    for values in ({"name": "Mina"}, {"your_name": "Mina"}):
        (row,) = fill_in(old, values)
        assert row["components"] == [{"type": 4, "id": 0, "custom_id": "name", "value": "Mina"}]
    new = [
        {"type": 10, "content": "Tell us"},
        {"type": 18, "label": "Which book?", "component": CHOICE},
        {"type": 18, "label": "Name", "component": FIELD | {"label": None}},
    ]
    text, book, name = fill_in(new, {"which_book_": ["air"], "name": "Mina"})
    assert text == {"type": 10, "id": 0}
    assert book["component"]["values"] == ["air"]
    assert name["component"]["value"] == "Mina"


def test_forms_keep_to_their_fields() -> None:
    form = [{"type": 1, "components": [FIELD]}]
    for values, words in (
        ({}, "This field is required"),
        ({"name": "M"}, "1 characters"),
        ({"name": "Minaaa"}, "6 characters"),
        ({"name": "Mina", "extra": "x"}, "no field"),
    ):
        with pytest.raises(SandboxError, match=words):
            fill_in(form, values)
    optional = [{"type": 1, "components": [FIELD | {"required": False}]}]
    assert fill_in(optional, {})[0]["components"][0]["value"] == ""
    filled = [{"type": 1, "components": [FIELD | {"value": "Aang"}]}]
    assert fill_in(filled, {})[0]["components"][0]["value"] == "Aang"

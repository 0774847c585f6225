"""Permissions: roles, then a channel's overwrites, as Discord's docs combine them."""

import pytest

from sandbox import Sandbox
from sandbox.model import Channel, Guild, Member
from sandbox.permissions import ALL, BITS, bits, in_channel, in_guild

VIEW, SEND, EMBED = bits("view_channel"), bits("send_messages"), bits("embed_links")


@pytest.fixture
def city(sb: Sandbox) -> Guild:
    return sb.world.guild("Harbour Town")


@pytest.fixture
def general(sb: Sandbox) -> Channel:
    return sb.world.channel("general")


@pytest.fixture
def mina(sb: Sandbox, city: Guild) -> Member:
    return city.members[sb.world.user("Mina").id]


def test_owners_and_administrators_may_do_everything(sb: Sandbox, city: Guild, general: Channel, mina: Member) -> None:
    assert in_guild(city, mina) != ALL
    chief = sb.world.add_role(city, "Chief", BITS["administrator"])
    sb.world.set_roles(city, mina.user, chief)
    sb.world.deny(general, "view_channel", user=mina.user)
    assert in_channel(general, mina) == ALL
    sb.world.set_roles(city, mina.user)
    assert in_channel(general, mina) == 0
    city.owner_id = mina.user.id
    assert in_channel(general, mina) == ALL


def test_overwrites_go_from_everyone_over_roles_to_the_member(
    sb: Sandbox, city: Guild, general: Channel, mina: Member
) -> None:
    everyone = city.roles[city.id]
    fans, quiet = sb.world.role("Quote fans", city), sb.world.role("Quiet", city)
    sb.world.set_roles(city, mina.user, fans, quiet)
    sb.world.set_overwrite(general, everyone, deny=SEND)
    assert not in_channel(general, mina) & SEND
    sb.world.set_overwrite(general, fans, allow=SEND)
    assert in_channel(general, mina) & SEND
    sb.world.set_overwrite(general, quiet, deny=SEND)
    assert in_channel(general, mina) & SEND  # among roles, allowing wins
    sb.world.set_overwrite(general, mina, deny=SEND)
    assert not in_channel(general, mina) & SEND
    sb.world.set_overwrite(general, mina)
    assert in_channel(general, mina) & SEND


def test_who_may_not_send_may_not_embed_either(sb: Sandbox, general: Channel, mina: Member) -> None:
    sb.world.deny(general, "send_messages", user=mina.user)
    assert in_channel(general, mina) & (SEND | EMBED | VIEW) == VIEW
    sb.world.deny(general, "view_channel", user=mina.user)
    assert in_channel(general, mina) == 0
    sb.world.allow(general, "view_channel", "send_messages", user=mina.user)
    assert in_channel(general, mina) & (SEND | EMBED | VIEW) == SEND | EMBED | VIEW


def test_strangers_may_nothing(sb: Sandbox, general: Channel) -> None:
    stranger = sb.world.add_user("Varrick")
    assert sb.world.permissions(general, stranger) == 0
    assert sb.world.permissions(sb.world.dm(stranger, sb.world.bot), sb.world.user("Mina")) == 0
    assert sb.world.may(general, sb.world.user("Mo"), "manage_messages", "send_messages")
    assert not sb.world.may(general, sb.world.user("Mina"), "manage_messages", "send_messages")


def test_only_a_guilds_channels_are_deleted_and_only_threads_archived(sb: Sandbox, general: Channel) -> None:
    with pytest.raises(ValueError, match="guild's channels"):
        sb.world.delete_channel(sb.world.dm(sb.world.user("Mo"), sb.world.bot))
    with pytest.raises(ValueError, match="not a thread"):
        sb.world.archive_thread(general)

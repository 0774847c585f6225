"""Settings: each one, what is said of a malformed one, and a token that never prints."""

from __future__ import annotations

import base64
import copy
import datetime as dt
import logging
import os
import traceback
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import SettingError
from bot.settings import (
    ANNOUNCEMENT,
    DISCORD_API,
    Secret,
    ServiceManager,
    Settings,
    ShardIds,
    from_environment,
    look,
    read,
)

SECRET = "not-a-secret-" * 3 + "at-all"
TOKEN = f"{base64.urlsafe_b64encode(b'1098765432109876543').decode().rstrip('=')}.GabcDe.{SECRET}"


def refused(**environment: str) -> str:
    with pytest.raises(SettingError) as raised:
        read(environment)
    told = str(raised.value)
    assert "\n" not in told
    assert SECRET not in told
    return told


def test_without_any_setting() -> None:
    assert read({}) == Settings(
        token=None,
        api_base="https://discord.com/api/v10",
        database_path=Path("var/canonkeeper.sqlite3"),
        announcement_path=ANNOUNCEMENT,
        log_level="INFO",
        dev_guild_id=None,
        late_limit_hours=6.0,
        clock_url=None,
    )


def test_with_every_setting() -> None:
    settings = read(
        {
            "DISCORD_TOKEN": TOKEN,
            "DISCORD_API_BASE": "http://127.0.0.1:8765/api/v10/",
            "DATABASE_PATH": " /srv/store.sqlite3 ",
            "ANNOUNCEMENT_PATH": "elsewhere",
            "LOG_LEVEL": "debug",
            "LOG_FORMAT": "JSON",
            "DEV_GUILD_ID": "1098765432109876543",
            "LATE_LIMIT_HOURS": "1.5",
            "CLOCK_URL": "http://127.0.0.1:8765/demo/clock",
        }
    )
    assert settings.required_token().reveal() == TOKEN
    assert msgspec.structs.replace(settings, token=None) == Settings(
        token=None,
        api_base="http://127.0.0.1:8765/api/v10",
        database_path=Path("/srv/store.sqlite3"),
        announcement_path=Path("elsewhere"),
        log_level="DEBUG",
        log_format="json",
        dev_guild_id=1098765432109876543,
        late_limit_hours=1.5,
        clock_url="http://127.0.0.1:8765/demo/clock",
    )


def test_an_empty_value_counts_as_absent() -> None:
    names = ["DISCORD_TOKEN", "DISCORD_API_BASE", "DATABASE_PATH", "ANNOUNCEMENT_PATH", "LOG_LEVEL", "DEV_GUILD_ID"]
    assert read(dict.fromkeys(names, "  ")) == read({})


def test_white_space_and_quotation_marks_around_a_value_are_not_part_of_it() -> None:
    assert read({"LOG_LEVEL": ' "DEBUG" ', "DATABASE_PATH": "' a b.sqlite3 '"}).log_level == "DEBUG"
    assert read({"DATABASE_PATH": "' a b.sqlite3 '"}).database_path == Path("a b.sqlite3")
    assert read({"DISCORD_TOKEN": f'"{TOKEN}"'}).required_token().reveal() == TOKEN
    assert read({"LOG_LEVEL": '""', "DEV_GUILD_ID": "''", "DISCORD_TOKEN": "' '"}) == read({})


def test_quotation_marks_of_documents_are_marks_too() -> None:
    for begins, ends in ("\u201c\u201d", "\u2018\u2019", "\u201e\u201c", "\u00ab\u00bb"):
        assert read({"DATABASE_PATH": f"{begins}a b.sqlite3{ends}"}).database_path == Path("a b.sqlite3")


@pytest.mark.parametrize("path", ['"', '"~/bot/x.sqlite3', "~/bot/x.sqlite3'", "\u201c/tmp/x.sqlite3", "bot/x\u201d"])
def test_half_a_pair_of_quotation_marks_becomes_no_folder(path: str) -> None:
    with pytest.raises(SettingError, match="DATABASE_PATH has a quotation mark without its counterpart: "):
        read({"DATABASE_PATH": path, "HOME": "/home/me"})


def test_all_mistakes_are_told_at_once() -> None:
    wrong = {
        "DISCORD_TOKEN": "hunter2",
        "DISCORD_API_BASE": "discord.com",
        "DATABASE_PATH": ":memory:",
        "ANNOUNCEMENT_PATH": "$NOWHERE/data",
        "LOG_LEVEL": "LOUD",
        "LOG_FORMAT": "xml",
        "DEV_GUILD_ID": "5",
        "LATE_LIMIT_HOURS": "six",
        "SHARD_IDS": "0-",
        "SHARD_COUNT": "none",
    }
    with pytest.raises(SettingError) as raised:
        read(wrong)
    assert {line.partition(" ")[0] for line in str(raised.value).splitlines()} == set(wrong)
    assert len(str(raised.value).splitlines()) == len(wrong)
    with pytest.raises(SettingError) as raised:
        read({"LOG_LEVEL": "LOUD"}, token=True)
    assert [line.partition(" ")[0] for line in str(raised.value).splitlines()] == ["DISCORD_TOKEN", "LOG_LEVEL"]


def test_settings_cannot_be_changed() -> None:
    with pytest.raises(AttributeError):
        read({}).log_level = "DEBUG"  # type: ignore[misc]  # this is what is shown


# -- the token ---------------------------------------------------------------------------------------


def test_a_missing_token_says_how_to_get_one() -> None:
    with pytest.raises(SettingError, match=r"DISCORD_TOKEN is missing: .*developer portal"):
        read({}).required_token()


def test_a_token_may_have_been_copied_with_its_kind() -> None:
    assert read({"DISCORD_TOKEN": f"Bot {TOKEN}"}).required_token().reveal() == TOKEN


@pytest.mark.parametrize(
    "value",
    [
        "hunter2",
        SECRET,
        TOKEN + "!",
        f"{TOKEN} {TOKEN}",
        TOKEN.rpartition(".")[0],
        f"bm90LWFuLWlk.GabcDe.{SECRET}",
        f"ééééééééééééé.GabcDe.{SECRET}",
        f"_____________.GabcDe.{SECRET}",
        f"gICAgICAgICAgA.GabcDe.{SECRET}",
        f"AAAAAAAAAAAAA.GabcDe.{SECRET}",
    ],
)
def test_what_is_no_token_is_not_repeated(value: str) -> None:
    told = refused(DISCORD_TOKEN=value)
    assert told.startswith("DISCORD_TOKEN doesn't look like a bot token")
    assert "developer portal" in told
    assert value not in told


@pytest.mark.parametrize(
    "name",
    [
        "DISCORD_API_BASE",
        "LOG_LEVEL",
        "LOG_FORMAT",
        "DEV_GUILD_ID",
        "LATE_LIMIT_HOURS",
        "DATABASE_PATH",
        "ANNOUNCEMENT_PATH",
        "DISCORD_TOKEN_FILE",
    ],
)
def test_a_token_in_the_wrong_place_is_not_repeated(name: str) -> None:
    assert "it is a token" in refused(**{name: TOKEN})


# -- a token in a file of its own --------------------------------------------------------------------


@pytest.mark.parametrize("written", [TOKEN, f"{TOKEN}\n", f"\ufeff{TOKEN}\r\n", f"  '{TOKEN}'\n\n", f"Bot {TOKEN}"])
def test_a_token_in_a_file(tmp_path: Path, written: str) -> None:
    file = tmp_path / "token"
    file.write_text(written, encoding="utf-8", newline="")
    assert read({"DISCORD_TOKEN_FILE": str(file)}, token=True).required_token().reveal() == TOKEN
    assert read({"DISCORD_TOKEN_FILE": "$HERE/token", "HERE": str(tmp_path)}).token is not None
    assert read({"DISCORD_TOKEN_FILE": str(file), "DISCORD_TOKEN": ""}).token is not None


def test_a_token_in_two_places(tmp_path: Path) -> None:
    (tmp_path / "token").write_text(TOKEN)
    told = refused(DISCORD_TOKEN=TOKEN, DISCORD_TOKEN_FILE=str(tmp_path / "token"))
    assert told == "DISCORD_TOKEN and DISCORD_TOKEN_FILE are both set: remove one of them"


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (None, "can't be read (No such file or directory)"),
        (b"", "is empty"),
        (b" \r\n", "is empty"),
        (b"\xff\xfe\x00", "isn't a text file"),
        (SECRET.encode(), "doesn't hold a bot token"),
        (f"DISCORD_TOKEN={TOKEN}\n".encode(), "doesn't hold a bot token"),
        (f"{TOKEN}\n{TOKEN}\n".encode(), "doesn't hold a bot token"),
        (b"x" * 100_000, "doesn't hold a bot token"),
    ],
)
def test_a_file_without_a_token(tmp_path: Path, content: bytes | None, words: str) -> None:
    file = tmp_path / "token"
    if content is not None:
        file.write_bytes(content)
    told = refused(DISCORD_TOKEN_FILE=str(file))
    assert told.startswith(f"DISCORD_TOKEN_FILE {file} {words}" if "hold" not in words else "DISCORD_TOKEN_FILE ")
    assert words in told


def test_a_folder_in_the_place_of_the_token(tmp_path: Path) -> None:
    assert "can't be read (Is a directory)" in refused(DISCORD_TOKEN_FILE=str(tmp_path))


def test_a_file_without_a_token_is_no_missing_token(tmp_path: Path) -> None:
    reading = look({"DISCORD_TOKEN_FILE": str(tmp_path / "none")}, token=True)
    assert [line.partition(" ")[0] for line in reading.mistakes] == ["DISCORD_TOKEN_FILE"]
    assert reading.settings.token is None


@pytest.mark.usefixtures("no_environment")
@pytest.mark.parametrize("name", ["DISCORD_TOKEN", "DISCORD_TOKEN_FILE"])
def test_the_environment_s_token_goes_before_the_file_s_whichever_way_it_is_given(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    (tmp_path / "token").write_text(TOKEN)
    values = {"DISCORD_TOKEN": TOKEN, "DISCORD_TOKEN_FILE": str(tmp_path / "token")}
    monkeypatch.setenv(name, values.pop(name))
    ((other, _),) = values.items()
    (tmp_path / ".env").write_text(f"{other}=nothing-of-use\n")
    assert from_environment(tmp_path / ".env", token=True).required_token().reveal() == TOKEN


# -- what systemd sets -------------------------------------------------------------------------------


def test_what_systemd_asks_for() -> None:
    us, them = str(os.getpid()), str(os.getpid() + 1)
    assert read({"WATCHDOG_USEC": "30000000"}).service_manager is None
    assert read({"NOTIFY_SOCKET": "/run/x"}).service_manager == ServiceManager("/run/x", None)
    for pid, usec, seconds in [
        (us, "30000000", 30.0),
        (them, "30000000", None),
        (us, "0", None),
        (us, "soon", None),
        (us, "", None),
    ]:
        given = {"NOTIFY_SOCKET": "@here", "WATCHDOG_USEC": usec, "WATCHDOG_PID": pid}
        assert read(given).service_manager == ServiceManager("@here", seconds)
    assert read({"NOTIFY_SOCKET": "/run/x", "WATCHDOG_USEC": "500000"}).service_manager == ServiceManager("/run/x", 0.5)


# -- nothing prints it -------------------------------------------------------------------------------


def test_the_token_never_prints(caplog: pytest.LogCaptureFixture) -> None:
    settings = read({"DISCORD_TOKEN": TOKEN})
    secret = settings.required_token()
    logging.getLogger("test").warning("%s %r %s", settings, secret, {"token": secret})
    printed = [
        str(secret),
        repr(secret),
        f"{secret}",
        f"{secret!r:>40}",
        f"{settings}",
        repr(settings),
        repr([secret]),
        str(copy.copy(settings)),
        str(msgspec.structs.asdict(settings)),
        str(msgspec.structs.astuple(settings)),
        "%s" % secret,  # noqa: UP031 - one more way to print
        caplog.text,
    ]
    for text in printed:
        assert SECRET not in text


def test_the_token_is_not_in_a_traceback_with_its_variables() -> None:
    settings = read({"DISCORD_TOKEN": TOKEN})

    def fail(settings: Settings, token: Secret) -> None:
        raise ZeroDivisionError(settings, token)

    with pytest.raises(ZeroDivisionError) as raised:
        fail(settings, settings.required_token())
    told = traceback.TracebackException.from_exception(raised.value, capture_locals=True)
    inner = "".join(told.format()).rpartition("in fail")[2]
    assert "Secret('…')" in inner
    assert SECRET not in inner


@pytest.mark.parametrize("dump", [msgspec.json.encode, msgspec.msgpack.encode, msgspec.to_builtins])
def test_the_token_is_never_written_out(dump: object) -> None:
    assert callable(dump)
    with pytest.raises(TypeError) as raised:
        dump(read({"DISCORD_TOKEN": TOKEN}))
    assert SECRET not in str(raised.value)


def test_the_token_has_no_attribute_that_is_shown() -> None:
    assert not hasattr(Secret(TOKEN), "__dict__")


# -- the others --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "value",
    [
        "discord.com",
        "https ://x",
        "ftp://discord.com",
        "https://",
        "://",
        "http://[::1",
        "https://host:port",
        "https://h:99999",
    ],
)
@pytest.mark.parametrize("name", ["DISCORD_API_BASE", "CLOCK_URL"])
def test_what_is_no_address(name: str, value: str) -> None:
    environment = {"DISCORD_API_BASE": "http://localhost/api/v10", name: value}
    assert refused(**environment) == f"{name} must be a web address such as {DISCORD_API}; it is '{value}'"


@pytest.mark.parametrize("host", ["discord.com", "10.0.0.1", "127.0.0.1.example.com", "localhost.example.com", "[::2]"])
def test_plain_http_goes_to_this_machine_alone(host: str) -> None:
    told = refused(DISCORD_API_BASE=f"http://{host}/api/v10")
    assert told.startswith("DISCORD_API_BASE must start with https://")
    assert read({"DISCORD_API_BASE": f"https://{host}/api/v10"}).api_base == f"https://{host}/api/v10"


@pytest.mark.parametrize("host", ["127.0.0.1:8765", "localhost", "[::1]:80", "127.8.9.1"])
def test_plain_http_to_this_machine(host: str) -> None:
    assert read({"DISCORD_API_BASE": f"http://{host}/api/v10"}).api_base == f"http://{host}/api/v10"


def test_a_clock_that_is_not_real_is_for_the_demo_alone() -> None:
    assert refused(CLOCK_URL="http://127.0.0.1/demo/clock").startswith("CLOCK_URL is only for the demo")


@pytest.mark.parametrize("value", ["LOUD", "10", "INFO,DEBUG"])
def test_what_is_no_level(value: str) -> None:
    assert refused(LOG_LEVEL=value) == f"LOG_LEVEL must be one of DEBUG, INFO, WARNING, ERROR; it is '{value}'"


@pytest.mark.parametrize("value", ["Harbour Town", "123", "-109876543210987654", "1" * 21, "١" * 18])
def test_what_is_no_server(value: str) -> None:
    told = refused(DEV_GUILD_ID=value)
    assert told.startswith(f"DEV_GUILD_ID must be a server's ID, 17 to 20 digits; it is '{value}'")
    assert "copy its ID" in told


@pytest.mark.parametrize("value", ["-1", "20.5", "24", "nan", "inf", "six", "1e9"])
def test_what_is_no_limit(value: str) -> None:
    assert refused(LATE_LIMIT_HOURS=value) == (f"LATE_LIMIT_HOURS must be a number from 0 to 20; it is '{value}'")


@pytest.mark.parametrize(
    ("ids", "count", "meant"),
    [
        ("0", "1", (0,)),
        ("1", "2", (1,)),
        ("0-3", "16", (0, 1, 2, 3)),
        ("5, 0-2 ,8 - 9", "10", (0, 1, 2, 5, 8, 9)),
    ],
)
def test_which_shards_are_this_process_s(ids: str, count: str, meant: tuple[int, ...]) -> None:
    assert read({"SHARD_IDS": ids, "SHARD_COUNT": count}).shards == ShardIds(meant, int(count))
    assert read({"SHARD_IDS": "", "SHARD_COUNT": ""}).shards is None


@pytest.mark.parametrize("ids", ["-1", "0-", "3-1", "0,0", "0-2,1", "a", "0;1", "0,,1", "0-99999999", "1.5"])
def test_what_are_no_shards(ids: str) -> None:
    told = refused(SHARD_IDS=ids, SHARD_COUNT="4")
    assert told.startswith("SHARD_IDS must be the numbers of this process's shards")
    assert told.endswith(f"'{ids}'")


@pytest.mark.parametrize("count", ["0", "-2", "two", "1.0", "100001"])
def test_what_is_no_number_of_shards(count: str) -> None:
    assert refused(SHARD_IDS="0", SHARD_COUNT=count).startswith("SHARD_COUNT must be the number of the bot's shards")


def test_shards_are_checked_together() -> None:
    assert refused(SHARD_IDS="0").startswith("SHARD_COUNT is missing: SHARD_IDS needs it")
    assert refused(SHARD_COUNT="2").startswith("SHARD_IDS is missing: SHARD_COUNT needs it")
    assert refused(SHARD_IDS="0,2", SHARD_COUNT="2") == (
        "SHARD_IDS names shard 2, but with SHARD_COUNT 2 they are numbered 0 to 1"
    )


def test_shards_that_are_shared_out() -> None:
    assert read({"SHARD_IDS": "Auto"}).share_shards
    assert not read({"SHARD_IDS": "0", "SHARD_COUNT": "1"}).share_shards
    assert not read({}).share_shards
    assert read({"DATABASE_URL": DATABASE}).share_shards
    assert not read({"DATABASE_URL": DATABASE, "SHARD_IDS": "0", "SHARD_COUNT": "1"}).share_shards
    assert refused(SHARD_IDS="auto", SHARD_COUNT="2").startswith("SHARD_COUNT is for numbers in SHARD_IDS")


@given(st.dictionaries(st.sampled_from(["SHARD_IDS", "SHARD_COUNT"]), st.from_regex(r"[0-9 ,-]{0,9}", fullmatch=True)))
def test_any_shards_are_whole_or_told(environment: dict[str, str]) -> None:
    reading = look(environment)
    assert all(line.startswith("SHARD_") for line in reading.mistakes)
    shards = reading.settings.shards
    if shards is not None:
        assert not reading.mistakes
        assert shards.ids == tuple(sorted({*shards.ids}))
        assert 0 <= min(shards.ids) <= max(shards.ids) < shards.of


@given(st.dictionaries(st.sampled_from(["DISCORD_API_BASE", "DEV_GUILD_ID", "LOG_LEVEL", "CLOCK_URL"]), st.text()))
def test_any_values_give_settings_or_a_line_for_each_mistake(environment: dict[str, str]) -> None:
    try:
        read(environment)
    except SettingError as error:
        told = [line.partition(" ")[0] for line in str(error).splitlines()]
    else:
        return
    assert set(told) <= set(environment)
    assert len(told) == len(set(told))


# -- paths -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["DATABASE_PATH", "ANNOUNCEMENT_PATH"])
@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("~/bot/x.sqlite3", "/home/korra/bot/x.sqlite3"),
        ("~", "/home/korra"),
        ("$HOME/x.sqlite3", "/home/korra/x.sqlite3"),
        ("${HOME}/x.sqlite3", "/home/korra/x.sqlite3"),
        ("$STATE_DIRECTORY/x", "/var/lib/bot/x"),
        ("%APPDATA%/x", "/appdata/x"),
        ("%AppData%/x", "/appdata/x"),
        ("a/~/b", "a/~/b"),
        ("100%/x$", "100%/x$"),
        ("C:/x", "C:/x"),
    ],
)
def test_home_and_variables_are_put_into_a_path(name: str, written: str, meant: str) -> None:
    environment = {"HOME": "/home/korra", "STATE_DIRECTORY": "/var/lib/bot", "APPDATA": "/appdata", name: written}
    assert getattr(read(environment), name.lower()) == Path(meant)


def test_the_home_directory_on_windows() -> None:
    assert read({"USERPROFILE": "C:/Users/korra", "DATABASE_PATH": "~/x"}).database_path == Path("C:/Users/korra/x")


def test_somebody_s_home_directory() -> None:
    assert read({"DATABASE_PATH": "~root/x"}).database_path == Path("~root").expanduser() / "x"


@pytest.mark.parametrize("written", ["$NOWHERE/x", "${NOWHERE}/x", "%NOWHERE%/x", "a$NOWHERE"])
def test_a_variable_that_is_not_set(written: str) -> None:
    told = refused(DATABASE_PATH=written)
    assert told.startswith("DATABASE_PATH uses ")
    assert "NOWHERE" in told
    assert "isn't set" in told


def test_a_home_directory_that_nobody_has() -> None:
    assert refused(DATABASE_PATH="~nobody-of-this-name/x").startswith("DATABASE_PATH starts with ~nobody-of-this-name")


@pytest.mark.parametrize(
    "written", [":memory:", "sqlite:///x.sqlite3", "sqlite+aiosqlite:///x", "file:x?mode=ro", "a\x00b"]
)
def test_what_is_no_path(written: str) -> None:
    assert refused(DATABASE_PATH=written).startswith("DATABASE_PATH must be the path of a file or folder")


# -- .env --------------------------------------------------------------------------------------------


@pytest.fixture
def no_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("DISCORD_TOKEN", "DISCORD_TOKEN_FILE", "LOG_LEVEL", "DATABASE_PATH", "ANNOUNCEMENT_PATH"):
        monkeypatch.delenv(name, raising=False)


@pytest.mark.usefixtures("no_environment")
def test_the_file_is_read(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text(f"# mine\nDISCORD_TOKEN='{TOKEN}'\nLOG_LEVEL\nDATABASE_PATH=here.sqlite3\n")
    settings = from_environment(tmp_path / ".env")
    assert settings.required_token().reveal() == TOKEN
    assert settings.database_path == Path("here.sqlite3")


@pytest.mark.usefixtures("no_environment")
def test_the_environment_goes_before_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / ".env").write_text("LOG_LEVEL=ERROR\n")
    monkeypatch.setenv("LOG_LEVEL", "WARNING")
    assert from_environment(tmp_path / ".env").log_level == "WARNING"


@pytest.mark.usefixtures("no_environment")
@pytest.mark.parametrize("empty", ["", " ", '""', "''"])
@pytest.mark.parametrize("name", ["DISCORD_TOKEN", "LOG_LEVEL", "DATABASE_PATH", "ANNOUNCEMENT_PATH"])
def test_an_empty_value_of_the_environment_leaves_the_file_s(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, empty: str
) -> None:
    values = {"DISCORD_TOKEN": TOKEN, "LOG_LEVEL": "ERROR", "DATABASE_PATH": "a", "ANNOUNCEMENT_PATH": "b"}
    (tmp_path / ".env").write_text("".join(f"{setting}={value}\n" for setting, value in values.items()))
    monkeypatch.setenv(name, empty)
    settings = from_environment(tmp_path / ".env", token=True)
    assert settings.required_token().reveal() == TOKEN
    assert (settings.log_level, settings.database_path, settings.announcement_path) == ("ERROR", Path("a"), Path("b"))


@pytest.mark.usefixtures("no_environment")
def test_a_file_as_editors_on_windows_write_it(tmp_path: Path) -> None:
    (tmp_path / ".env").write_bytes(b"\xef\xbb\xbfLOG_LEVEL=ERROR\r\nDATABASE_PATH=${NOWHERE}/x\r\n")
    with pytest.raises(SettingError, match=r"^DATABASE_PATH uses \$\{NOWHERE\}") as raised:
        from_environment(tmp_path / ".env")
    assert "LOG_LEVEL" not in str(raised.value)


@pytest.mark.usefixtures("no_environment")
def test_there_need_be_no_file(tmp_path: Path) -> None:
    assert from_environment(tmp_path / ".env").token is None


@pytest.mark.usefixtures("no_environment")
def test_a_file_that_is_no_text(tmp_path: Path) -> None:
    (tmp_path / ".env").write_bytes(b"LOG_LEVEL=\xff\xfe\n")
    with pytest.raises(SettingError, match=r"\.env can't be read .*: save it as UTF-8 text"):
        from_environment(tmp_path / ".env")


def test_the_example_names_every_setting() -> None:
    example = (Path(__file__).resolve().parent.parent / ".env.example").read_text()
    for name in (
        "DISCORD_TOKEN",
        "DISCORD_API_BASE",
        "DATABASE_PATH",
        "ANNOUNCEMENT_PATH",
        "LOG_LEVEL",
        "DEV_GUILD_ID",
        "SHARD_IDS",
        "SHARD_COUNT",
    ):
        assert f"{name}=" in example


# -- what is off by default --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given_as", "kept"),
    [
        ("30d", dt.timedelta(days=30)),
        ("1 day", dt.timedelta(days=1)),
        ("12H", dt.timedelta(hours=12)),
        ("4 weeks", dt.timedelta(weeks=4)),
        ("366d", dt.timedelta(days=366)),
        ("off", None),
        ("0", None),
        ("", None),
    ],
)
def test_how_long_questions_are_kept(given_as: str, kept: dt.timedelta | None) -> None:
    assert read({"KEEP_UNANSWERED": given_as}).keep_unanswered == kept


@pytest.mark.parametrize("given_as", ["30", "0d", "367d", "99999w", "a month", "-1d", "1.5d", "yes"])
def test_a_malformed_time_to_keep_questions(given_as: str) -> None:
    told = refused(KEEP_UNANSWERED=given_as)
    assert told == (
        f"KEEP_UNANSWERED must be a time such as 30d, 12h or 4w, a year at most, or off; it is '{given_as}'"
    )


@pytest.mark.parametrize(
    ("given_as", "address"),
    [
        ("127.0.0.1:9464", ("127.0.0.1", 9464)),
        ("[::1]:80", ("::1", 80)),
        ("localhost:0", ("localhost", 0)),
        ("my-host.example:65535", ("my-host.example", 65535)),
        ("off", None),
        ("", None),
    ],
)
def test_where_health_is_told(given_as: str, address: tuple[str, int] | None) -> None:
    assert read({"HEALTH_ADDRESS": given_as}).health_address == address


@pytest.mark.parametrize(
    "given_as",
    [
        "9464",
        ":9464",
        "127.0.0.1",
        "127.0.0.1:",
        "127.0.0.1:65536",
        "127.0.0.1:-1",
        "::1:80",
        "http://127.0.0.1:80",
        "a b:1",
    ],
)
def test_a_malformed_address_for_health(given_as: str) -> None:
    told = refused(HEALTH_ADDRESS=given_as)
    assert told.startswith(f"HEALTH_ADDRESS must be a host and a port such as 127.0.0.1:9464; it is '{given_as}'. ")


# -- a database on a server --------------------------------------------------------------------------

DATABASE = "postgresql://korra:hunter2@db.example:5432/canon"


@pytest.mark.parametrize("written", [DATABASE, f' "{DATABASE}" ', DATABASE.replace("postgresql", "postgres")])
def test_the_address_of_a_database(tmp_path: Path, written: str) -> None:
    for settings in (read({"DATABASE_URL": written}), read({"DATABASE_URL_FILE": str(hold(tmp_path, written))})):
        assert settings.database_url is not None
        assert settings.database_url.reveal() == written.strip(' "')
        assert settings.store is settings.database_url
        assert "hunter2" not in repr(settings)
    assert read({"DATABASE_URL": ""}).store == Path("var/canonkeeper.sqlite3")


def hold(folder: Path, content: str) -> Path:
    (folder / "secret").write_text(f"{content}\n")
    return folder / "secret"


@pytest.mark.parametrize(
    "wrong", ["mysql://korra:hunter2@db/x", "sqlite:///hunter2.sqlite3", "hunter2", "/hunter2.sqlite3", TOKEN]
)
def test_what_is_no_address_of_a_database_is_not_repeated(tmp_path: Path, wrong: str) -> None:
    told = refused(DATABASE_URL=wrong)
    assert told.startswith("DATABASE_URL must be the address of a PostgreSQL database, such as postgresql://USER:")
    in_file = refused(DATABASE_URL_FILE=str(hold(tmp_path, wrong)))
    assert in_file.startswith("DATABASE_URL_FILE must hold the address of a PostgreSQL database, such as")
    assert "hunter2" not in told + in_file
    assert TOKEN not in told + in_file


@pytest.mark.parametrize(
    "names",
    [
        ("DATABASE_URL", "DATABASE_PATH"),
        ("DATABASE_URL", "DATABASE_URL_FILE"),
        ("DATABASE_URL_FILE", "DATABASE_PATH"),
    ],
)
def test_two_databases_are_one_too_many(tmp_path: Path, names: tuple[str, str]) -> None:
    given = {"DATABASE_URL": DATABASE, "DATABASE_PATH": "a.sqlite3", "DATABASE_URL_FILE": str(hold(tmp_path, DATABASE))}
    told = refused(**{name: given[name] for name in names})
    assert told == f"{names[0]} and {names[1]} are both set: remove one of them"


@pytest.mark.usefixtures("no_environment")
def test_the_environment_s_database_goes_before_any_in_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / ".env").write_text("DATABASE_PATH=here.sqlite3\n")
    monkeypatch.setenv("DATABASE_URL", DATABASE)
    assert from_environment(tmp_path / ".env").database_url is not None
    (tmp_path / ".env").write_text(f"DATABASE_URL={DATABASE}\n")
    monkeypatch.setenv("DATABASE_URL", "")
    monkeypatch.setenv("DATABASE_PATH", "there.sqlite3")
    assert from_environment(tmp_path / ".env").store == Path("there.sqlite3")

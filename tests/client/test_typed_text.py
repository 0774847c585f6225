"""Nothing that a member typed is live: it is shown as typed, on one line, and cut."""

from __future__ import annotations

import itertools
import re
import unicodedata
from typing import TYPE_CHECKING

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.client.panels import safe
from sandbox.views import visible_text
from tests.support.markdown import live, shown

if TYPE_CHECKING:
    from tests.conftest import Chat

ID = "123456789012345678"
FORMS = [
    "[words](https://evil.example)",
    "[words](<https://evil.example> 'title')",
    "[a [b](c)](https://evil.example)",
    "<x:/[words](https://evil.example)>",
    "<https://evil.example/[words](https://evil.example)>",
    "https://evil.example/[words](https://evil.example)",
    "http://evil.example",
    "HTTPS://EVIL.EXAMPLE",
    "steam://run/1",
    "discord://-/channels/1/2",
    "<discord://-/settings>",
    "<https://evil.example>",
    "<mailto:somebody@evil.example>",
    "<somebody@evil.example>",
    "<tel:+123456789>",
    "<+1 234 567>",
    "discord.gg/abc",
    "https://discord.gg/abc",
    "discord.com/invite/abc",
    "discordapp.com/invite/abc",
    "dis\u200bcord.gg/abc",
    "discord.gg\u2060/abc",
    "@everyone",
    "@here",
    "@every\u200bone",
    "@\u202eeveryone",
    "@@everyone\u200d",
    f"<@{ID}>",
    f"<@!{ID}>",
    f"<@&{ID}>",
    f"<#{ID}>",
    f"<\u200b@{ID}>",
    "<@1>",
    f"</quote:{ID}>",
    f"</daily schedule:{ID}>",
    "<id:customize>",
    "<id:browse>",
    "<t:1>",
    "<t:1700000000:R>",
    f"<:a:{ID}>",
    f"<a:wave:{ID}>",
    ":wave:",
    "# heading",
    "### heading",
    "-# small",
    "- item",
    "+ item",
    "* item",
    "1. item",
    "> quoted",
    ">>> quoted",
    "||hidden||",
    "**bold** *slanted* _slanted_ __under__ ~~gone~~",
    "***all*** __**both**__ *a **b** c*",
    "`code` ``co`de``",
    "```py\nprint(1)\n```",
    "```",
    "\\",
    "\\\\",
    "\\*not\\*",
    "\\[words](https://evil.example)",
    "ends with \\",
    "`\\`",
    "\n# after a break",
    "first\r\n> second\u2028-# third\u2029# fourth\x0b# fifth",
    "||[**words**](https://evil.example)||",
    "> # **||`[x](https://evil.example)`||**",
    "*[_*a_](https://evil.example)",
    "[words]\u200b(https://evil.example)",
    "[words][1]",
]
# What people type is words, too.
PLAIN = [
    "Is Korra/Asami canon? (really)",
    "yes: no. 18 is it!",
    "rock'n'roll, 50% & more; it's “fine” – 12 + 1 = 13",
    "שלום עולם",
    "ทดสอบภาษาไทย",
    "👩\u200d👩\u200d👧 and 🏳️\u200d🌈",
    "می\u200cخواهم",
    "naïve café, A\u030angstro\u0308m",
]
# Markup of our own around what is echoed (two stars hold one, too).
OURS = {"subtext", "heading", "bold", "italics", "quote"}
_MARKS = {"Mn", "Me"}


def _as_typed(text: str) -> str:
    """Return a text on one line, without what is not seen."""
    seen = "".join(" " if c.isspace() else c for c in text if c.isspace() or unicodedata.category(c) not in "CcCfCs")
    return " ".join(seen.split())


@pytest.mark.parametrize("typed", FORMS)
def test_no_form_of_markup_is_live(typed: str) -> None:
    for text in (typed, f"{typed} {typed}", f"words {typed}", f"*{typed}*", f"{typed}\\", f"\\{typed}", f"({typed})"):
        assert live(safe(text)) == set()
        assert shown(safe(text)) == _as_typed(text)


def test_the_recogniser_sees_what_is_live() -> None:
    """What is not live on its own is a mark without its pair, or hidden by a sign that the clients take for text."""
    unpaired = {"```", "\\", "\\\\", "\\*not\\*", "ends with \\", "<@1>", "[words]\u200b(https://evil.example)"}
    hidden = {form for form in FORMS if set(form) & set("\u200b\u202e\u2060")}
    assert {form for form in FORMS if not live(form)} <= unpaired | hidden


@pytest.mark.parametrize("typed", PLAIN)
def test_words_are_shown_as_typed(typed: str) -> None:
    assert live(safe(typed)) == set()
    assert shown(safe(typed)).replace("\u200b", "") == typed


@given(
    st.lists(
        st.sampled_from([*FORMS, *PLAIN])
        | st.text(max_size=8)
        | st.text(alphabet="\\`*_~|<>[]()#-+:./@!&?1a \n\u200b\u200d\u0301", max_size=12),
        max_size=8,
    ).map("".join)
)
@example("`" * 300)
@example("<" * 300)
@example("||" * 100)
@example("a" + "\u0301" * 300)
@example("\u200d".join("ab"))
def test_whatever_is_typed_shows_as_typed(text: str) -> None:
    line = safe(text)
    assert live(line) == set()
    assert len(line.splitlines()) <= 1
    assert len(line) <= 3 * 200
    assert not set(line) & set("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
    runs = [
        len(list(run)) for mark, run in itertools.groupby(line, lambda c: unicodedata.category(c) in _MARKS) if mark
    ]
    assert max(runs, default=0) <= 4
    if len(text) <= 200 and not any(unicodedata.category(c) in {"Cc", "Cf", "Cs", *_MARKS} for c in text):
        assert shown(line) == " ".join(text.split())


# -- in answers --------------------------------------------------------------------------------------

TOGETHER = [" ".join(FORMS[at : at + 4]) for at in range(0, len(FORMS), 4)]


@pytest.mark.parametrize("typed", TOGETHER)
async def test_in_answers_to_what_was_typed(second_chat: Chat, typed: str) -> None:
    mina = second_chat.person("Mina")
    for reply in (
        await mina.slash("ask", question=typed[:300]),
        await mina.slash("canon", subject=typed),
        await mina.slash("quote", query=typed[:200]),
        await mina.slash("quote", query="hall", speaker=typed[:100]),
        await mina.slash("quote", query=typed[:200], speaker="Ines Falk"),
        await mina.menu("Canon check", await mina.say(f"Tomines {typed}")),
    ):
        assert live(reply.text) <= OURS
        assert not reply.failed


async def test_an_answer_to_a_mention_repeats_nothing(second_chat: Chat) -> None:
    mina = second_chat.person("Mina")
    (reply,) = await mina.wait_reply(await mina.say(f"<@bot> {TOGETHER[0]} @everyone"))
    assert "words" not in visible_text(reply)
    assert "everyone" not in visible_text(reply)


@pytest.mark.parametrize("typed", TOGETHER[::3])
async def test_an_answer_that_is_no_reply_shows_the_question(second_chat: Chat, typed: str) -> None:
    mina = second_chat.person("Mina")
    second_chat.sandbox.world.deny(mina.channel, "read_message_history")
    message = await mina.say(f"<@bot> is it true? {typed} @everyone")
    assert await mina.wait_reply(message, timeout=0.3) == []
    answer = visible_text(list(mina.channel.messages.values())[-1])
    assert answer.startswith("-# Asked: is it true?")
    # What follows the question is ours: it may mention the command that helps, and show one for a claim.
    told, shown = re.subn(r"</help:[0-9]+>|^To check a claim, try `/canon [^`]+`$", "", answer, flags=re.MULTILINE)
    assert shown <= 2
    assert live(told) <= OURS

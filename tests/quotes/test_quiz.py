"""/quiz: what is asked, who is told whether it was right, and what is kept of it (nothing)."""

from __future__ import annotations

from dataclasses import replace
from random import Random
from typing import TYPE_CHECKING, Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.client import views
from bot.quotes.quiz import CLAIM, NO, WHO, YES, QuizService, SoOrNot, WhoSaid, mark
from bot.text import normalise
from sandbox import Sandbox
from tests.conftest import Chat, connected, settings_for
from tests.support.seeded import SECOND

if TYPE_CHECKING:
    from pathlib import Path

    from bot.client.client import Services
    from bot.library import Library
    from sandbox import Person, Reply

RIGHT, WRONG = 0x2E8B57, 0xB5432F


# -- what is asked -----------------------------------------------------------------------------------


@given(seed=st.integers(0, 10_000))
def test_one_choice_is_right_and_the_words_do_not_tell_which(real: Services, seed: int) -> None:
    question = real.quiz.draw(WHO, Random(seed))
    assert isinstance(question, WhoSaid)
    quote, choices = question.quote, question.choices
    assert 2 <= len(choices) <= 4
    assert [choice for choice in choices if choice == quote.speaker] == [quote.speaker]
    answers = [real.quiz.answer(WHO, mark(quote.id), mark(choice.id)) for choice in choices]
    assert [answer.right for answer in answers if answer] == [choice == quote.speaker for choice in choices]
    asked = f" {normalise(views.quizzed(question))} "
    assert not any(f" {normalise(name)} " in asked for name in (quote.speaker.name, *quote.speaker.aliases))
    # Who quotes somebody says these words, too.
    assert not any(quote.speaker.quoted_by == choice.id or choice.quoted_by == quote.speaker.id for choice in choices)


@given(seed=st.integers(0, 10_000))
def test_a_claim_is_canon_or_not_as_its_quotes_show(real: Services, seed: int) -> None:
    question = real.quiz.draw(CLAIM, Random(seed))
    assert isinstance(question, SoOrNot)
    assert question.claim.ruling == {YES: "supported", NO: "contradicted"}[question.right]
    assert question.quotes
    for choice in (YES, NO):
        answer = real.quiz.answer(CLAIM, mark(question.claim.id), choice)
        assert answer is not None
        assert answer.right is (choice == question.right)


@given(seed=st.integers(0, 10_000), kind=st.sampled_from([WHO, CLAIM]))
def test_every_question_fits_its_buttons(real: Services, seed: int, kind: str) -> None:
    buttons = views.quiz_buttons(real.quiz.draw(kind, Random(seed)))
    assert len({each["custom_id"] for each in buttons}) == len({each["label"] for each in buttons}) == len(buttons)
    assert all(len(each["custom_id"]) <= 100 and 1 <= len(each["label"]) <= 80 for each in buttons)


def test_chance_decides_and_nothing_else(real: Services) -> None:
    def drawn(seed: int) -> list[object]:
        chance = Random(seed)
        return [real.quiz.draw(kind, chance) for kind in (WHO, CLAIM) * 20]

    assert drawn(1) == drawn(1)
    assert drawn(1) != drawn(2)
    rights = [real.quiz.draw(CLAIM, Random(seed)) for seed in range(200)]
    assert 60 < sum(isinstance(each, SoOrNot) and each.right == YES for each in rights) < 140


def test_the_same_quote_is_always_the_same_question(real: Services) -> None:
    asked = [real.quiz.about(quote) for quote in real.library.listed]
    assert asked == [QuizService(real.library).about(quote) for quote in real.library.listed]
    assert sum(each is not None for each in asked) > 30
    long = msgspec.structs.replace(real.library.listed[0], text="word " * 300)
    assert real.quiz.about(long) is None


def without(library: Library, **changes: Any) -> QuizService:
    return QuizService(replace(library, **changes))


def test_an_announcement_with_little_to_ask(second_services: Services) -> None:
    library = second_services.library
    assert QuizService(library).kinds == (WHO, CLAIM)
    assert without(library, claims=()).kinds == (WHO,)
    # With one answer to all of them there is nothing to guess.
    assert without(library, claims=library.claims[:1]).kinds == (WHO,)
    alone = library.listed[0].speaker
    of_one = tuple(quote for quote in library.quotes if quote.speaker == alone)
    assert without(library, quotes=of_one, claims=()).kinds == ()
    pair = tuple(quote for quote in library.quotes if quote.speaker.id in {"falk", "voss"})
    # One of them quotes the other.
    assert without(library, quotes=pair, claims=()).kinds == ()


@pytest.mark.parametrize(
    ("kind", "subject", "choice"),
    [(WHO, "gone", mark("falk")), (WHO, mark("a-wrong-note"), "gone"), (CLAIM, "gone", YES), (CLAIM, "", "maybe")],
)
def test_what_the_data_no_longer_has(second_services: Services, kind: str, subject: str, choice: str) -> None:
    assert second_services.quiz.answer(kind, subject, choice) is None


# -- in the chat -------------------------------------------------------------------------------------


async def asked(person: Person, kind: str, **options: Any) -> Reply:
    reply = await person.slash("quiz", kind=kind, **options)
    heading = {WHO: "## Who said it?\n> ", CLAIM: "## Canon or not?\n“"}[kind]
    assert reply.text.startswith(heading)
    assert reply.text.endswith("\n-# Only you see whether you got it right")
    return reply


async def test_who_said_it(second_chat: Chat) -> None:
    mina = second_chat.person("Mina")
    reply = await asked(mina, WHO)
    assert not reply.ephemeral
    words = reply.text.split("\n> ", 1)[1].rsplit("\n-# ", 1)[0].replace("\\", "")
    (quote,) = [each for each in second_chat.bot.services.library.listed if each.text == words]
    before = reply.text
    for label in reply.buttons:
        timo = second_chat.person("Timo")
        answer = await timo.press(reply, label)
        assert answer.ephemeral
        assert reply.text == before
        right = label == quote.speaker.name
        assert answer.text.startswith("**Right!** It was" if right else f"**Not quite.** It wasn't {label}, it was")
        assert f"— **{quote.attribution}**" in answer.text
        assert f"{quote.source.cited} · quote {quote.number}" in answer.text
        assert answer.components[0]["accent_color"] == (RIGHT if right else WRONG)
        assert (await timo.press(answer, "Context")).ephemeral


async def test_canon_or_not(second_chat: Chat) -> None:
    mina = second_chat.person("Mina")
    reply = await asked(mina, CLAIM)
    assert list(reply.buttons) == ["Canon", "Not canon"]
    (claim,) = [each for each in second_chat.bot.services.library.claims if each.statement in reply.text]
    told = "That's canon." if claim.ruling == "supported" else "That isn't canon."
    answers = [await mina.press(reply, label) for label in ("Canon", "Not canon")]
    rights = [f"**{said} {told}**" for said in ("Right!", "Not quite.")]
    assert [answer.text.split("\n")[0] for answer in answers] == rights[:: 1 if claim.ruling == "supported" else -1]
    for answer in answers:
        assert answer.ephemeral
        assert claim.line in answer.text
        assert "\n> " in answer.text


async def test_a_quiz_of_any_kind_and_a_private_one(second_chat: Chat) -> None:
    mina = second_chat.person("Mina")
    assert "?\n" in (await mina.slash("quiz")).text
    reply = await asked(mina, WHO, private=True)
    assert reply.ephemeral
    assert "Share" in reply.buttons


async def test_a_quiz_works_after_a_restart_and_keeps_nothing(second_path: Path) -> None:
    async with Sandbox(journal_size=None) as sandbox:
        settings = settings_for(sandbox, second_path, ANNOUNCEMENT_PATH=str(SECOND))
        async with connected(sandbox, settings):
            reply = await asked(sandbox.person("Mina"), WHO)
        kept = second_path.read_bytes()
        async with connected(sandbox, settings):
            answers = [await sandbox.person("Timo").press(reply, label) for label in reply.buttons]
            assert sum(answer.text.startswith("**Right!**") for answer in answers) == 1
        assert second_path.read_bytes() == kept


@pytest.mark.parametrize(
    "custom_id", [f"b|quiz|{WHO}|{mark('gone')}|{mark('falk')}", f"b|quiz|{CLAIM}|{mark('gone')}|{YES}"]
)
async def test_a_question_that_is_gone(second_chat: Chat, custom_id: str) -> None:
    mina = second_chat.person("Mina")
    reply = await asked(mina, WHO)
    next(iter(reply.buttons.values()))["custom_id"] = custom_id
    answer = await mina.press(reply, custom_id)
    assert (answer.ephemeral, answer.text) == (True, "The announcement has changed since then. Please use /quiz again.")


async def test_a_quiz_that_the_announcement_has_too_little_for(second_chat: Chat) -> None:
    quiz = second_chat.bot.services.quiz
    quiz._settled = ()
    reply = await second_chat.person("Mina").slash("quiz", kind=CLAIM)
    assert reply.ephemeral
    assert "too little for that quiz" in reply.text
    assert (await second_chat.person("Mina").slash("quiz")).text.startswith("## Who said it?")


async def test_where_nothing_can_be_guessed_there_is_no_such_command(
    second_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(QuizService, "kinds", ())
    async with (
        Sandbox(journal_size=None) as sandbox,
        connected(sandbox, settings_for(sandbox, second_path, ANNOUNCEMENT_PATH=str(SECOND))),
    ):
        mina = sandbox.person("Mina")
        assert "quiz" not in {command.name for command in mina.commands()}
        assert "/quiz" not in (await mina.slash("help")).text

"""The engine from end to end, on a lesson about something else altogether."""

import os
import random
import subprocess
import sys

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.understanding import Engine, Example, Lesson, Understanding, UnreadableBlobError, learn
from tests.understanding.lessons import ANSWERABLES, lesson

BLOB = learn(lesson())
ENGINE = Engine.load(BLOB)
LABELS = {answerable.label for answerable in ANSWERABLES}
ODD_TEXTS = [
    "",
    " ",
    "\x00\x00",
    "🎉" * 300,
    "ไฟประภาคาร" * 20,
    "מי שומר על האור",
    "z̷̧͓̜͇a̴̡̛͔l̶̢̫g̸o̵" * 40,
    "\ud800\udfff",
    "a" * 300,
    "who " * 75,
    "'\"`;--",
    "?!" * 150,
    "\u202ewho keeps\u202c",
    "𝕨𝕙𝕠 𝕜𝕖𝕖𝕡𝕤 𝕥𝕙𝕖 𝕝𝕚𝕘𝕙𝕥",
]


def check(understanding: Understanding) -> None:
    assert understanding.outcome in ("sure", "torn", "unsure")
    assert 0.0 <= understanding.score <= 1.0
    assert len(understanding.nearest) <= 3
    assert set(understanding.nearest) <= LABELS
    assert len(set(understanding.nearest)) == len(understanding.nearest)
    if understanding.outcome != "unsure":
        assert understanding.best == understanding.nearest[0]
    if understanding.outcome == "torn":
        assert understanding.runner_up in LABELS - {understanding.best}


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("who keeps the light?", "keeper"),
        ("WHO IS THE KEEPER", "keeper"),
        ("whо kееps thе light", "keeper"),
        ("𝕨𝕙𝕠 𝕜𝕖𝕖𝕡𝕤 𝕥𝕙𝕖 𝕝𝕚𝕘𝕙𝕥", "keeper"),
        ("what colour is the lighthouse painted", "colour"),
        ("why did the lamp brake", "storm"),
        ("how far can the tower be seen", "seen"),
    ],
)
def test_questions_near_the_examples_find_their_label(text: str, label: str) -> None:
    assert ENGINE.understand(text).nearest[0] == label


@pytest.mark.parametrize("text", ODD_TEXTS)
def test_odd_texts_are_understood_without_error(text: str) -> None:
    check(ENGINE.understand(text))


@given(st.text(alphabet=st.characters(codec=None, exclude_categories=()), max_size=300))
@settings(max_examples=300, deadline=None)
def test_any_text_whatever_is_understood_without_error(text: str) -> None:
    check(ENGINE.understand(text))


@given(st.lists(st.sampled_from("who what lamp light keeper storm tower not the is 2 march".split()), max_size=40))
@settings(deadline=None)
def test_any_jumble_of_known_words_is_understood_without_error(words: list[str]) -> None:
    check(ENGINE.understand(" ".join(words)))


@pytest.mark.parametrize("text", ["", "🎉🎉🎉", "\x00", "?!", "ไฟประภาคาร"])
def test_texts_without_a_known_word_leave_it_unsure(text: str) -> None:
    assert ENGINE.understand(text).outcome == "unsure"


def test_a_question_changes_nothing_in_the_engine() -> None:
    before = ENGINE.understand("who keeps the light?")
    for text in ODD_TEXTS:
        ENGINE.understand(text)
    assert ENGINE.understand("who keeps the light?") == before


def test_learning_twice_gives_the_same_bytes() -> None:
    assert learn(lesson()) == BLOB


def test_the_order_of_the_examples_is_of_no_consequence() -> None:
    taught = lesson()
    shuffled = list(taught.examples)
    random.Random(1).shuffle(shuffled)
    assert learn(msgspec.structs.replace(taught, examples=tuple(shuffled))) == BLOB


@pytest.mark.parametrize("hash_seed", ["1", "77"])
def test_another_process_with_other_hashes_learns_the_same_bytes(hash_seed: str) -> None:
    script = (
        "import sys, hashlib; sys.path[:0] = ['.']\n"
        "from tests.understanding.lessons import lesson; from bot.understanding import learn\n"
        "sys.stdout.write(hashlib.sha256(learn(lesson())).hexdigest())"
    )
    import hashlib  # noqa: PLC0415 - beside the script that does the same

    done = subprocess.run(  # noqa: S603 - our own interpreter and script
        [sys.executable, "-c", script],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "PYTHONHASHSEED": hash_seed},
    )
    assert done.stdout == hashlib.sha256(BLOB).hexdigest()


def test_an_example_for_an_unknown_label_is_refused_by_name() -> None:
    taught = lesson()
    strange = (*taught.examples, Example("what is this", "nowhere"))
    with pytest.raises(ValueError, match="nowhere"):
        learn(msgspec.structs.replace(taught, examples=strange))


@pytest.mark.parametrize("blob", [b"", b"no model", BLOB[:-10], msgspec.msgpack.encode({"form": 4})])
def test_bytes_that_are_no_model_are_refused(blob: bytes) -> None:
    with pytest.raises(UnreadableBlobError):
        Engine.load(blob)


def test_a_lesson_with_nothing_in_it_gives_an_engine_that_is_never_sure() -> None:
    engine = Engine.load(learn(Lesson((), (), ())))
    assert engine.understand("who keeps the light?") == Understanding("unsure", None, None, (), 0.0)


def test_a_lesson_without_examples_elsewhere_can_be_learnt() -> None:
    taught = lesson()
    asked = tuple(example for example in taught.examples if example.label is not None)
    engine = Engine.load(learn(msgspec.structs.replace(taught, examples=asked, concepts=())))
    assert engine.understand("who keeps the light?").nearest[0] == "keeper"

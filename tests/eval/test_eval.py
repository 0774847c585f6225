"""The measuring itself is tested, and that no example is one of the questions it measures with."""

from itertools import pairwise

import pytest

from bot import announcement as announcements
from bot.seeding import lessons
from bot.settings import ANNOUNCEMENT
from bot.understanding import Example, Lesson
from bot.understanding.reading import tokens
from tests.eval.baseline import Search, best_tally, sentences
from tests.eval.crossval import parts
from tests.eval.scoring import NOTHING, Shown, Tally, tally
from tests.eval.sets import QUESTION_SETS, Item, items, present, shows_evidence

TEXT = "The tower is white. It was built by Ada Finch! A storm broke the lamp."
ASKED = (
    Item("1", "who built the tower", True, ("It was built by Ada Finch!",), "Ada Finch", "who"),
    Item("2", "what broke the lamp", True, ("A storm broke the lamp.",), "a storm", "fact"),
    Item("3", "how old is the moon", False, (), "", "unanswerable"),
)


@pytest.fixture(scope="module")
def examples() -> set[str]:
    taught = lessons(announcements.load(ANNOUNCEMENT))
    return {" ".join(tokens(example.text)) for lesson in taught.values() for example in lesson.examples}


@pytest.mark.parametrize("name", [name for name in QUESTION_SETS if present(name)])
def test_no_example_is_a_question_of_a_set(name: str, examples: set[str]) -> None:
    asked = {" ".join(tokens(item.question)): item.id for item in items(name)}
    assert [asked[question] for question in asked.keys() & examples] == []


@pytest.mark.parametrize("name", [name for name in QUESTION_SETS if present(name)])
def test_sets_have_evidence_where_and_only_where_they_are_answerable(name: str) -> None:
    for item in items(name):
        assert item.answerable == bool(item.evidence), item.id


def test_evidence_is_found_inside_a_quote_whatever_the_white_space() -> None:
    assert shows_evidence(ASKED[0], ("Other.", "The tower is white.  It was\nbuilt by Ada Finch! A storm."))
    assert not shows_evidence(ASKED[0], ("It was built by Ada.",))
    assert not shows_evidence(ASKED[0], ())


def test_a_tally_counts_each_outcome_once() -> None:
    shown = {"who built the tower": Shown("sure", (TEXT,)), "what broke the lamp": Shown("sure", ("It is white.",))}
    result = tally(ASKED, lambda question: shown.get(question, NOTHING))
    assert result.outcomes == {"right_sure": 1, "wrong": 1, "rightly_unanswered": 1}
    assert (result.asked, result.by_closest) == (3, 0.0)
    assert result.score == pytest.approx(2 / 3)
    assert [found for _, found, _ in result.misses] == ["wrong"]
    assert result.worst_kinds() == "fact 1/1"


def test_silence_and_sure_answers_out_of_turn_are_misses_too() -> None:
    sure = Shown("sure", ("The tower is white.",))
    result = tally(ASKED, lambda question: sure if "moon" in question else NOTHING)
    assert result.outcomes == {"silent": 2, "false_sure": 1}
    assert result.score == 0.0
    assert "false sure   1" in result.line()


def test_a_closest_passage_answers_or_does_no_harm() -> None:
    result = tally(ASKED, lambda _: Shown("closest", ("It was built by Ada Finch!",)))
    assert result.outcomes == {"right_closest": 1, "silent": 1, "rightly_unanswered": 1}
    assert [result.score, result.by_closest] == pytest.approx([2 / 3, 1.0])


def test_an_empty_tally_scores_nothing() -> None:
    assert Tally().score == 0.0


def test_the_baseline_finds_the_sentence_with_the_words() -> None:
    search = Search(sentences(TEXT))
    best = search.best("who built it?")
    assert best is not None
    assert best[1] == "It was built by Ada Finch!"
    assert search.best("?!") is None
    assert best_tally(ASKED, search).score == pytest.approx(2 / 3)
    search.close()


def test_sentences_end_at_their_stops() -> None:
    assert sentences(TEXT) == ["The tower is white.", "It was built by Ada Finch!", "A storm broke the lamp."]


def test_each_voice_is_left_out_once_and_wholly() -> None:
    examples = tuple(Example(f"text {at}", "a" if at % 2 else None, f"voice {at % 5}") for at in range(20))
    folds = list(parts(Lesson((), examples, ()), 3))
    assert sorted(voice for voices, _, _ in folds for voice in voices) == [f"voice {at}" for at in range(5)]
    for voices, taught, left_out in folds:
        assert {example.voice for example in left_out} == set(voices)
        assert not {example.voice for example in taught.examples} & set(voices)
        assert len(taught.examples) + len(left_out) == len(examples)
    assert all(first[2] != second[2] for first, second in pairwise(folds))

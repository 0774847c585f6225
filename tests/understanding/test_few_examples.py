"""What an engine makes of few examples, of none, and of what has nothing to do with its lesson."""

import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.announcement.loading import load
from bot.seeding import CLAIMS, FACTS, lessons
from bot.understanding import Engine, Example, Lesson, general, learn
from bot.understanding.engine import FIRM
from bot.understanding.features import GIVEN, gives
from bot.understanding.reading import tokens
from bot.understanding.second_look import lacking
from bot.understanding.training import LEAST_STRICT, STRICTEST, Origin, _gathered, _strictness, _twisted
from tests.support.seeded import NIGHT_TRAIN, SECOND
from tests.understanding.lessons import ANSWERABLES, lesson

PLAIN = (("who is the keeper", "keeper"), ("what colour is the tower", "colour"), ("why did the lamp break", "storm"))
UNTAUGHT = Engine.load(
    learn(Lesson(ANSWERABLES, tuple(Example(text, label, "plain") for text, label in PLAIN), concepts=()))
)
TAUGHT = Engine.load(learn(lesson()))
OFF_TOPIC = [
    "pizza is good",
    "which planet is the warmest",
    "how do i get over my ex",
    "cheese is made of milk",
    "he never calls me back",
    "who won the match",
    "is it lunch time",
    "good films to see",
    "my cousin has a boat",
    "red is a nice colour",
    "when is my birthday",
    "lamp",
]


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("who keeps the light", "keeper"),
        ("how far can it be seen", "seen"),
        ("was there a storm in march", "storm"),
        ("which colours is it painted", "colour"),
    ],
)
def test_without_examples_a_fact_is_found_by_its_answer_and_its_quotes(text: str, label: str) -> None:
    found = UNTAUGHT.understand(text)
    assert found.best is not None
    assert {found.best, *found.nearest} & {label, "since" if label == "keeper" else label}


@pytest.mark.parametrize("engine", [UNTAUGHT, TAUGHT], ids=["untaught", "taught"])
@pytest.mark.parametrize("text", OFF_TOPIC)
def test_what_is_off_the_topic_is_never_answered_surely(engine: Engine, text: str) -> None:
    assert engine.understand(text).score < FIRM


@given(st.sampled_from(general.texts()))
@settings(max_examples=150, deadline=None)
def test_no_text_about_other_matters_is_answered_surely(text: str) -> None:
    assert TAUGHT.understand(text).score < FIRM


def test_facts_alone_can_be_learnt_and_nothing_is_sure_then() -> None:
    engine = Engine.load(learn(Lesson(ANSWERABLES, (), ())))
    assert engine.understand("a storm broke the lamp in march").score < FIRM


@pytest.mark.parametrize("count", [1, 4])
def test_any_small_number_of_facts_can_be_learnt(count: int) -> None:
    chosen = ANSWERABLES[:count]
    asked = tuple(Example(f"question about {each.label}", each.label) for each in chosen)
    engine = Engine.load(learn(Lesson(chosen, asked, ())))
    assert engine.understand("who won the match").score < FIRM


def test_what_is_learnt_does_not_depend_on_the_names_of_files() -> None:
    announcement = load(SECOND)
    renamed = msgspec.structs.replace(
        announcement,
        phrasings=tuple(
            msgspec.structs.replace(voice, voice=f"{voice.voice.split('/')[0]}/same")
            for voice in announcement.phrasings
        ),
    )
    for name in (FACTS, CLAIMS):
        before, after = lessons(announcement)[name], lessons(renamed)[name]
        assert sorted((e.text, e.label or "") for e in before.examples) == sorted(
            (e.text, e.label or "") for e in after.examples
        )


def test_claims_hear_what_nothing_answers_whoever_says_it() -> None:
    heard = {example.text for example in lessons(load(SECOND))[CLAIMS].examples if example.label is None}
    assert {"pigs can fly", "is there parking"} <= heard


def test_an_english_word_is_never_taken_for_a_slip_of_an_example_s() -> None:
    said = ("cast fixed that kids lamp land staircase", "hello")
    taught = Lesson(ANSWERABLES, (Example(said[0], "storm", "only"), Example(said[1], None, "only")), ())
    engine = Engine.load(learn(taught))
    assert [word for word in ("cash", "fired", "what", "kiss", "lane") if not engine.is_spelt(word)] == []
    assert not engine.is_spelt("staircsae")


@pytest.mark.parametrize(
    ("text", "given"),
    [
        ("On Saturday.", (True, False)),
        ("Four thousand.", (True, True)),
        ("In 1912.", (True, True)),
        ("Nothing.", (False, True)),
        ("The mayor.", (False, False)),
        ("", (False, False)),
    ],
)
def test_which_types_of_answer_a_text_can_give(text: str, given: tuple[bool, bool]) -> None:
    assert gives(text) == given


def test_what_only_the_quotes_give_is_half_lacking() -> None:
    answers = [("The mayor.", ("The mayor came.",)), ("The mayor.", ("The mayor came in May.",)), ("In May.", ())]
    assert lacking(answers)[:, GIVEN.index("when")].tolist() == [1.0, 0.5, 0.0]
    assert lacking([]).shape == (0, len(GIVEN))


def test_the_word_of_an_announcement_goes_before_the_general_one() -> None:
    forms = dict(general.concepts([("seat", ("prices", "the cost"))]))["~cost"]
    assert "prices" not in forms
    assert "price" not in forms  # its stem is the announcement's
    assert "expensive" in forms


def test_the_general_lists_are_in_form() -> None:
    texts = general.texts()
    assert len(texts) == len(set(texts)) > 500
    assert all(tokens(text) for text in texts)
    concepts = general.concepts([])
    assert len({name for name, _ in concepts}) == len(concepts) > 150
    assert all(form == form.strip() and tokens(form) for _, forms in concepts for form in forms)


def test_an_example_is_twisted_into_what_its_label_never_says() -> None:
    taught = lesson()
    labels = sorted(each.label for each in taught.answerables)
    place: dict[str | None, int] = {label: at for at, label in enumerate((*labels, None))}
    said = _gathered(taught, taught.examples, place, told=True)
    twisted = list(_twisted(said, 0))
    assert twisted == list(_twisted(said, 0))
    assert len(twisted) > len(said) // 30
    for each in twisted:
        assert each.origin == Origin.TWISTED
        assert said[each.source].origin == Origin.ASKED
        assert each.words != said[each.source].words


@given(st.lists(st.floats(0, 1, width=32), max_size=60))
def test_of_its_own_mistakes_a_judge_lets_few_seem_sure(mistakes: list[float]) -> None:
    strictness = float(_strictness(mistakes)[0])
    assert LEAST_STRICT <= strictness <= STRICTEST
    if LEAST_STRICT < strictness < STRICTEST:
        odds = np.log(
            np.asarray([m for m in mistakes if 0 < m < 1]) / (1 - np.asarray([m for m in mistakes if 0 < m < 1]))
        )
        assert (odds - strictness > np.log(FIRM / (1 - FIRM)) + 1e-3).sum() <= 0.03 * len(mistakes) + 1e-9


def test_claims_teach_the_facts_that_they_name() -> None:
    taught = lessons(load(NIGHT_TRAIN))
    told = {kind: {each.label: each.told for each in taught[kind].answerables} for kind in (FACTS, CLAIMS)}
    assert {"Dogs aren't allowed on the train.", "no dogs on board", "are dogs forbidden"} <= {*told[FACTS]["dogs"]}
    assert told[FACTS]["candles"] == ()
    assert told[CLAIMS]["no-dogs"] == ("They travel free, in carriage seven, on the floor.",)


def test_the_judge_is_the_stricter_the_less_it_was_tried() -> None:
    slight = [0.1] * 20
    assert float(_strictness(slight)[0]) > float(_strictness(slight * 5)[0]) > float(_strictness(slight * 20)[0])

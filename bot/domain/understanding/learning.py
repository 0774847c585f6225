"""Learning: from a lesson to the bytes of an engine. Deterministic: equal lessons and seeds give equal bytes.

The first look is learnt twice: once without a third of the voices, so that the judge of the second look can be
taught, on those voices' questions, how far the first look is to be believed by people it has never heard; then
from everything.
"""

from collections import Counter, defaultdict
from collections.abc import Sequence
from typing import Any, Final

import msgspec
import numpy as np
import numpy.typing as npt

from bot.domain.understanding import blob as blobs
from bot.domain.understanding.clues import SecondLook
from bot.domain.understanding.engine import Header, Scales
from bot.domain.understanding.evidence import backing
from bot.domain.understanding.features import Reader, Reading, named
from bot.domain.understanding.judge import learn_judges
from bot.domain.understanding.lexicon import Lexicon
from bot.domain.understanding.linear import Floats, learn_linear, sparse
from bot.domain.understanding.memory import Memory, remember
from bot.domain.understanding.normal import tokens
from bot.domain.understanding.spelling import Speller
from bot.domain.understanding.types import Example, Lesson
from bot.domain.understanding.vocabulary import Vocabulary

# A word of the examples is taken for a word, and not for a slip, if it occurs this often and in two voices.
OFTEN_ENOUGH: Final = 3
# Held-back examples that teach the judge, at most: more teach it nothing, and take time.
LESSONS: Final = 6_000
# Every so many-th voice is held back to teach the judge.
HELD_BACK: Final = 3
# A label that shows at least this much of what the right one shows is right too.
RIGHT_FROM: Final = 0.5
# Believed chance from which an answer is given; see docs/decisions/understanding.md.
SURE_FROM: Final = 0.3

Arrays = dict[str, npt.NDArray[Any]]


class _Text(msgspec.Struct, frozen=True):
    """An example as the models see it."""

    reading: Reading
    names: tuple[str, ...]
    target: int


def known_words(lesson: Lesson) -> dict[str, int]:
    """Return the words that are no slips, with how often the examples use them."""
    counts: Counter[str] = Counter()
    voices: defaultdict[str, set[str]] = defaultdict(set)
    for example in lesson.examples:
        for word in tokens(example.text):
            counts[word] += 1
            voices[word].add(example.voice)
    official = {
        word
        for answerable in lesson.answerables
        for text in (answerable.answer, *answerable.quotes)
        for word in tokens(text)
    } | {word for _, forms in lesson.concepts for form in forms for word in tokens(form)}
    usual = {word for word, count in counts.items() if count >= OFTEN_ENOUGH and len(voices[word]) > 1}
    return {word: counts[word] + 1 for word in sorted(official | usual)}


def quantised(weights: Floats) -> tuple[npt.NDArray[np.int8], Floats]:
    """Return the weights (rows, columns) as whole numbers of a step per column, and the steps."""
    step = np.maximum(np.abs(weights).max(axis=0, initial=0.0), 1e-6) / np.float32(127)
    return np.rint(weights / step).astype(np.int8), step.astype(np.float32)


def held_back(examples: Sequence[Example]) -> npt.NDArray[np.bool_]:
    """Return which examples teach the judge: a third of the voices of those that ask, and of the others.

    Of people who are too few to leave one out, every so many-th example.
    """
    asking = {example.voice for example in examples if example.label is not None}
    back = np.zeros(len(examples), np.bool_)
    for group in (asking, {example.voice for example in examples} - asking):
        theirs = [at for at, example in enumerate(examples) if example.voice in group]
        if len(group) < HELD_BACK:
            back[theirs[::HELD_BACK]] = True
        else:
            chosen = set(sorted(group)[::HELD_BACK])
            back[[at for at in theirs if examples[at].voice in chosen]] = True
    return back


def _first_look(texts: Sequence[_Text], classes: int, seed: int) -> tuple[Vocabulary, Arrays]:
    vocabulary = Vocabulary.of([text.names for text in texts])
    rows = [vocabulary.row(text.names) for text in texts]
    targets = np.asarray([text.target for text in texts], np.int32)
    matrix = sparse(rows, len(vocabulary))
    arrays: Arrays = {"idf": vocabulary.weights} | remember(rows, targets, classes, vocabulary)
    outside = (targets == classes - 1).astype(np.int32)
    for name, wanted, width in (("linear", targets, classes), ("gate", outside, 2)):
        weights, arrays[f"{name}_bias"] = learn_linear(matrix, wanted, width, seed)
        arrays[name], arrays[f"{name}_step"] = quantised(weights)
    return vocabulary, arrays


def _taught_judge(known: Sequence[_Text], new: Sequence[_Text], shown: Floats, seed: int) -> Arrays:
    classes = len(shown) + 1
    vocabulary, arrays = _first_look(known, classes, seed)
    first, gate = Scales(arrays, "linear"), Scales(arrays, "gate")
    second = SecondLook(Memory(arrays), vocabulary, shown)
    right_for = np.vstack([shown.T, np.zeros((1, len(shown)), np.float32)])
    seen, right = [], []
    for text in new[:: -(-len(new) // LESSONS)]:
        row = vocabulary.row(text.names)
        labels, clues = second.clues(text.reading, row, first.chances(row), float(gate.chances(row)[1]))
        seen.append(clues)
        right.append(right_for[text.target, labels] >= RIGHT_FROM)
    return learn_judges(np.concatenate(seen), np.concatenate(right), seed)


def learn(lesson: Lesson, *, seed: int = 0) -> bytes:
    """Return the blob of an engine that has learnt the lesson. ValueError for an example with an unknown label."""
    labels = tuple(sorted(answerable.label for answerable in lesson.answerables))
    place: dict[str | None, int] = {label: at for at, label in enumerate(labels)} | {None: len(labels)}
    examples = sorted(lesson.examples, key=lambda example: (example.text, example.label or "", example.voice))
    unknown = {example.label for example in examples} - place.keys()
    if unknown:
        raise ValueError(f"examples for labels that nothing answers: {sorted(map(str, unknown))}")
    if not examples or not labels:
        return blobs.pack(Header((), (), {}, (), 1.0), {})
    words = known_words(lesson)
    reader = Reader(Lexicon(lesson.concepts), Speller(words))
    readings = [reader.read(example.text) for example in examples]
    texts = [
        _Text(reading, tuple(named(reading)), place[example.label])
        for reading, example in zip(readings, examples, strict=True)
    ]
    by_label = {answerable.label: answerable.quotes for answerable in lesson.answerables}
    shown = backing([by_label[label] for label in labels])
    back = held_back(examples)
    known = [text for text, held in zip(texts, back, strict=True) if not held]
    new = [text for text, held in zip(texts, back, strict=True) if held]
    judge = _taught_judge(known or texts, new or texts, shown, seed)
    vocabulary, arrays = _first_look(texts, len(place), seed)
    header = Header(labels, lesson.concepts, words, vocabulary.names, SURE_FROM)
    return blobs.pack(header, {**arrays, **judge, "backing": shown})

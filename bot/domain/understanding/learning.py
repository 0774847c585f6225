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
from bot.domain.understanding.corpus import Corpus
from bot.domain.understanding.engine import Header, Scales
from bot.domain.understanding.evidence import backing
from bot.domain.understanding.features import Reader, Reading, named
from bot.domain.understanding.judge import learn_judges
from bot.domain.understanding.lexicon import Lexicon
from bot.domain.understanding.linear import SEEN, learn_linear, sparse
from bot.domain.understanding.memory import Memory, remember
from bot.domain.understanding.normal import tokens
from bot.domain.understanding.spelling import Speller
from bot.domain.understanding.types import Example, Lesson
from bot.domain.understanding.vocabulary import Floats, Ints, Vocabulary

# A word of the examples is taken for a word, and not for a slip, if it occurs this often and in two voices.
OFTEN_ENOUGH: Final = 3
# Held-back examples that teach the judge, at most: more teach it nothing, and take time.
LESSONS: Final = 6_000
# Rows seen by the first look that only teaches the judge.
SEEN_TO_TEACH: Final = 200_000
# Every so many-th voice is held back to teach the judge.
HELD_BACK: Final = 3
# A label that shows at least this much of what the right one shows is right too.
RIGHT_FROM: Final = 0.5
# Believed chance from which an answer is given; see docs/decisions/understanding.md.
SURE_FROM: Final = 0.25

Arrays = dict[str, npt.NDArray[Any]]


class _Texts(msgspec.Struct, frozen=True):
    """Examples as the models see them."""

    readings: Sequence[Reading]
    corpus: Corpus
    targets: Ints

    def part(self, chosen: npt.NDArray[np.intp]) -> "_Texts":
        """Return some of the examples."""
        return _Texts([self.readings[at] for at in chosen], self.corpus.part(chosen), self.targets[chosen])


def known_words(lesson: Lesson, folded: Sequence[Sequence[str]]) -> dict[str, int]:
    """Return the words that are no slips, with how often the examples, folded to their words, use them."""
    counts: Counter[str] = Counter()
    voices: defaultdict[str, set[str]] = defaultdict(set)
    for example, said in zip(lesson.examples, folded, strict=True):
        counts.update(said)
        for word in said:
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


def _first_look(texts: _Texts, classes: int, seed: int, seen: int = SEEN) -> tuple[Vocabulary, Arrays]:
    vocabulary = texts.corpus.vocabulary()
    rows = texts.corpus.rows(vocabulary)
    matrix = sparse(rows, len(vocabulary))
    arrays: Arrays = {"idf": vocabulary.weights} | remember(rows, texts.targets, classes, len(vocabulary))
    outside = (texts.targets == classes - 1).astype(np.int32)
    learnt = learn_linear(matrix, ((texts.targets, classes), (outside, 2)), seed, seen)
    for name, (weights, bias) in zip(("linear", "gate"), learnt, strict=True):
        arrays[f"{name}_bias"] = bias
        arrays[name], arrays[f"{name}_step"] = quantised(weights)
    return vocabulary, arrays


def _taught_judge(known: _Texts, new: _Texts, shown: Floats, seed: int) -> Arrays:
    classes = len(shown) + 1
    vocabulary, arrays = _first_look(known, classes, seed, SEEN_TO_TEACH)
    first, gate = Scales(arrays, "linear"), Scales(arrays, "gate")
    second = SecondLook(Memory(arrays), vocabulary, shown)
    right_for = np.vstack([shown.T, np.zeros((1, len(shown)), np.float32)])
    rows = new.corpus.rows(vocabulary)
    seen, right = [], []
    for at in range(0, len(rows), -(-len(rows) // LESSONS)):
        row = rows.row(at)
        labels, clues = second.clues(new.readings[at], row, first.chances(row), float(gate.chances(row)[1]))
        seen.append(clues)
        right.append(right_for[new.targets[at], labels] >= RIGHT_FROM)
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
    folded = [tokens(example.text) for example in examples]
    words = known_words(msgspec.structs.replace(lesson, examples=tuple(examples)), folded)
    reader = Reader(Lexicon(lesson.concepts), Speller(words))
    readings = [reader.read_words(said) for said in folded]
    targets = np.asarray([place[example.label] for example in examples], np.int32)
    texts = _Texts(readings, Corpus.of(map(named, readings)), targets)
    by_label = {answerable.label: answerable.quotes for answerable in lesson.answerables}
    shown = backing([by_label[label] for label in labels])
    back = held_back(examples)
    known, new = (texts.part(np.flatnonzero(chosen)) if chosen.any() else texts for chosen in (~back, back))
    judge = _taught_judge(known, new, shown, seed)
    vocabulary, arrays = _first_look(texts, len(place), seed)
    header = Header(labels, lesson.concepts, words, vocabulary.names, SURE_FROM)
    return blobs.pack(header, {**arrays, **judge, "backing": shown})

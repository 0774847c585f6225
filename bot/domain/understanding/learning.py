"""Learning: from a lesson to the bytes of an engine. Deterministic: equal lessons and seeds give equal bytes."""

from collections import Counter, defaultdict
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from bot.domain.understanding import blob as blobs
from bot.domain.understanding.engine import Header
from bot.domain.understanding.evidence import backing
from bot.domain.understanding.features import Reader, named
from bot.domain.understanding.lexicon import Lexicon
from bot.domain.understanding.linear import Floats, learn_linear, sparse
from bot.domain.understanding.network import WIDTH, learn_network, projection
from bot.domain.understanding.normal import tokens
from bot.domain.understanding.spelling import Speller
from bot.domain.understanding.types import Lesson
from bot.domain.understanding.vocabulary import Vocabulary

# A word of the examples is taken for a word, and not for a slip, if it occurs this often and in two voices.
OFTEN_ENOUGH: Final = 3
SURE_FROM: Final = 0.4


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


def learn(lesson: Lesson, *, seed: int = 0) -> bytes:
    """Return the blob of an engine that has learnt the lesson. ValueError for an example with an unknown label."""
    labels = tuple(sorted(answerable.label for answerable in lesson.answerables))
    place: dict[str | None, int] = {label: at for at, label in enumerate(labels)} | {None: len(labels)}
    examples = sorted(lesson.examples, key=lambda example: (example.text, example.label or "", example.voice))
    unknown = {example.label for example in examples} - place.keys()
    if unknown:
        raise ValueError(f"examples for labels that nothing answers: {sorted(map(str, unknown))}")
    words = known_words(lesson)
    if not examples or not labels:
        return blobs.pack(Header((), (), {}, (), 1.0), {"idf": np.zeros(0, np.float32), "backing": backing([])})
    reader = Reader(Lexicon(lesson.concepts), Speller(words))
    texts = [list(named(reader.read(example.text))) for example in examples]
    targets = np.asarray([place[example.label] for example in examples], np.int32)
    vocabulary = Vocabulary.of(texts)
    matrix = sparse([vocabulary.row(names) for names in texts], len(vocabulary))
    weights, bias = learn_linear(matrix, targets, len(place), seed)
    projected = projection(matrix, WIDTH, seed)
    layers = learn_network(np.asarray(matrix @ projected, np.float32), targets, len(place), seed)
    by_label = {answerable.label: answerable.quotes for answerable in lesson.answerables}
    arrays: dict[str, npt.NDArray[Any]] = {
        "idf": vocabulary.weights,
        "backing": backing([by_label[label] for label in labels]),
        "linear_bias": bias,
        **{f"layer_{at}": layer.astype(np.float16) for at, layer in enumerate(layers)},
    }
    arrays["linear"], arrays["linear_step"] = quantised(weights)
    arrays["projection"], arrays["projection_step"] = quantised(projected)
    header = Header(labels, lesson.concepts, words, vocabulary.names, SURE_FROM)
    return blobs.pack(header, arrays)

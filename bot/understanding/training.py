"""Learning: from a lesson to the bytes of an engine. Deterministic: equal lessons and seeds give equal bytes.

The first look is learnt twice: once without a third of the voices, so that the judge of the second look can be
taught, on those voices' questions, how far the first look is to be believed by people it has never heard; then
from everything.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING, Final

import msgspec
import numpy as np
import numpy.typing as npt

from bot.fuzzy import Speller
from bot.understanding.classifier import SEEN, Arrays, FirstLook, Head, learn_linear, quantised, sparse
from bot.understanding.engine import Example, Header, Lesson, pack_model
from bot.understanding.features import Corpus, Floats, Ints, Reader, Reading, Rows, Vocabulary, named, runs
from bot.understanding.reading import Lexicon, tokens
from bot.understanding.second_look import Memory, SecondLook, backing, learn_judges, remember

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

# A word of the examples is taken for a word, and not for a slip, if it occurs this often and in two voices.
OFTEN_ENOUGH: Final = 3
# Held-back examples that teach the judge, at most: more teach it nothing, and take time.
LESSONS: Final = 5_000
# Rows seen by the first look that only teaches the judge.
SEEN_TO_TEACH: Final = 100_000
# Of as many rows the model of letters sees this part: more make it slower and hardly better.
LETTERS_SEEN: Final = 0.5
# Every so many-th voice is held back to teach the judge.
HELD_BACK: Final = 3
# A label that shows at least this much of what the right one shows is right too.
RIGHT_FROM: Final = 0.5
# Believed chance from which an answer is given; see docs/decisions/understanding.md.
SURE_FROM: Final = 0.4


class _Texts(msgspec.Struct, frozen=True):
    """Examples as the models see them."""

    readings: Sequence[Reading]
    corpus: Corpus
    letters: Corpus
    targets: Ints

    def part(self, chosen: npt.NDArray[np.intp]) -> _Texts:
        """Return some of the examples."""
        readings = [self.readings[at] for at in chosen]
        return _Texts(readings, self.corpus.part(chosen), self.letters.part(chosen), self.targets[chosen])


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


def held_back(examples: Sequence[Example]) -> npt.NDArray[np.bool_]:
    """Return which examples teach the judge: a third of the people who ask both what is answered and what is not.

    They show how often either is asked. Where they are too few to leave one out, a third of those that ask teaches
    it, and of the others; where these are too few as well, every so many-th of their examples.
    """
    asking = {example.person for example in examples if example.label is not None}
    others = {example.person for example in examples if example.label is None}
    both = asking & others
    back = np.zeros(len(examples), np.bool_)
    for group in [both] if len(both) >= HELD_BACK else [asking, others - asking]:
        chosen = set(sorted(group)[::HELD_BACK])
        theirs = [at for at, example in enumerate(examples) if example.person in group]
        back[
            theirs[::HELD_BACK] if len(group) < HELD_BACK else [at for at in theirs if examples[at].person in chosen]
        ] = True
    return back


def _learnt(corpus: Corpus, heads: Mapping[str, Head], seed: int, seen: int) -> tuple[Vocabulary, Rows, Arrays]:
    vocabulary = corpus.vocabulary()
    rows = corpus.rows(vocabulary)
    arrays: Arrays = {}
    learnt = learn_linear(sparse(rows, len(vocabulary)), tuple(heads.values()), seed, seen)
    for name, (weights, bias) in zip(heads, learnt, strict=True):
        arrays[f"{name}_bias"] = bias
        arrays[name], arrays[f"{name}_step"] = quantised(weights)
    return vocabulary, rows, arrays


def _first_look(texts: _Texts, classes: int, seed: int, seen: int = SEEN) -> tuple[Vocabulary, Vocabulary, Arrays]:
    outside = (texts.targets == classes - 1).astype(np.int32)
    heads = {"linear": (texts.targets, classes), "gate": (outside, 2)}
    words, rows, arrays = _learnt(texts.corpus, heads, seed, seen)
    letters, _, by_letters = _learnt(
        texts.letters, {"letters": (texts.targets, classes)}, seed, int(seen * LETTERS_SEEN)
    )
    arrays |= by_letters | remember(rows, texts.targets, classes, len(words))
    return words, letters, arrays | {"idf": words.weights, "letters_idf": letters.weights}


def _taught_judge(known: _Texts, new: _Texts, shown: Floats, seed: int) -> Arrays:
    words, letters, arrays = _first_look(known, len(shown) + 1, seed, SEEN_TO_TEACH)
    first = FirstLook(arrays, words, letters)
    second = SecondLook(Memory(arrays), words, shown)
    right_for = np.vstack([shown.T, np.zeros((1, len(shown)), np.float32)])
    seen, right = [], []
    for at in range(0, len(new.readings), -(-len(new.readings) // LESSONS)):
        reading = new.readings[at]
        row = first.row(reading)
        labels, clues, _ = second.clues(reading, row, *first.chances(reading, row))
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
        return pack_model(Header((), (), {}, (), (), 1.0), {})
    folded = [tokens(example.text) for example in examples]
    words = known_words(msgspec.structs.replace(lesson, examples=tuple(examples)), folded)
    reader = Reader(Lexicon(lesson.concepts), Speller(words))
    readings = [reader.read_words(said) for said in folded]
    targets = np.asarray([place[example.label] for example in examples], np.int32)
    texts = _Texts(readings, Corpus.of(map(named, readings)), Corpus.of(map(runs, readings)), targets)
    by_label = {answerable.label: answerable.quotes for answerable in lesson.answerables}
    shown = backing([by_label[label] for label in labels])
    back = held_back(examples)
    known, new = (texts.part(np.flatnonzero(chosen)) if chosen.any() else texts for chosen in (~back, back))
    judge = _taught_judge(known, new, shown, seed)
    features, letters, arrays = _first_look(texts, len(place), seed)
    header = Header(labels, lesson.concepts, words, features.names, letters.names, SURE_FROM)
    return pack_model(header, {**arrays, **judge, "backing": shown})

"""Learning: from a lesson to the bytes of an engine. Deterministic: equal lessons and seeds give equal bytes.

Besides its examples a lesson has the texts about other matters that come with the program; and where its examples are
few, what its answers and their quotes say.

The first look is learnt more than once: without some of the examples, so that the judge of the second look can be
taught, on these, how far the first look is to be believed by people it has never heard; then from everything. Of many
examples a third of the voices is left out, once. Where they are few, some are left out again and again, and with them
all that is known of some labels, so that the judge also meets questions that are close to the matter and not answered.
"""

from __future__ import annotations

import enum
from collections import Counter, defaultdict
from typing import TYPE_CHECKING, Final

import msgspec
import numpy as np
import numpy.typing as npt

from bot.fuzzy import Speller, is_english
from bot.text import sentences
from bot.understanding import general
from bot.understanding.classifier import SEEN, Arrays, FirstLook, Head, learn_linear, quantised, sparse
from bot.understanding.engine import FIRM, Example, Header, Lesson, pack_model
from bot.understanding.features import (
    Corpus,
    Floats,
    Ints,
    Reader,
    Reading,
    Rows,
    Vocabulary,
    kind_of,
    named,
    runs,
)
from bot.understanding.reading import AMOUNTS, STOP, WH, Lexicon, stem, tokens
from bot.understanding.second_look import Judges, Memory, SecondLook, backing, lacking, learn_judges, logit, remember

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

# A word of the examples is taken for a word, and not for a slip, if it is English, or occurs this often and in two
# voices.
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
# Believed chance from which the engine is not unsure; see docs/decisions/understanding.md.
ANSWER_FROM: Final = 0.4

# With fewer examples than this the judge is taught again and again, and everyday English helps to understand.
MANY: Final = 8_000
ROUNDS: Final = 8
# How much of the work is done when all texts are read, and when the judge has learnt.
READ: Final = 0.35
JUDGED: Final = 0.75
# Each round all that is known of one label in so many is left out,
LABELS_LEFT_OUT: Final = 4
# and of the other labels this part of the examples: more of a label that has hardly any.
LEFT_OUT: Final = 0.34
LEFT_OUT_OF_FEW: Final = 0.5
_FEW: Final = 2
# Of the questions about what was left out, and of the twisted ones, this part teaches the judge, and for each of all
# these so many of the texts about other matters, but never fewer than this.
TAUGHT: Final = 0.5
OF_OTHER_MATTERS: Final = 0.5
_FEWEST_OTHERS: Final = 30
# Of what has no answer, or not the one that the judge would give, no more than this part may seem sure.
FALSE_AT_MOST: Final = 0.03
# By how much the log odds of the judge's belief may be lowered or raised to keep to that.
STRICTEST, LEAST_STRICT = 1.5, -2.0
# Texts on which the judge must have been tried before it may be as little strict as that.
ENOUGH_TRIED: Final = 200


class Origin(enum.IntEnum):
    """Where a text that is learnt from comes from."""

    ASKED = 0  # an example of what is answered
    ELSEWHERE = 1  # an example of what is not
    TOLD = 2  # an answer, a sentence of its quotes, or what else puts the same: nobody asks so
    GENERAL = 3  # a text about other matters, which comes with the program
    TWISTED = 4  # an example turned into a question that nothing answers; it teaches the judge alone


class _Said(msgspec.Struct, frozen=True):
    """A text that is learnt from, folded to its words; `source` is the place of the one that it was made from."""

    words: list[str]
    target: int
    origin: Origin
    source: int


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
    usual = {
        word for word, count in counts.items() if (count >= OFTEN_ENOUGH and len(voices[word]) > 1) or is_english(word)
    }
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


class _Taught:
    """What the judge is taught: the clues about labels, and whether each would have been right."""

    def __init__(self, shown: Floats, lacks: Floats) -> None:
        self._shown, self._lacks = shown, lacks
        self._right_for = np.vstack([shown.T, np.zeros((1, len(shown)), np.float32)])
        self._clues: list[Floats] = []
        self._right: list[npt.NDArray[np.bool_]] = []

    def by(self, known: _Texts, new: _Texts, seed: int) -> None:
        """Add what a first look that only knows some texts makes of others; of labels it does not know, nothing."""
        words, letters, arrays = _first_look(known, len(self._right_for), seed, SEEN_TO_TEACH)
        first, second = FirstLook(arrays, words, letters), SecondLook(Memory(arrays), words, self._shown, self._lacks)
        heard = np.isin(np.arange(len(self._shown)), known.targets)
        for reading, target in zip(new.readings, new.targets, strict=True):
            row = first.row(reading)
            labels, clues, _ = second.clues(reading, row, *first.chances(reading, row))
            kept = heard[labels]
            self._clues.append(clues[kept])
            self._right.append(self._right_for[target, labels[kept]] >= RIGHT_FROM)

    @property
    def texts(self) -> int:
        """How many texts were added."""
        return len(self._clues)

    def judge(self, seed: int, chosen: Sequence[int] | None = None) -> Arrays:
        """Return the judge of all texts, or of some."""
        at = range(self.texts) if chosen is None else chosen
        return learn_judges(
            np.concatenate([self._clues[text] for text in at]), np.concatenate([self._right[text] for text in at]), seed
        )

    def mistaken(self, judge: Arrays, text: int) -> float:
        """Return how far a judge believes in what is wrong for a text; 0 where what it believes in most is right."""
        if not len(self._clues[text]):
            return 0.0
        chances = Judges(judge).chances(self._clues[text])
        best = int(chances.argmax())
        return 0.0 if self._right[text][best] else float(chances[best])


def _by_voices(texts: _Texts, back: npt.NDArray[np.bool_], taught: _Taught, seed: int) -> Arrays:
    """Return the judge that some voices teach, of those held `back`."""
    known, new = (texts.part(np.flatnonzero(chosen)) if chosen.any() else texts for chosen in (~back, back))
    lessons = np.arange(0, len(new.readings), -(-len(new.readings) // LESSONS))
    taught.by(known, new.part(lessons), seed)
    return taught.judge(seed)


def _by_rounds(texts: _Texts, said: Sequence[_Said], taught: _Taught, labels: int, seed: int) -> Arrays:
    """Return the judge that few examples teach, in rounds, and that is as strict as its own mistakes ask for.

    What it would be mistaken about is told by two judges, each on the rounds that the other was taught by.
    """
    chance = np.random.default_rng(seed)
    origins = np.asarray([each.origin for each in said], np.int8)
    sources = np.asarray([each.source for each in said])
    asked = np.isin(origins, (Origin.ASKED, Origin.ELSEWHERE, Origin.GENERAL))
    times = np.bincount(texts.targets[origins == Origin.ASKED], minlength=labels + 1)
    times[labels] = len(said)
    part = np.where(times <= _FEW, LEFT_OUT_OF_FEW, LEFT_OUT)[texts.targets]
    rounds, taught_by = [], []
    for at in range(ROUNDS):
        # Of two or three labels none can be spared.
        left_out = (chance.permutation(labels) % LABELS_LEFT_OUT == 0) & (labels >= LABELS_LEFT_OUT)
        gone = np.append(left_out, False)[texts.targets]
        held = asked & (chance.random(len(said)) < part)
        drawn = chance.random(len(said)) < TAUGHT
        twisted = (origins == Origin.TWISTED) & (held & ~gone)[sources] & drawn
        near = (held & ~gone & (origins != Origin.GENERAL)) | (gone & (origins == Origin.ASKED) & drawn) | twisted
        others = np.flatnonzero(held & (origins == Origin.GENERAL))
        others = chance.permutation(others)[: max(_FEWEST_OTHERS, int(near.sum() * OF_OTHER_MATTERS))]
        new = np.concatenate([np.flatnonzero(near), others])
        known = np.flatnonzero(~gone & ~held & (origins != Origin.TWISTED))
        taught.by(texts.part(known), texts.part(new), seed)
        rounds += [at] * len(new)
        taught_by += origins[new].tolist()
    halves = [[text for text, at in enumerate(rounds) if at % 2 == half] for half in (0, 1)]
    mistakes: list[float] = []
    for half, other in (halves, halves[::-1]):
        judge = taught.judge(seed, half)
        mistakes += (taught.mistaken(judge, text) for text in other if taught_by[text] != Origin.GENERAL)
    return taught.judge(seed) | {"judge_strictness": _strictness(mistakes)}


def _strictness(mistakes: list[float]) -> npt.NDArray[np.float32]:
    """Return what to take off the log odds, so that few enough of such mistakes seem sure."""
    made = sorted((belief for belief in mistakes if belief), reverse=True)
    if not made:
        return np.zeros(1, np.float32)
    least = made[int(FALSE_AT_MOST * len(made))]
    # Few texts tell little: the fewer the judge was tried on, the less may its beliefs be raised.
    share = min(len(mistakes) / ENOUGH_TRIED, 1.0)
    lowest = share * LEAST_STRICT + (1 - share) * STRICTEST / 2
    return np.asarray([min(max(logit(least) - logit(FIRM), lowest), STRICTEST)], np.float32)


# What asks for another type of answer in the place of a question's own question word.
_ASKING: Final = (("who",), ("when",), ("where",), ("why",), ("how", "many"))


def _twisted(said: Sequence[_Said], seed: int) -> Iterator[_Said]:
    """Yield examples turned into questions that nothing answers.

    They have a question word of a type that the label is never asked with, or in the place of a content word one that
    nothing of the label has.
    """
    chance = np.random.default_rng(seed)
    stems: defaultdict[int, set[str]] = defaultdict(set)
    kinds: defaultdict[int, set[str]] = defaultdict(set)
    for each in said:
        stems[each.target].update(map(stem, each.words))
        kinds[each.target].add(kind_of(each.words))
    examples = [each for each in said if each.origin in (Origin.ASKED, Origin.ELSEWHERE)]
    pool = sorted({word for each in examples for word in each.words if word not in STOP and word.isalpha()})
    for each in said:
        if each.origin != Origin.ASKED:
            continue
        words = each.words
        asking = next((at for at, word in enumerate(words) if word in WH), None)
        strange = [start for start in _ASKING if kind_of(start) not in kinds[each.target]]
        if asking is not None and strange and kind_of(words) != "yes-no":
            after = asking + 1 + (words[asking] == "how" and not AMOUNTS.isdisjoint(words[asking + 1 : asking + 2]))
            start = strange[chance.integers(len(strange))]
            yield _Said([*words[:asking], *start, *words[after:]], each.target, Origin.TWISTED, each.source)
        content = [at for at, word in enumerate(words) if word not in STOP]
        if len(content) > 1:
            word, at = pool[chance.integers(len(pool))], content[chance.integers(len(content))]
            if stem(word) not in stems[each.target]:
                yield _Said([*words[:at], word, *words[at + 1 :]], each.target, Origin.TWISTED, each.source)


def _gathered(
    lesson: Lesson, examples: Sequence[Example], place: Mapping[str | None, int], *, told: bool
) -> list[_Said]:
    """Return all that is learnt: the examples, perhaps what is told, and the texts about other matters."""
    telling = [
        (text, place[answerable.label])
        for answerable in sorted(lesson.answerables, key=lambda each: each.label)
        for text in dict.fromkeys(
            (answerable.answer, *answerable.told, *(part for text in answerable.quotes for part in sentences(text)))
        )
    ]
    texts = [
        *(
            (each.text, place[each.label], Origin.ELSEWHERE if each.label is None else Origin.ASKED)
            for each in examples
        ),
        *((text, target, Origin.TOLD) for text, target in telling if told),
        *((text, place[None], Origin.GENERAL) for text in general.texts()),
    ]
    return [_Said(tokens(text), target, origin, at) for at, (text, target, origin) in enumerate(texts)]


def learn(lesson: Lesson, *, seed: int = 0, progress: Callable[[float], None] = lambda _: None) -> bytes:
    """Return the blob of an engine that has learnt the lesson. ValueError for an example with an unknown label.

    `progress` is told now and then which share of the work is done, from 0 to 1.
    """
    labels = tuple(sorted(answerable.label for answerable in lesson.answerables))
    place: dict[str | None, int] = {label: at for at, label in enumerate(labels)} | {None: len(labels)}
    examples = sorted(lesson.examples, key=lambda example: (example.text, example.label or "", example.voice))
    unknown = {example.label for example in examples} - place.keys()
    if unknown:
        raise ValueError(f"examples for labels that nothing answers: {sorted(map(str, unknown))}")
    if not labels:
        return pack_model(Header((), (), {}, (), (), 1.0), {})
    few = len(examples) < MANY
    said = _gathered(lesson, examples, place, told=few)
    words = known_words(
        msgspec.structs.replace(lesson, examples=tuple(examples)), [each.words for each in said[: len(examples)]]
    )
    concepts = (*lesson.concepts, *(general.concepts(lesson.concepts) if few else ()))
    said += _twisted(said, seed) if few else ()
    reader = Reader(Lexicon(concepts), Speller(words))
    readings = []
    for at, each in enumerate(said):
        progress(READ * at / len(said))
        readings.append(reader.read_words(each.words))
    targets = np.asarray([len(labels) if each.origin == Origin.TWISTED else each.target for each in said], np.int32)
    texts = _Texts(readings, Corpus.of(map(named, readings)), Corpus.of(map(runs, readings)), targets)
    by_label = {answerable.label: answerable for answerable in lesson.answerables}
    shown = backing([by_label[label].quotes for label in labels])
    lacks = lacking([(by_label[label].answer, by_label[label].quotes) for label in labels])
    taught = _Taught(shown, lacks)
    if few:
        judge = _by_rounds(texts, said, taught, len(labels), seed)
        texts = texts.part(np.flatnonzero([each.origin != Origin.TWISTED for each in said]))
    else:
        back = np.zeros(len(said), np.bool_)
        back[: len(examples)] = held_back(examples)
        judge = _by_voices(texts, back, taught, seed)
    progress(JUDGED)
    features, letters, arrays = _first_look(texts, len(place), seed)
    header = Header(labels, concepts, words, features.names, letters.names, ANSWER_FROM, few)
    return pack_model(header, {**arrays, **judge, "backing": shown, "lacking": lacks})

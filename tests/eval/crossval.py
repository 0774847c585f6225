"""How well the engine does for people it has never heard: whole voices are left out in turn, with all their files."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import msgspec

from bot.text import sentences
from bot.understanding import Engine, learn

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bot.understanding import Example, Lesson


@dataclass(frozen=True)
class Unheard:
    """Voices left out, and of their questions the parts (0 to 1) answered rightly, wrongly, and kept silent on."""

    voices: tuple[str, ...]
    asked: int
    right: float
    wrong: float
    elsewhere: int
    rightly_silent: float


def parts(lesson: Lesson, folds: int) -> Iterator[tuple[tuple[str, ...], Lesson, tuple[Example, ...]]]:
    """Yield (voices left out, what is left of the lesson, the examples left out) for each fold."""
    asking = sorted({example.person for example in lesson.examples if example.label is not None})
    others = sorted({example.person for example in lesson.examples} - set(asking))
    for fold in range(folds):
        out = {*asking[fold::folds], *others[fold::folds]}
        kept = tuple(example for example in lesson.examples if example.person not in out)
        left_out = tuple(example for example in lesson.examples if example.person in out)
        yield tuple(sorted(out)), msgspec.structs.replace(lesson, examples=kept), left_out


def leave_out(lesson: Lesson, folds: int) -> Iterator[Unheard]:
    """Yield the figures of each fold. An answer that shows half of what the right one shows counts as right."""
    shown = {
        answerable.label: frozenset[str]().union(*map(sentences, answerable.quotes))
        for answerable in lesson.answerables
    }
    for voices, taught, left_out in parts(lesson, folds):
        engine = Engine.load(learn(taught))
        right = wrong = silent = 0
        asked = [example for example in left_out if example.label is not None]
        for example in left_out:
            understood = engine.understand(example.text)
            answered = understood.outcome != "unsure" and understood.best is not None
            if example.label is None:
                silent += not answered
            elif answered:
                due = shown[example.label]
                good = understood.best == example.label or 2 * len(due & shown[str(understood.best)]) >= len(due) > 0
                right += good
                wrong += not good
        elsewhere = len(left_out) - len(asked)
        yield Unheard(
            voices,
            len(asked),
            right / max(len(asked), 1),
            wrong / max(len(asked), 1),
            elsewhere,
            silent / max(elsewhere, 1),
        )

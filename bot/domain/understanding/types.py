"""What goes into learning and what comes out of understanding."""

from typing import Literal

import msgspec

Outcome = Literal["sure", "torn", "unsure"]


class Example(msgspec.Struct, frozen=True):
    """A sentence that somebody might type; `label` is None where nothing of the lesson answers it."""

    text: str
    label: str | None
    voice: str = ""

    @property
    def person(self) -> str:
        """Whose voice it is: the last part of its name, which all files of one person share."""
        return self.voice.rpartition("/")[2]


class Answerable(msgspec.Struct, frozen=True):
    """Something that can be answered: its label, its answer and the texts shown with it."""

    label: str
    answer: str
    quotes: tuple[str, ...]


class Lesson(msgspec.Struct, frozen=True):
    """All that an engine learns from; `concepts` pairs a concept's id with the phrases that mean it."""

    answerables: tuple[Answerable, ...]
    examples: tuple[Example, ...]
    concepts: tuple[tuple[str, tuple[str, ...]], ...]


class Understanding(msgspec.Struct, frozen=True):
    """What a text asks for.

    `sure`: answer with `best`. `torn`: `best` and `runner_up` are about as likely. `unsure`: say nothing.
    `nearest` holds up to three labels, best first, and of an unsure text only those that share its words; `score`
    is the believed chance (0 to 1) that answering with `best` would be right. `strange` holds the text's content
    (stems, or concepts with their mark) that no example of `best`, nor of what backs it, has.
    """

    outcome: Outcome
    best: str | None
    runner_up: str | None
    nearest: tuple[str, ...]
    score: float
    strange: tuple[str, ...] = ()

"""Measures the answers: `make eval`.

ARGS="--errors" lists each miss, ARGS="--cross" leaves voices out, ARGS="--stages" only measures what few examples do,
and ARGS="--plot" draws that for the docs.

Everything goes through the services that the bot itself uses, over a store seeded for the purpose.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from bot import announcement as announcements
from bot.app import services
from bot.quotes.ask import Answered, Closest, Ruled
from bot.seeding import FACTS, learn, lessons
from bot.settings import ANNOUNCEMENT, Settings
from tests.eval import plot
from tests.eval.baseline import Search, best_tally, sentences
from tests.eval.commands import checks, look_ups, score_checks, score_look_ups, somebody
from tests.eval.crossval import leave_out
from tests.eval.scoring import NOTHING, Shown, Tally, tally
from tests.eval.sets import QUESTION_SETS, items, present
from tests.eval.stages import PLOTTED, STAGES, Stage, folders, measured
from tests.support.progress import progress

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from bot.announcement import Quote
    from bot.client.client import Services
    from bot.quotes.ask import AskService
    from tests.eval.sets import Item
    from tests.support.progress import Advance

# ruff: noqa: T201 - it prints what it measured


FOLDS = 3


def shown(asking: AskService, question: str) -> Shown:
    """Return what is shown for a question: a ruling with evidence is as sure as an answer, if it says no 'closest'."""
    reply = asking.ask(question)
    if isinstance(reply, Answered):
        return Shown("sure", _texts(reply.quotes))
    if isinstance(reply, Closest):
        return Shown("closest", _texts(reply.quotes))
    if isinstance(reply, Ruled) and any(ruling.quotes for ruling in reply.rulings):
        texts = tuple(text for ruling in reply.rulings for text in _texts(ruling.quotes))
        return Shown("sure" if reply.rulings[0].direct else "closest", texts)
    return NOTHING


def _texts(quotes: Iterable[Quote]) -> tuple[str, ...]:
    return tuple(quote.text for quote in quotes)


def tell(title: str, result: Tally, *, errors: bool) -> None:
    """Print a tally, with its worst kinds and, if wanted, each miss."""
    print(f"{title:28} {result.line()}  by closest {result.by_closest:.3f}")
    if worst := result.worst_kinds():
        print(f"{'':28} most missed: {worst}")
    if errors:
        for item, found, what in result.misses:
            print(f"    {found:12} {item.id} [{item.kind}] {item.question}")
            for text in what.texts:
                print(f"           showed: {text[:100]}")


async def measure(*, errors: bool) -> None:
    """Print the figures of each question set and the baseline, of canon checks and of quote look-ups."""
    with tempfile.TemporaryDirectory() as folder:
        # Learnt for the purpose: what an earlier program has learnt is not what is measured.
        learnt = Path(folder) / "learnt.sqlite3"
        settings = Settings(token=None, database_path=Path(folder) / "eval.sqlite3", learnt_path=learnt)
        with progress("learning", 1) as advance:
            await learn(ANNOUNCEMENT, learnt, _Shares(advance))
        sets = {name: items(name) for name in filter(present, QUESTION_SETS)}
        count = sum(map(len, sets.values())) + len(checks()) + len(look_ups())
        with progress("asking", count) as advance:
            async with services(settings) as built:
                _tell_questions(sets, built, advance, errors=errors)
            async with somebody(settings) as person:
                for title, score in (
                    ("canon.json", await score_checks(person, advance)),
                    ("quote.json", await score_look_ups(person, advance)),
                ):
                    print(f"{title:28} {score.line()}")
                    for miss in score.misses if errors else ():
                        print(f"    {miss}")


def _tell_questions(sets: dict[str, tuple[Item, ...]], built: Services, advance: Advance, *, errors: bool) -> None:
    lines = [line for passage in built.library.passages for line in sentences(passage.text)]

    def answer(question: str) -> Shown:
        advance(1)
        return shown(built.asking, question)

    for name, asked in sets.items():
        tell(name, tally(asked, answer), errors=errors)
        search = Search(lines)
        print(f"{'  FTS5 BM25, best threshold':28} {best_tally(asked, search).line()}")
        search.close()


class _Shares:
    """Takes the shares of the work that is done, and passes on by how much they have grown."""

    def __init__(self, advance: Advance) -> None:
        self._advance = advance
        self._done = 0.0

    def __call__(self, share: float) -> None:
        self._advance(share - self._done)
        self._done = share


def tell_stages(*, errors: bool, stages: Sequence[int] = STAGES) -> dict[str, list[Stage]]:
    """Print the figures of each announcement of another matter, by how many examples its facts have; return them."""
    found: dict[str, list[Stage]] = {}
    work = [(folder, examples) for folder in folders() for examples in stages]
    with progress("learning from few examples", len(work)) as advance:
        for folder, examples in work:
            stage = measured(folder, examples, shown)
            found.setdefault(folder.name, []).append(stage)
            advance(1)
            print(f"{f'{folder.name}, {examples} a fact':28} {stage.line()}")
            for item, missed, _ in stage.questions.misses if errors else ():
                print(f"    {missed:12} {item.id} {item.question}")
    return found


def cross() -> None:
    """Print the figures for voices left out in turn."""
    lesson = lessons(announcements.load(ANNOUNCEMENT))[FACTS]
    with progress("leaving voices out", FOLDS) as advance:
        for unheard in leave_out(lesson, FOLDS):
            advance(1)
            print(f"without {', '.join(unheard.voices)}:")
            print(
                f"    of {unheard.asked} questions {unheard.right:.3f} right, {unheard.wrong:.3f} wrong; "
                f"of {unheard.elsewhere} others {unheard.rightly_silent:.3f} met with silence"
            )


def main() -> int:
    """Run what the command line asks for; the exit code is 0."""
    parser = argparse.ArgumentParser(prog="python -m tests.eval", description=__doc__)
    parser.add_argument("--errors", action="store_true", help="list each miss with what was answered")
    parser.add_argument("--cross", action="store_true", help="leave whole voices out in turn instead")
    parser.add_argument("--plot", action="store_true", help=f"draw what few examples achieve, into {plot.FILE.name}")
    parser.add_argument("--stages", action="store_true", help="only measure what few examples achieve")
    chosen = parser.parse_args()
    if chosen.cross:
        cross()
    elif chosen.plot:
        drawn = plot.drawn(tell_stages(errors=chosen.errors, stages=PLOTTED))
        plot.FILE.write_text(drawn, encoding="utf-8", newline="\n")
    else:
        if not chosen.stages:
            asyncio.run(measure(errors=chosen.errors))
        tell_stages(errors=chosen.errors)
    return 0


if __name__ == "__main__":
    sys.exit(main())

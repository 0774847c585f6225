"""Lets tests that reach no code of the bot's own, or none that others do not, run without coverage's tracing.

Up to Python 3.13, tracing costs all code half its time again, whether or not it is among what is measured.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from coverage import Coverage

if TYPE_CHECKING:
    from collections.abc import Generator

# Rooms whose tests are about the local Discord and its page.
_ROOMS = ("sandbox", "browser")


class Measuring:
    """A plugin that pauses coverage for tests marked `unmeasured`, as are all of some rooms."""

    def __init__(self) -> None:
        self._paused: Coverage | None = None

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        for item in items:
            if item.path.parent.name in _ROOMS:
                item.add_marker("unmeasured")

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Generator[None, object, object]:
        measured = item.get_closest_marker("unmeasured") is None
        if measured and self._paused is not None:
            self._paused.start()
            self._paused = None
        elif not measured and self._paused is None and (running := Coverage.current()) is not None:
            running.stop()
            self._paused = running
        return (yield)

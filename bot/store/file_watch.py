"""Whether the store's files are still those that were opened.

SQLite goes on with an open file that was deleted, or replaced by another one of its name, and says nothing
(https://sqlite.org/howtocorrupt.html, 'Unlinking or renaming a database file while in use'): all that is written from
then on is lost when the program ends. Windows does not let an open store be deleted or replaced.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from pathlib import Path


class Loss(NamedTuple):
    """A file that is no longer the one that was opened; another one has its place, or (not `replaced`) none has."""

    path: Path
    replaced: bool

    def __str__(self) -> str:
        return f"{self.path} was {'replaced by another file' if self.replaced else 'deleted or moved away'}"


class FileWatch:
    """Knows the store's file and its write-ahead log, as they are when this is made."""

    def __init__(self, path: Path) -> None:
        known = {each: _identity(each) for each in (path, path.with_name(f"{path.name}-wal"))}
        # A file system that gives a file another number each time it is asked tells nothing by it.
        self._known = {each: found for each, found in known.items() if found and found == _identity(each)}

    def loss(self) -> Loss | None:
        """Return the first file that is lost, None while all are there; it costs a look at the file system."""
        for path, known in self._known.items():
            found = _identity(path)
            if found != known:
                return Loss(path, replaced=found is not None)
        return None


def _identity(path: Path) -> tuple[int, int] | None:
    """Return what tells a file from others, also of its name; None where there is none."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino

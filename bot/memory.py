"""How this process asks for memory, and gives it back."""

from __future__ import annotations

import contextlib
import ctypes
import mmap
import sys
import tempfile
from functools import partial
from typing import TYPE_CHECKING, Any, Final

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    import numpy.typing as npt

# glibc's names for these (malloc.h), and what they are set to.
_TRIM_THRESHOLD, _MMAP_THRESHOLD, _ARENA_MAX = -1, -3, -8
_MIB: Final = 2**20
_SETTINGS: Final = (
    # What is larger is mapped by itself, and goes back to the system when it is let go. Left alone, glibc stops doing
    # that for whatever has been let go once: of what was learnt, which is read at the start and copied, 12 MiB stayed.
    # The arrays that a question needs are smaller, and mapping each of them anew would double its time.
    (_MMAP_THRESHOLD, _MIB),
    (_TRIM_THRESHOLD, 2 * _MIB),
    # One pool for all threads: they take turns anyway, and what one has let go another can use.
    (_ARENA_MAX, 1),
)


def set_up() -> None:
    """Set glibc's allocator up for a process that reads much at its start and then needs little.

    Call it before anything large is read. It does nothing where there is no glibc (mallopt(3)).
    """
    for name, value in _SETTINGS:
        _ask_glibc("mallopt", name, value)


def give_back() -> None:
    """Give the system what has been let go of in small pieces, as far as these make up pages (malloc_trim(3))."""
    _ask_glibc("malloc_trim", 0)


def _ask_glibc(function: str, *arguments: int) -> None:
    if sys.platform == "linux":
        with contextlib.suppress(OSError, AttributeError):
            ctypes.CDLL(None)[function](*arguments)


Arrays = dict[str, "npt.NDArray[Any]"]
# Where an array may begin in a file: at a multiple of the size of a processor's cache line.
_ALIGNED: Final = 64


def on_disk(folder: Path) -> Callable[[Arrays], Arrays]:
    """Return what puts arrays into a file without a name in `folder`: it goes with the process, however that ends.

    The system reads of it what is looked at, and may let go of that again. Where there can be no such file, the arrays
    stay in memory.
    """
    return partial(_on_disk, folder)


def _on_disk(folder: Path, arrays: Arrays) -> Arrays:
    try:
        with tempfile.TemporaryFile(dir=folder) as file:
            starts = {}
            for name, array in arrays.items():
                starts[name] = file.seek(-(-file.tell() // _ALIGNED) * _ALIGNED)
                file.write(array.tobytes())
            file.write(bytes(_ALIGNED))
            file.flush()
            mapped = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    except OSError:
        return arrays
    return {
        name: np.frombuffer(mapped, array.dtype, array.size, starts[name]).reshape(array.shape)
        for name, array in arrays.items()
    }

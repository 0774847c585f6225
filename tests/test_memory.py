"""Memory goes back to the system, and what was learnt lies where it can be let go of."""

from __future__ import annotations

import platform
import subprocess
import sys
from typing import TYPE_CHECKING

import numpy as np
import pytest

from bot import memory

if TYPE_CHECKING:
    from pathlib import Path

ARRAYS: memory.Arrays = {
    "whole": np.arange(-5, 5, dtype=np.int8).reshape(2, 5),
    "parts": np.linspace(0, 1, 1_000, dtype=np.float32),
    "none": np.zeros((0, 3), np.uint16),
    "places": np.arange(70_000, dtype=np.int32),
}
# What glibc keeps by itself: something large is let go of, something a little smaller is asked for and let go of with
# something small behind it, and stays.
READ_AND_LET_GO = """
from pathlib import Path
from bot import memory
def resident():
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4096
if {set_up}:
    memory.set_up()
kept = []
before = resident()
for _ in range(3):
    large = bytearray(b"x") * 8_000_000
    del large
    smaller = bytearray(b"x") * 6_000_000
    kept.append(bytearray(b"x") * 100_000)
    del smaller
print(resident() - before)
"""


SMALL_PIECES = """
from pathlib import Path
from bot import memory
def resident():
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4096
pieces = [bytearray(b"x") * 1_000 for _ in range(20_000)]
last = pieces.pop()
del pieces
before = resident()
memory.give_back()
print(before - resident())
"""


def printed(program: str) -> int:
    done = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True)  # noqa: S603 - ours
    return int(done.stdout)


of_glibc = pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="another allocator")


@of_glibc
def test_what_was_read_at_the_start_goes_back_to_the_system() -> None:
    assert printed(READ_AND_LET_GO.format(set_up=False)) > 4_000_000
    assert printed(READ_AND_LET_GO.format(set_up=True)) < 2_000_000


@of_glibc
def test_what_was_let_go_of_in_small_pieces_is_given_back() -> None:
    assert printed(SMALL_PIECES) > 10_000_000


@pytest.mark.parametrize("system", ["win32", "darwin"])
def test_other_systems_are_left_alone(monkeypatch: pytest.MonkeyPatch, system: str) -> None:
    monkeypatch.setattr(sys, "platform", system)
    monkeypatch.delattr(memory, "ctypes")
    memory.set_up()
    memory.give_back()


def test_arrays_on_disk_are_as_they_were(tmp_path: Path) -> None:
    found = memory.on_disk(tmp_path)(ARRAYS)
    assert found.keys() == ARRAYS.keys()
    for name, array in ARRAYS.items():
        assert found[name].dtype == array.dtype
        assert np.array_equal(found[name], array)
        assert not found[name].flags.writeable
        assert not found[name].flags.owndata
    # The file has no name, so nobody has to clean up.
    assert list(tmp_path.iterdir()) == []


def test_arrays_stay_in_memory_where_there_can_be_no_file(tmp_path: Path) -> None:
    assert memory.on_disk(tmp_path / "nowhere")(ARRAYS) is ARRAYS
    assert memory.on_disk(tmp_path)({}) == {}

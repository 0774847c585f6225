"""Each promise in docs/daily.md names tests, and they exist."""

from __future__ import annotations

import ast
import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
DOC = (ROOT / "docs" / "daily.md").read_text(encoding="utf-8")
NAMED = re.findall(r"`(tests/[\w/.]+\.py)::(\w+)`", DOC)


def test_the_tests_that_hold_the_promises_exist() -> None:
    assert len(NAMED) > 30
    for file, name in NAMED:
        tree = ast.parse((ROOT / file).read_text(encoding="utf-8"))
        functions = {node.name for node in tree.body if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)}
        assert name in functions, f"{file}::{name}"


def test_every_promise_names_a_test() -> None:
    kept, _, _ = DOC.partition("## What nobody can promise")
    promises = re.split(r"\n- \*\*", kept)[1:]
    bare = [promise.splitlines()[0] for promise in promises if "::" not in promise]
    # How long a queue is, is measured and not tested: `make bench`.
    assert [promise for promise in bare if "Discord's limits allow" not in promise] == []

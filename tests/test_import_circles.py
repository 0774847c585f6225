"""No module imports itself through others: neither ours nor the page's, and not for its types either."""

from __future__ import annotations

import ast
import re
from graphlib import CycleError, TopologicalSorter
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Container

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "sandbox" / "page" / "static" / "js"
PACKAGES = ("bot", "cogs", "sandbox", "bench", "tests")
# `import ... from`, `export ... from`, a bare `import "./x.js"`, and `import("./x.js")`, as in a comment on types.
_SPECIFIER = re.compile(r"""(?:\bfrom|\bimport)\s*\(?\s*["']([^"']+)["']""")


def circle(graph: dict[str, set[str]]) -> list[str]:
    """Return the modules of one circle, from the first back to itself; empty where there is none."""
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        found: list[str] = error.args[1]
        return found
    return []


def javascript(folder: Path) -> dict[str, set[str]]:
    """Return what each module of a page imports, by path; raises FileNotFoundError for one that isn't there."""
    graph: dict[str, set[str]] = {}
    for path in folder.rglob("*.js"):
        given = _SPECIFIER.findall(path.read_text(encoding="utf-8"))
        graph[str(path)] = {str((path.parent / each).resolve(strict=True)) for each in given}
    return graph


def python(root: Path, packages: tuple[str, ...]) -> dict[str, set[str]]:
    """Return what each module of packages imports of them, by name."""
    files = {
        ".".join(path.relative_to(root).with_suffix("").parts).removesuffix(".__init__"): path
        for package in packages
        for path in (root / package).rglob("*.py")
    }
    return {name: set(_imported(path, files.keys())) - {name} for name, path in files.items()}


def _imported(path: Path, known: Container[str]) -> list[str]:
    found: list[str] = []
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            # `from package import x` means the package where x is no module.
            inner = [f"{node.module}.{alias.name}" for alias in node.names]
            found += [name if name in known else node.module for name in inner]
    return [name for name in found if name in known]


def test_the_page_has_no_circle() -> None:
    graph = javascript(PAGE)
    assert str(PAGE / "dom.js") in graph[str(PAGE / "app.js")]
    assert circle(graph) == []


def test_python_has_no_circle() -> None:
    graph = python(ROOT, PACKAGES)
    assert "bot.client.panels" in graph["bot.daily.discord_chat"]
    assert circle(graph) == []


@pytest.mark.parametrize(
    "written",
    [
        'import { a } from "./b.js";',
        "import { a,\n  c } from './b.js';",
        'export { a } from "./b.js";',
        'import "./b.js";',
        'const b = await import("./b.js");',
        '/** @param {import("./b.js").B} b */',
    ],
)
def test_a_circle_of_the_page_would_be_found(tmp_path: Path, written: str) -> None:
    (tmp_path / "inner").mkdir()
    (tmp_path / "a.js").write_text(written)
    (tmp_path / "b.js").write_text('import { c } from "./inner/c.js";')
    (tmp_path / "inner" / "c.js").write_text('import { a } from "../a.js";')
    assert len(circle(javascript(tmp_path))) == 4


@pytest.mark.parametrize(
    "written",
    ["import p.b", "from p import b", "from p.b import x", "if TYPE_CHECKING:\n    from p.b import x"],
)
def test_a_circle_in_python_would_be_found(tmp_path: Path, written: str) -> None:
    (tmp_path / "p").mkdir()
    (tmp_path / "p" / "__init__.py").write_text("")
    (tmp_path / "p" / "a.py").write_text(written)
    (tmp_path / "p" / "b.py").write_text("def late() -> None:\n    from p.a import y\n")
    assert set(circle(python(tmp_path, ("p",)))) == {"p.a", "p.b"}

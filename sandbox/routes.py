"""Routes by their templates, found without regular expressions: a request has to cost little."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable


@dataclass(slots=True, frozen=True)
class Route:
    """One route. `template` is as the published API writes it; `auth`: needs the bot's token."""

    method: str
    template: str
    handler: Callable[[Any], Any]
    auth: bool = True
    status: int = 200


@dataclass(slots=True, frozen=True)
class Match:
    """What a path turned out to be; `route` is None for one that is not known."""

    route: Route | None
    template: str
    params: dict[str, str]


@dataclass(slots=True)
class _Node:
    fixed: dict[str, _Node] = field(default_factory=dict)
    variable: _Node | None = None
    routes: dict[str, tuple[Route, tuple[str, ...]]] = field(default_factory=dict)


class Router:
    """A tree of path segments; a fixed segment goes before a variable one."""

    def __init__(self, routes: list[Route]) -> None:
        self._root = _Node()
        for each in routes:
            self._add(each)

    def _add(self, route: Route) -> None:
        node = self._root
        names = []
        for part in route.template.strip("/").split("/"):
            if part.startswith("{"):
                names.append(part[1:-1])
                if node.variable is None:
                    node.variable = _Node()
                node = node.variable
            else:
                node = node.fixed.setdefault(part, _Node())
        node.routes[route.method] = (route, tuple(names))

    def find(self, method: str, path: str) -> Match:
        """Find the route of a request."""
        node: _Node | None = self._root
        values = []
        for part in path.strip("/").split("/"):
            if node is None:
                break
            after = node.fixed.get(part)
            if after is None:
                values.append(part)
                after = node.variable
            node = after
        known = None if node is None else node.routes.get(method)
        if known is None:
            return Match(None, path, {})
        route, names = known
        return Match(route, route.template, dict(zip(names, values, strict=True)))

"""Faults on purpose: errors, silence, dropped connections; by plan or by chance (seeded)."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from random import Random
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from aiohttp import web

    from sandbox.journal import Exchange

KINDS = frozenset({"error", "timeout", "drop"})


@dataclass(slots=True)
class Rule:
    """One fault.

    `kind`: "error" answers with `status` and does nothing; "timeout" is silent for `seconds`,
    then answers 504; "drop" does what was asked and closes the connection before the answer.

    It strikes requests of `method` and `route` (None: any), `times` times (None: always) with a probability.
    """

    kind: str
    method: str | None = None
    route: str | None = None
    status: int = 500
    seconds: float = 0.0
    times: int | None = 1
    probability: float = 1.0
    struck: int = 0


@dataclass(slots=True)
class Answer:
    """What is answered instead."""

    status: int
    body: dict[str, Any]


@dataclass(slots=True)
class Faults:
    """The rules in force."""

    seed: int = 0
    rules: list[Rule] = field(default_factory=list)
    _chance: Random = field(init=False)

    def __post_init__(self) -> None:
        self._chance = Random(self.seed)  # noqa: S311 - repeatable on purpose

    def add(self, rule: Rule) -> Rule:
        """Put a rule in force."""
        if rule.kind not in KINDS:
            raise ValueError(f"a fault is one of {sorted(KINDS)}")
        self.rules.append(rule)
        return rule

    def clear(self) -> None:
        """Let everything go well again."""
        self.rules.clear()

    def _strikes(self, rule: Rule, exchange: Exchange) -> bool:
        if rule.method not in (None, exchange.method) or rule.route not in (None, exchange.route):
            return False
        if rule.times is not None and rule.struck >= rule.times:
            return False
        if rule.probability < 1.0 and self._chance.random() >= rule.probability:
            return False
        rule.struck += 1
        return True

    async def before(self, exchange: Exchange) -> Answer | None:
        """Tell what is answered instead of doing what was asked."""
        for rule in self.rules:
            if rule.kind != "drop" and self._strikes(rule, exchange):
                if rule.kind == "timeout":
                    await asyncio.sleep(rule.seconds)
                    return Answer(504, {"message": "504: Gateway Timeout", "code": 0})
                return Answer(rule.status, {"message": f"{rule.status}: Internal Server Error", "code": 0})
        return None

    async def after(self, exchange: Exchange, request: web.Request) -> bool:
        """Drop the connection of a request that has been carried out, if a rule says so."""
        for rule in self.rules:
            if rule.kind == "drop" and self._strikes(rule, exchange):
                if request.transport is not None:
                    request.transport.abort()
                return True
        return False

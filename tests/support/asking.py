"""Asks the bot's own pages of health and metrics, as a monitoring program does."""

from __future__ import annotations

import asyncio
import json
import urllib.error
import urllib.request
from typing import TYPE_CHECKING, Any, NamedTuple

from prometheus_client.parser import text_string_to_metric_families

if TYPE_CHECKING:
    from collections.abc import Callable


class Answer(NamedTuple):
    """The status and the body of an answer."""

    status: int
    body: str

    @property
    def checks(self) -> dict[str, Any]:
        """The word on each check that is not well."""
        return {name: check["why"] for name, check in json.loads(self.body)["checks"].items() if not check["ok"]}


def fetch(address: str, path: str, method: str = "GET", **headers: str) -> Answer:
    """Ask from this thread."""
    request = urllib.request.Request(f"http://{address}{path}", method=method, headers=headers)
    try:
        with urllib.request.urlopen(request, timeout=20) as answer:  # noqa: S310 - an address of this machine
            return Answer(answer.status, answer.read().decode())
    except urllib.error.HTTPError as error:
        with error:
            return Answer(error.code, error.read().decode())


async def ask(address: str, path: str, method: str = "GET", **headers: str) -> Answer:
    """Ask from another thread, as somebody else would."""
    return await asyncio.to_thread(fetch, address, path, method, **headers)


async def until(address: str, path: str, holds: Callable[[Answer], object], seconds: float = 20.0) -> Answer:
    """Ask again and again until an answer is as it should be."""
    async with asyncio.timeout(seconds):
        while not holds(answer := await ask(address, path)):  # noqa: ASYNC110 - a question, not a look
            await asyncio.sleep(0.05)
        return answer


async def samples(address: str) -> dict[tuple[str, frozenset[tuple[str, str]]], float]:
    """Return the metrics by their names and labels."""
    page = await ask(address, "/metrics")
    assert page.status == 200
    return {
        (sample.name, frozenset(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(page.body)
        for sample in family.samples
    }


def values(found: dict[tuple[str, frozenset[tuple[str, str]]], float], name: str, *labels: str) -> dict[Any, float]:
    """Return the values that are not 0 of one metric, by those of its labels: a text, or several."""
    wanted = {
        tuple(dict(given)[label] for label in labels): value
        for (of, given), value in found.items()
        if of == name and value
    }
    return {key[0] if len(key) == 1 else key: value for key, value in wanted.items()}

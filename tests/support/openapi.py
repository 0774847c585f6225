"""Discord's published API document as an oracle: do the bodies that went over the wire fit it?

The document lies beside the repository, not in it; `available()` tells whether it is there.
"""

from __future__ import annotations

import functools
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import jsonschema

if TYPE_CHECKING:
    from sandbox.requests import Exchange

DOCUMENT = Path(__file__).resolve().parents[2].parent / "shared" / "discord-openapi.json"
_JSON = "application/json"
_LONG = 300


def available() -> bool:
    """Whether the document is there (tests that need it skip where it is not)."""
    return DOCUMENT.is_file()


@functools.cache
def _document() -> dict[str, Any]:
    document: dict[str, Any] = json.loads(DOCUMENT.read_text())
    # Discord's docs, "Snowflakes": they are accepted as integers too, and clients do send them so.
    document["components"]["schemas"]["SnowflakeType"] = {"type": ["string", "integer"]}
    return document


@functools.cache
def _validator(route: str, method: str, answer: str) -> jsonschema.Draft202012Validator | None:
    """The validator of a request's body (`answer` empty) or of an answer with some status; None: no body."""
    operation = _document()["paths"][route][method]
    if answer:
        part = operation["responses"].get(answer) or operation["responses"].get(answer[0] + "XX", {})
    else:
        part = operation.get("requestBody", {})
    schema = _resolved(part).get("content", {}).get(_JSON, {}).get("schema")
    if schema is None:
        return None
    return jsonschema.Draft202012Validator(schema | {"components": _document()["components"]})


def _resolved(part: dict[str, Any]) -> dict[str, Any]:
    """A part of the document, with a reference followed."""
    if "$ref" not in part:
        return part
    found = _document()
    for step in part["$ref"].removeprefix("#/").split("/"):
        found = found[step]
    return found


def _known(exchange: Exchange) -> bool:
    return exchange.method.lower() in _document()["paths"].get(exchange.route, {})


def validate(exchange: Exchange) -> list[str]:
    """What is wrong with a request: an unknown route, or a body that does not fit. Empty: nothing."""
    if not _known(exchange):
        return [f"{exchange.method} {exchange.route}: not in Discord's document"]
    validator = _validator(exchange.route, exchange.method.lower(), "")
    body = exchange.request
    if isinstance(body, dict) and "payload_json" in body:
        body = body["payload_json"]
    if validator is None or body is None:
        return []
    return _problems(exchange, "request", validator, body)


def validate_response(exchange: Exchange) -> list[str]:
    """What is wrong with an answer: a test of the sandbox rather than of the bot."""
    if not _known(exchange) or exchange.response is None:
        return []
    validator = _validator(exchange.route, exchange.method.lower(), str(exchange.status))
    return [] if validator is None else _problems(exchange, "answer", validator, exchange.response)


def _problems(exchange: Exchange, what: str, validator: jsonschema.Draft202012Validator, body: Any) -> list[str]:
    return [f"{exchange.method} {exchange.route}: {what}: {_words(error)}" for error in validator.iter_errors(body)]


def _words(error: jsonschema.ValidationError) -> str:
    """The innermost reason of an error, with its place."""
    deepest = error
    while deepest.context:
        deepest = max(deepest.context, key=lambda each: len(each.absolute_path))
    words = deepest.message
    return f"{deepest.json_path}: {words if len(words) < _LONG else f'{words[:100]} ... {words[-100:]}'}"

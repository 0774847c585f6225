"""What goes wrong: errors that Discord answers with, and errors of the sandbox's own use.

The numbers are Discord's ("JSON error codes" in its docs); the words are kept close to what its clients show.
"""

from __future__ import annotations

from typing import Any


class SandboxError(Exception):
    """A person or a test asked for something that Discord's client would not let them do."""


class UnsupportedError(Exception):
    """The bot asked for something that the sandbox does not imitate: answered with 501."""


class ApiError(Exception):
    """An answer that is not a success: HTTP status, Discord's code, its message, and errors by field."""

    def __init__(self, status: int, code: int, message: str, errors: dict[str, Any] | None = None) -> None:
        super().__init__(f"{status} {code}: {message}")
        self.status = status
        self.code = code
        self.message = message
        self.errors = errors

    def body(self) -> dict[str, Any]:
        """Give the JSON that goes over the wire."""
        answer: dict[str, Any] = {"message": self.message, "code": self.code}
        if self.errors:
            answer["errors"] = self.errors
        return answer


_KNOWN: dict[int, tuple[int, str]] = {
    0: (401, "401: Unauthorized"),
    10003: (404, "Unknown Channel"),
    10004: (404, "Unknown Guild"),
    10007: (404, "Unknown Member"),
    10008: (404, "Unknown Message"),
    10011: (404, "Unknown Role"),
    10013: (404, "Unknown User"),
    10015: (404, "Unknown Webhook"),
    10062: (404, "Unknown interaction"),
    10063: (404, "Unknown application command"),
    30032: (400, "Maximum number of application commands reached (100)"),
    30046: (400, "Maximum number of edits to messages older than 1 hour reached. Try again later"),
    40005: (413, "Request entity too large"),
    40033: (400, "This message has already been crossposted."),
    40060: (400, "Interaction has already been acknowledged."),
    40094: (400, "This interaction has reached the maximum number of follow-up messages"),
    50001: (403, "Missing Access"),
    50003: (403, "Cannot execute action on a DM channel"),
    50005: (403, "Cannot edit a message authored by another user"),
    50006: (400, "Cannot send an empty message"),
    50007: (403, "Cannot send messages to this user"),
    50008: (400, "Cannot send messages in a non-text channel"),
    50013: (403, "Missing Permissions"),
    50021: (403, "Cannot execute action on a system message"),
    50024: (400, "Cannot execute action on this channel type"),
    50027: (401, "Invalid Webhook Token"),
    50083: (400, "Thread is archived"),
    50068: (400, "Invalid message type"),
    50109: (400, "The request body contains invalid JSON."),
    160002: (400, "Cannot reply without permission to read message history"),
    160004: (400, "A thread has already been created for this message"),
    160005: (400, "Thread is locked"),
}


# What is answered by chance or on demand alone (faults.py).
_WORDS: dict[int, str] = {
    30034: "Max number of daily application command creates has been reached (200)",
    40001: "Unauthorized. Provide a valid token and try again",
    40002: "You need to verify your account in order to perform this action.",
    40062: "Service resource is being rate limited.",
    40333: "internal network error",
    130000: "API resource is currently overloaded. Try again a little later",
}


def message_of(code: int) -> str:
    """Give Discord's message for a code; the code itself for one that is not known here."""
    return _KNOWN[code][1] if code in _KNOWN else _WORDS.get(code, f"error {code}")


def fault(code: int) -> ApiError:
    """Make the error that Discord knows by this code."""
    status, message = _KNOWN[code]
    return ApiError(status, code, message)


class Problems:
    """Collects what is wrong with a body, field by field, and raises all of it at once (code 50035)."""

    def __init__(self) -> None:
        self._tree: dict[str, Any] = {}

    def add(self, path: tuple[str | int, ...], code: str, message: str) -> None:
        """Note one problem at a place in the body, e.g. ("embeds", 0, "title")."""
        node = self._tree
        for step in path:
            node = node.setdefault(str(step), {})
        node.setdefault("_errors", []).append({"code": code, "message": message})

    def raise_any(self) -> None:
        """Raise 50035 if anything was noted."""
        if self._tree:
            raise ApiError(400, 50035, "Invalid Form Body", self._tree)


def invalid(path: tuple[str | int, ...], code: str, message: str) -> ApiError:
    """Make a 50035 with a single problem in it."""
    problems = Problems()
    problems.add(path, code, message)
    try:
        problems.raise_any()
    except ApiError as error:
        return error
    raise AssertionError  # a noted problem always raises


def snowflake(value: Any, *path: str | int) -> int:
    """Read an id, which comes as a text of digits or a whole number; raise a 50035 that names the place."""
    fits = isinstance(value, int) and not isinstance(value, bool) and value >= 0
    if not fits and not (isinstance(value, str) and value.isascii() and value.isdecimal()):
        raise invalid(path, "NUMBER_TYPE_COERCE", f'Value "{value}" is not snowflake.')
    if int(value) > _LARGEST:
        raise invalid(path, "NUMBER_TYPE_MAX", f"snowflake value should be less than or equal to {_LARGEST}.")
    return int(value)


_LARGEST = 2**63 - 1

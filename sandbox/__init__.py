"""A small Discord on loopback, to which an unmodified client connects: for the tests and the demo."""

from __future__ import annotations

from sandbox.errors import SandboxError
from sandbox.people import Person, Reply
from sandbox.server import Sandbox

__all__ = ["Person", "Reply", "Sandbox", "SandboxError"]

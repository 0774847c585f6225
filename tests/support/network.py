"""Keeps tests on this machine: whatever would connect elsewhere fails, and says where it wanted to go."""

from __future__ import annotations

import ipaddress
import socket
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pytest


class OutsideError(AssertionError):
    """Something in a test wanted to leave the machine."""


def _local(address: Any) -> bool:
    if not isinstance(address, tuple):
        return True  # a path: a Unix socket
    host = str(address[0])
    try:
        return ipaddress.ip_address(host.partition("%")[0]).is_loopback
    except ValueError:
        return host == "localhost"


def block_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let sockets connect, and names be looked up, on loopback only."""

    def guarded(name: str) -> None:
        real = getattr(socket.socket, name)

        def connect(self: socket.socket, address: Any) -> Any:
            if not _local(address):
                raise OutsideError(f"a test wanted to connect to {address}")
            return real(self, address)

        monkeypatch.setattr(socket.socket, name, connect)

    guarded("connect")
    guarded("connect_ex")
    real_lookup = socket.getaddrinfo

    def getaddrinfo(host: Any, *args: Any, **options: Any) -> Any:
        if host is not None and not _local((host if isinstance(host, str) else host.decode(), 0)):
            raise OutsideError(f"a test wanted to look up {host}")
        return real_lookup(host, *args, **options)

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)

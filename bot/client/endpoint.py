"""Where Discord is: discord.py keeps its address in a class attribute, set here and nowhere else."""

from __future__ import annotations

from discord.http import Route


def use_api(base: str) -> None:
    """Send REST requests to `base`; the gateway's address is what `GET {base}/gateway/bot` then says."""
    Route.BASE = base

"""Who works on the ledger."""

from __future__ import annotations

import datetime as dt
from typing import NamedTuple


class Worker(NamedTuple):
    """One process at work.

    `owner` is a name that no other process has; a claim is its alone for `lease`; a post missed by at most
    `late_limit` is still made.
    """

    owner: str
    lease: dt.timedelta = dt.timedelta(seconds=45)
    late_limit: dt.timedelta = dt.timedelta(hours=6)

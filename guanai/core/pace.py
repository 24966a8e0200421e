"""Leaves gaps between the chunks of a long work, so that others go on saving."""

from __future__ import annotations

import time

from django.db import connection

# SQLite does not queue its writers: each looks again after 1, 2, 5, 10, 15, 20, 25, 25, 25 ms and
# then more seldom. A gap longer than 25 ms lets in whoever waited for one chunk.
GAP = 0.027


def breathe() -> None:
    """Call between two transactions."""
    if connection.vendor == "sqlite" and not connection.in_atomic_block:
        time.sleep(GAP)

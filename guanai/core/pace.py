"""What a long work owes the others: gaps between its chunks in which they save, and at its end
statistics by which their questions are planned."""

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


def settle() -> None:
    """Call once many rows were written. PostgreSQL looks at them by itself only a minute later, and
    until then plans every search as if they were not there."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")

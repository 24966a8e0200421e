"""Rosters through `guanai import --yes`, from file to flip, while somebody else saves."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path

from bench.homes import Environment, county, temporary
from bench.measuring import ROOT, Figure, ask, percentile, run

BARS = {10_000: 15, 100_000: 150}  # rows: seconds
MEMORY_BAR, SAVING_BAR = 1024, 200  # MB, ms
OTHERS = 500  # rows that are in the home before, of other children
LARGE = 50_000  # rows from which on somebody else saves
LEFT_OUT = 1  # exit code: the rows with errors


def measure(database: str, count: int) -> Iterator[Figure]:
    """Import a roster of so many rows; while a large one comes in somebody else saves."""
    from bench import rosters

    with temporary() as folder, county(database) as environment:
        others = rosters.write(OTHERS, folder / "others.xlsx", first=rosters.OTHERS_FROM)
        run(environment, "guanai", "import", str(others), "--yes", fine=(0, LEFT_OUT))
        roster = rosters.write(count, folder / f"{count}.xlsx")
        size = f"{count:,} rows"
        large = count >= LARGE
        took: list[float] = []
        with saving(environment, folder, took) if large else nullcontext():
            spent = run(environment, "guanai", "import", str(roster), "--yes", fine=(0, LEFT_OUT))
        yield Figure("import", size, database, spent.wall, "s", BARS.get(count), spent.busy)
        yield Figure("import, memory", size, database, spent.peak, "MB", MEMORY_BAR)
        if large:
            yield _saves(size, database, took)


def baselines(database: str, count: int) -> Iterator[Figure]:
    """Plain tools over the same roster and rows."""
    from bench import rosters

    with temporary() as folder, county(database) as environment:
        roster = rosters.write(count, folder / f"{count}.xlsx")
        if database == "SQLite":
            yield from ask(environment, "bench.child", "baseline", "read", str(roster))
        run(environment, "guanai", "import", str(roster), "--yes", fine=(0, LEFT_OUT))
        kept = folder / "objects"
        run(environment, "bench.child", "baseline", "keep", str(kept))
        with county(database) as other:
            yield from ask(other, "bench.child", "baseline", "create", str(kept))


@contextmanager
def saving(environment: Environment, folder: Path, took: list[float]) -> Iterator[None]:
    """Another process saves small changes; `took` holds its milliseconds afterwards."""
    stop = folder / "stop"
    child = subprocess.Popen(  # noqa: S603 - our own program
        [sys.executable, "-m", "bench.child", "saving", str(stop)],
        cwd=ROOT, env=environment, stdout=subprocess.PIPE,
    )  # fmt: skip
    try:
        yield
    finally:
        stop.touch()
        told, _ = child.communicate()
    took += json.loads(told)


def _saves(size: str, database: str, took: list[float]) -> Figure:
    told = f"{len(took)} saves, median {percentile(took, 0.5):.0f} ms, longest {max(took):.0f} ms"
    value = percentile(took, 0.95)
    work = "saves of others meanwhile, p95"
    return Figure(work, size, database, value, "ms", SAVING_BAR, beside=told)

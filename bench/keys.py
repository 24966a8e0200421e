"""What sealing costs an import, and how long the county's key takes to turn."""

from __future__ import annotations

import os
import zlib
from collections.abc import Iterator
from pathlib import Path

from bench.homes import Environment, county, fresh, temporary
from bench.importing import LEFT_OUT, SAVING_BAR, saving
from bench.measuring import ROOT, Figure, percentile, run

COST_BAR = 20  # percent of processor time
ROUNDS = 2  # of each, in turn: the machine is shared
START = "from bench.keys import leave_open; leave_open()\n"  # of every process of an import


def measure(database: str, rows: int, people: int) -> Iterator[Figure]:
    yield _cost(database, rows)
    with fresh(database) as environment, temporary() as folder:
        run(environment, "bench.child", "filling", str(people))
        took: list[float] = []
        with saving(environment, folder, took):
            spent = run(environment, "guanai", "keys", "rotate", "--wait", "1")
        size = f"{people:,} people"
        told = f"saves of others meanwhile, p95 {percentile(took, 0.95):.0f} ms, {len(took)} saves"
        yield Figure("turning the key", size, database, spent.wall, "s", None, spent.busy, told)
        value = percentile(took, 0.95)
        yield Figure("saves while it turns, p95", size, database, value, "ms", SAVING_BAR)


def _cost(database: str, rows: int) -> Figure:
    """Processor time of an import above that of one whose values lie open."""
    from bench import rosters

    with temporary() as folder:
        roster = rosters.write(rows, folder / "roster.xlsx")
        (folder / "sitecustomize.py").write_text(START)
        sealed, opened = [], []
        for _round in range(ROUNDS):
            sealed.append(_import(database, roster, {}))
            opened.append(_import(database, roster, {"PYTHONPATH": f"{folder}{os.pathsep}{ROOT}"}))
    cost = (min(sealed) / min(opened) - 1) * 100
    told = f"{min(sealed):.1f} s of processor time, {min(opened):.1f} s with open values"
    size = f"{rows:,} rows"
    return Figure("sealing, of an import", size, database, cost, "%", COST_BAR, beside=told)


def _import(database: str, roster: Path, more: Environment) -> float:
    with county(database) as environment:
        there = {**environment, **more}
        return run(there, "guanai", "import", str(roster), "--yes", fine=(0, LEFT_OUT)).busy


def leave_open() -> None:
    """Take all cryptography out of this process; numbers are still found, by a checksum."""
    from guanai.core import crypto

    shared = crypto.Sealer(bytes(32))

    def blind(_any: object, *texts: str) -> int:
        return zlib.crc32(texts[-1].encode()) << 31 | zlib.adler32(texts[-1].encode()) >> 1

    for owner, name, nothing in (
        (crypto.Sealer, "seal_bytes", lambda _sealer, content, _field: content),
        (crypto.Sealer, "open_bytes", lambda _sealer, sealed, _field: bytes(sealed)),
        (crypto.Sealer, "blind", blind),
        (crypto.Vault, "fresh", lambda _vault: (bytes(40), shared)),
        (crypto.Vault, "sealer", lambda _vault, _wrapped: shared),
        (crypto.Vault, "blind", blind),
        (crypto.Vault, "blinds", lambda *told: [blind(*told)]),
    ):
        setattr(owner, name, nothing)

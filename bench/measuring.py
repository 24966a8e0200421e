"""What a measurement tells, and how time, processor and memory are taken."""

from __future__ import annotations

import json
import os
import platform
import resource
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

import psutil

ROOT = Path(__file__).resolve().parent.parent
MEGA = 1 << 20
LOOK = 0.05  # seconds between two looks at a process


@dataclass
class Figure:
    """One line of the table. `busy` is processor time in seconds; `beside` a baseline in words."""

    work: str
    size: str
    on: str
    value: float
    unit: str
    bar: float | None = None
    busy: float | None = None
    beside: str = ""

    @property
    def meets(self) -> bool | None:
        return None if self.bar is None else self.value <= self.bar

    def line(self) -> str:
        """A row of the Markdown table; a missed bar is set in bold."""
        said = f"{_short(self.value)} {self.unit}"
        bar = "" if self.bar is None else f"≤ {_short(self.bar)} {self.unit}"
        busy = "" if self.busy is None else f"{self.busy:.1f} s"
        shown = f"**{said}**" if self.meets is False else said
        cells = (self.work, self.size, self.on, shown, bar, busy, self.beside)
        return f"| {' | '.join(cells)} |"

    def tell(self) -> None:
        """To the process that asked for the measurement."""
        print(json.dumps(asdict(self), ensure_ascii=False), flush=True)


HEAD = (
    "| Work | Size | On | Figure | Bar | Processor | Beside it |\n|---|---|---|---:|---:|---:|---|"
)
WHOLE = 100  # from here on without decimals


def _short(value: float) -> str:
    return f"{value:,.0f}" if value >= WHOLE or value == int(value) else f"{value:.1f}"


@dataclass
class Spent:
    wall: float = 0.0
    busy: float = 0.0
    peak: float = 0.0  # MB


@contextmanager
def spending() -> Iterator[Spent]:
    """What this process and its children take; a shared machine makes wall time longer."""
    spent, begin, busy = Spent(), time.perf_counter(), _busy()
    yield spent
    spent.wall, spent.busy = time.perf_counter() - begin, _busy() - busy


def _busy() -> float:
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(usage.ru_utime + usage.ru_stime for usage in used)


def run(environment: dict[str, str], *arguments: str, fine: Sequence[int] = (0,)) -> Spent:
    """Run `python -m arguments` to its end; memory is that of all its processes together.

    Raises RuntimeError if it leaves with a code not in `fine`.
    """
    begin, peak = time.perf_counter(), 0.0
    command = [sys.executable, "-m", *arguments]
    child = subprocess.Popen(  # noqa: S603 - our own programs
        command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL
    )
    done, status, usage = os.wait4(child.pid, os.WNOHANG)
    while not done:
        peak = max(peak, memory(child.pid))
        time.sleep(LOOK)
        done, status, usage = os.wait4(child.pid, os.WNOHANG)
    wall, child.returncode = time.perf_counter() - begin, os.waitstatus_to_exitcode(status)
    if child.returncode not in fine:
        raise RuntimeError(f"{' '.join(arguments)} left with {child.returncode}")
    return Spent(wall, usage.ru_utime + usage.ru_stime, peak)


def memory(process: int) -> float:
    """MB of a process and those that it started, now."""
    try:
        top = psutil.Process(process)
        every = [top, *top.children(recursive=True)]
        return float(sum(one.memory_info().rss for one in every)) / MEGA
    except psutil.NoSuchProcess:
        return 0.0


def ask(environment: dict[str, str], *arguments: str) -> Iterator[Figure]:
    """The figures that `python -m arguments` tells. Raises CalledProcessError."""
    command = [sys.executable, "-m", *arguments]
    told = subprocess.run(  # noqa: S603 - our own programs
        command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, check=True, text=True
    )
    return (Figure(**json.loads(line)) for line in told.stdout.splitlines())


def percentile(values: Sequence[float], share: float) -> float:
    """The smallest value that at least this share of the values does not pass."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def machine() -> str:
    """Processor, cores, memory, system and Python in one line."""
    pages = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return (
        f"{_processor()}, {os.cpu_count()} cores, {pages / (1 << 30):.0f} GB, "
        f"{platform.system()} {platform.release()}, Python {platform.python_version()}"
    )


def _processor() -> str:
    try:
        told = Path("/proc/cpuinfo").read_text(encoding="utf-8")
    except OSError:
        return platform.processor() or platform.machine()
    names = [line.partition(":")[2] for line in told.splitlines() if line.startswith("model name")]
    return names[0].strip() if names else platform.machine()

"""How long the document engine takes: `python -m bench.documents`. Bars: design, section 7."""

import io
import platform
import resource
import time
from collections.abc import Callable

from guanai.core.documents.cards import Call, ContactCard, Part, render_cards
from guanai.core.documents.layout import Column, SheetLayout
from guanai.core.documents.paper import print_sheet
from guanai.core.documents.sheet import write_csv, write_xlsx

WIDE = SheetLayout("台账", [Column(f"列{place}") for place in range(25)])
CALLS = [Call(f"亲属{place}", "王建国", "19900001234", "江苏苏州") for place in range(7)]
BACK = [Part(title, [("电话", "19900001234")] * 5) for title in ("儿童", "父亲", "母亲", "监护人")]


def _rows(count: int) -> list[list[str]]:
    return [[f"张三{number}第{place}" for place in range(25)] for number in range(count)]


def _cards(count: int) -> list[ContactCard]:
    return [
        ContactCard(f"王{n}", calls=CALLS, qr=f"https://guanai.example/r/{n:08x}", back=BACK)
        for n in range(count)
    ]


def _busy() -> float:
    """Processor time of this process and its children; wall time on a shared machine says less."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(usage.ru_utime + usage.ru_stime for usage in used)


def main() -> None:
    print(platform.machine(), platform.python_version())
    rows, cards = _rows(100_000), _cards(1_000)
    works: list[tuple[str, str, Callable[[], object]]] = [
        (".xlsx 100,000 × 25", "20 s", lambda: write_xlsx(WIDE, rows, io.BytesIO())),
        (".csv 100,000 × 25", "-", lambda: write_csv(WIDE, rows, io.BytesIO())),
        ("PDF list 2,000 × 25", "-", lambda: print_sheet(WIDE, rows[:2_000])),
        ("1,000 cards A6 with QR", "3 s", lambda: render_cards(cards)),
        ("1,000 cards A4, both sides", "3 s", lambda: render_cards(cards, "A4", with_back=True)),
    ]
    for name, bar, work in works:
        begin, busy = time.perf_counter(), _busy()
        work()
        wall, busy = time.perf_counter() - begin, _busy() - busy
        print(f"{name:28} {wall:6.2f} s, processor {busy:6.2f} s   bar {bar}")
    child = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024
    print(f"largest child {child} MB")


if __name__ == "__main__":
    main()

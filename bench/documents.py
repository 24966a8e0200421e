"""Lists and cards from ready rows. The text is always another, so that
no writer profits from repetition."""

from __future__ import annotations

import io
from collections.abc import Callable

from bench.measuring import Figure, spending
from guanai.core.documents.cards import Call, ContactCard, Part, render_cards
from guanai.core.documents.layout import Column, SheetLayout
from guanai.core.documents.paper import print_sheet
from guanai.core.documents.sheet import write_csv, write_xlsx

WIDE = SheetLayout("台账", [Column(f"列{place}") for place in range(25)])
CALLS = [Call(f"亲属{place}", "王建国", "19900001234", "江苏苏州") for place in range(7)]
BACK = [Part(title, [("电话", "19900001234")] * 5) for title in ("儿童", "父亲", "母亲", "监护人")]
CARDS_BAR = 3  # s


def _rows(count: int) -> list[list[str]]:
    return [[f"张三{number}第{place}" for place in range(25)] for number in range(count)]


def _cards(count: int) -> list[ContactCard]:
    return [
        ContactCard(f"王{n}", calls=CALLS, qr=f"https://guanai.example/r/{n:08x}", back=BACK)
        for n in range(count)
    ]


def main() -> None:
    rows, cards = _rows(100_000), _cards(1_000)
    works: list[tuple[str, str, float | None, Callable[[], object]]] = [
        (".xlsx", "100,000 × 25", None, lambda: write_xlsx(WIDE, rows, io.BytesIO())),
        (".csv", "100,000 × 25", None, lambda: write_csv(WIDE, rows, io.BytesIO())),
        ("PDF list", "2,000 × 25", None, lambda: print_sheet(WIDE, rows[:2_000])),
        ("contact cards A6 with QR", "1,000", CARDS_BAR, lambda: render_cards(cards)),
        ("contact cards A4, both sides", "1,000", CARDS_BAR,
         lambda: render_cards(cards, "A4", with_back=True)),
    ]  # fmt: skip
    for work, size, bar, make in works:
        with spending() as spent:
            make()
        Figure(work, size, "", spent.wall, "s", bar, spent.busy).tell()

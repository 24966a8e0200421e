"""Recovery sheets of the county's key as PDF, one page each."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass

from guanai.core.documents.cards import qr_squares
from guanai.core.documents.press import press


@dataclass(frozen=True)
class KeyPage:
    """`facts` are (label, value); `lines` as typed back, also what the QR code says."""

    title: str
    facts: Sequence[tuple[str, str]]
    lines: Sequence[str]
    notes: Sequence[str]
    signatures: Sequence[str]


def print_key(pages: Sequence[KeyPage]) -> bytes:
    """Set in memory: nothing of it lies on the disk."""
    data = [asdict(page) | {"qr": qr_squares("\n".join(page.lines))} for page in pages]
    return press("key.typ", data).pdf

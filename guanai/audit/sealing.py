"""The hash chain over the log.

A seal takes the committed rows that no seal has yet. Rows are never touched for it: the seal lists
their keys, so it waits for nobody, and a row that was committed later than one with a higher key
(PostgreSQL) is awaited by its key. Of two processes that seal at once the second gives way.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator
from typing import Any

from django.db import IntegrityError, router, transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from guanai.audit.models import Entry, Logged, Reading, Seal

CHAINS: tuple[type[Logged], ...] = (Entry, Reading)
ROWS = 20_000  # of a seal at most
PRINT = 16  # bytes of SHA-256 that are kept of a row
AWAITED = dt.timedelta(days=1)  # no transaction lasts longer
Span = tuple[int, int]


def _plain(value: Any) -> str:
    if isinstance(value, dt.datetime):
        return value.isoformat()
    return bytes(getattr(value, "bytes", value)).hex()


_encode = json.JSONEncoder(
    ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=_plain
).encode


def prints(model: type[Logged], wanted: Q, most: int | None = None) -> Iterator[tuple[int, bytes]]:
    """Key and print of rows in the order of keys: the same bytes on both databases."""
    names, sha = model.SEALED, hashlib.sha256
    rows = model.objects.filter(wanted).order_by("pk").values_list(*names)[:most]
    for row in rows.iterator(chunk_size=5000):
        told = {name: value for name, value in zip(names, row, strict=True) if value}
        yield row[0], sha(_encode(told).encode()).digest()[:PRINT]


def begin(model: type[Logged]) -> Seal:
    """What stands before the first seal of a chain; never saved."""
    head = hashlib.sha256(f"guanai {model._meta.label_lower}".encode()).digest()
    return model.SEALS(number=0, high=0, head=head, rows=0, spans=[])


def head_of(seal: Seal) -> bytes:
    told = [
        *(bytes(seal.previous), seal.number, seal.at.astimezone(dt.UTC)),
        *(seal.rows, seal.spans, bytes(seal.digest)),
    ]
    return hashlib.sha256(_encode(told).encode()).digest()


def newest(model: type[Logged]) -> Seal:
    """The last seal, without its prints; `begin` if there is none."""
    return model.SEALS.objects.defer("prints").order_by("-number").first() or begin(model)


def stamp() -> str:
    """The heads of the chain, for the foot of what leaves the house."""
    return " ".join(str(last) for last in map(newest, CHAINS) if last.number)


def unsealed(last: Seal) -> Q:
    """Rows that may stand in the seal after this one."""
    wanted = Q(pk__gt=last.high)
    for first, upto, _until in last.awaited:
        wanted |= Q(pk__range=(first, upto))
    return wanted


def seal_all() -> int:
    """Seal whatever is committed and unsealed; how many rows."""
    return sum(seal(model) for model in CHAINS)


def seal(model: type[Logged]) -> int:
    count = 0
    while made := _seal_once(model):
        count += made
        if made < ROWS:
            break
    return count


def _seal_once(model: type[Logged]) -> int:
    last = newest(model)
    found = dict(prints(model, unsealed(last), ROWS))
    if not found:
        return 0
    made = _follow(last, found)
    try:
        with transaction.atomic(using=router.db_for_write(model.SEALS)):
            made.save(force_insert=True)
    except IntegrityError:  # somebody else made this seal meanwhile
        return 0
    return made.rows


def _follow(last: Seal, found: dict[int, bytes]) -> Seal:
    keys, now = list(found), timezone.now()
    high = max(last.high, keys[-1])
    waits = [gap for gap in last.awaited if gap[2] > now.isoformat()]
    until = (now + AWAITED).isoformat()
    together = b"".join(found.values())
    made = type(last)(
        number=last.number + 1,
        at=now,
        rows=len(keys),
        spans=list(spans(keys)),
        prints=together,
        digest=hashlib.sha256(together).digest(),
        previous=bytes(last.head),
        high=high,
        awaited=[
            [*gap, day]
            for first, upto, day in [*waits, (last.high + 1, high, until)]
            for gap in _gaps(first, upto, keys)
        ],
    )
    made.head = head_of(made)
    return made


def spans(keys: Iterable[int]) -> Iterator[Span]:
    """Sorted keys → runs of them."""
    first = before = None
    for key in keys:
        if first is None or before is None or key != before + 1:
            if first is not None and before is not None:
                yield first, before
            first = key
        before = key
    if first is not None and before is not None:
        yield first, before


def keys_of(runs: Iterable[Span]) -> Iterator[int]:
    for first, upto in runs:
        yield from range(first, upto + 1)


def groups(seals: QuerySet[Any]) -> Iterator[list[Seal]]:
    """Seals in their order, so many together that their rows are read by one question."""
    group: list[Seal] = []
    for one in seals.order_by("number").iterator(chunk_size=100):
        group.append(one)
        if sum(seal.rows for seal in group) >= ROWS:
            yield group
            group = []
    if group:
        yield group


def rows_of(group: list[Seal]) -> Q:
    """The rows of these seals."""
    wanted = Q(pk__in=[])
    for span in spans(sorted(key for seal in group for key in keys_of(seal.spans))):
        wanted |= Q(pk__range=span)
    return wanted


def _gaps(first: int, last: int, keys: list[int]) -> Iterator[Span]:
    """What is missing of first … last among the sorted keys."""
    for key in keys[bisect_left(keys, first) : bisect_right(keys, last)]:
        if key > first:
            yield first, key - 1
        first = key + 1
    if first <= last:
        yield first, last

"""Figures for those who see counts and no names, and for everybody else within his scope."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from itertools import pairwise

from django.conf import settings
from django.core.cache import cache
from django.db.models import Case, Count, Q, When
from django.db.models.functions import Substr
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from guanai.core.areas import STEP, outermost
from guanai.core.web import SignedIn, needs
from guanai.core.words import StrOrPromise
from guanai.organisations.models import Place, User
from guanai.organisations.rules import CHILDREN, FIGURES, Group
from guanai.people.ledger.exporting import TITLES
from guanai.people.ledger.filters import years_ago
from guanai.people.models import LedgerLine
from guanai.people.models.ledger import BIRTH_UNKNOWN, counts_for_leaders
from guanai.people.rules_figures import is_small, rolled_up, summed

KEPT = 300  # seconds
BANDS = {  # first ages of the bands
    "children": (0, 6, 14, 16),  # as the ministry counts: 0–5, 6–13, 14–16 (here 14–15)
    Group.WOMAN: (0, 30, 45, 60),
    Group.ELDER: (0, 60, 70, 80),
}
Counts = dict[str, list[int]]  # path one level below → figures


@dataclass
class Row:
    """A place's figures; None stands for one that is rolled up."""

    place: Place | None
    figures: list[int | None]
    shown: bool = True


@dataclass
class Board:
    """The table of one page: `rows` below `place`, then what was rolled up, and the sum."""

    place: Place | None
    heads: list[StrOrPromise]
    rows: list[Row] = field(default_factory=list)
    rest: list[int | None] = field(default_factory=list)
    total: list[int | None] = field(default_factory=list)
    at: dt.datetime = field(default_factory=timezone.now)


@require_safe
@needs(FIGURES)
def figures(request: SignedIn) -> HttpResponse:
    """`?place=CODE` looks below it, `?group=` breaks one ledger down by sex and age."""
    user, group = request.user, request.GET.get("group", "")
    if group and group not in TITLES:
        raise Http404
    roots = _roots(user)
    place = _place(request, roots)
    guarded = bool(counts_for_leaders(user))
    if guarded and place and not _may_look_below(user, place, roots, group):
        board = Board(place, [])
    else:
        board = _board(user, place, roots, group, guarded=guarded)
    context = {
        "board": board,
        "group": group,
        "groups": TITLES.items(),
        "guarded": guarded,
        "threshold": settings.SMALL_CELL,
        "above": Place.objects.filter(path=place.path[:-STEP]).first() if place else None,
    }
    return render(request, "people/ledger/figures.html", context)


def _roots(user: User) -> tuple[str, ...]:
    paths = counts_for_leaders(user) or [area.path for area in user.scope.areas]
    return outermost(paths)


def _place(request: SignedIn, roots: tuple[str, ...]) -> Place | None:
    """The place in view: within the user's area, or its one root. Raises Http404."""
    code = request.GET.get("place")
    if not code:
        return Place.objects.filter(path=roots[0]).first() if len(roots) == 1 else None
    place = Place.objects.filter(code=code).first()
    if place is None or (roots and not any(place.path.startswith(root) for root in roots)):
        raise Http404
    return place


def _heads(group: str) -> list[StrOrPromise]:
    if not group:
        return list(TITLES.values())
    ages = BANDS["children" if group in CHILDREN else Group(group)]
    bands = [f"{low}–{high - 1}" for low, high in pairwise(ages)]
    return [
        *(_("all"), _("male"), _("female"), _("sex not known")),
        *bands,
        f"{ages[-1]}+",
        _("age not known"),
    ]


def _counted(user: User, top: str, group: str) -> Counts:
    """Path one level below `top` → figures in the order of the heads."""
    key = f"figures.{user.reach}.{top}.{group}"
    kept: Counts | None = cache.get(key)
    if kept is None:
        lines = LedgerLine.objects.counted_for(user, under=top)
        if group:
            lines = lines.filter(group=group)
            conditions = _conditions(group)
        else:
            conditions = [Q(group=one) for one in TITLES]
        counts = {
            f"n{at}": Count(Case(When(condition, then=1)))
            for at, condition in enumerate(conditions)
        }
        head = Substr("path", 1, len(top) + STEP)
        rows = lines.values(head=head).annotate(**counts).order_by("head")
        kept = {path: list(found) for path, *found in rows.values_list("head", *counts)}
        cache.set(key, kept, KEPT)
    return kept


def _conditions(group: str) -> list[Q]:
    ages = BANDS["children" if group in CHILDREN else Group(group)]
    bands = [Q(born__lte=years_ago(low), born__gt=years_ago(high)) for low, high in pairwise(ages)]
    oldest = Q(born__lte=years_ago(ages[-1]), born__gt=BIRTH_UNKNOWN)
    known = Q(sex=1) | Q(sex=2)
    return [Q(sex__gte=0), Q(sex=1), Q(sex=2), ~known, *bands, oldest, Q(born=BIRTH_UNKNOWN)]


def _hidden(counts: Counts, group: str) -> list[frozenset[str]]:
    """For each column the paths whose figure is rolled up."""
    least = settings.SMALL_CELL
    if not group:  # the ledgers stand side by side and add up to nothing
        columns = range(len(TITLES))
        return [rolled_up({p: [f[at]] for p, f in counts.items()}, least) for at in columns]
    whole = rolled_up({path: found[:1] for path, found in counts.items()}, least)
    parts = rolled_up({path: found[1:] for path, found in counts.items()}, least, whole)
    width = len(_heads(group))
    return [whole, *[parts] * (width - 1)]


def _may_look_below(user: User, place: Place, roots: tuple[str, ...], group: str) -> bool:
    """Whether no place on the way down to this one is rolled up."""
    root = next(root for root in roots if place.path.startswith(root))
    for end in range(len(root), len(place.path), STEP):
        counts = _counted(user, place.path[:end], group)
        if any(place.path[: end + STEP] in paths for paths in _hidden(counts, group)):
            return False
    return True


def _board(
    user: User, place: Place | None, roots: tuple[str, ...], group: str, *, guarded: bool
) -> Board:
    top = place.path if place else (roots[0][:STEP] if roots else user.seats[0].path[:STEP])
    counts, heads = _counted(user, top, group), _heads(group)
    hidden = _hidden(counts, group) if guarded else [frozenset[str]()] * len(heads)
    places = Place.objects.in_bulk(list(counts), field_name="path")
    board = Board(place, heads)
    for path, found in counts.items():
        shown = [None if path in hidden[at] else n for at, n in enumerate(found)]
        board.rows.append(Row(places.get(path), shown, None not in shown and path != top))
    empty = [0] * len(heads)
    total = summed(list(counts.values())) if counts else empty
    rest = [
        sum(found[at] for path, found in counts.items() if path in hidden[at])
        for at in range(len(heads))
    ]
    board.total = _guard(total, group) if guarded else [*total]
    board.rest = _guard(rest, group) if guarded and any(hidden) else []
    return board


def _guard(found: list[int], group: str) -> list[int | None]:
    """A sum without its small figures; of a ledger's parts that add up, all or none."""
    small = [is_small(n, settings.SMALL_CELL) for n in found]
    if group:
        small = [small[0], *[any(small)] * (len(small) - 1)]
    return [None if hide else n for n, hide in zip(found, small, strict=True)]

"""How many stand in a ledger in each place below the one in view."""

from __future__ import annotations

from django.db.models.functions import Substr

from guanai.core.areas import STEP, outermost
from guanai.organisations.models import Place
from guanai.people.ledger.listing import FIGURES, Figures, Listing


def by_place(listing: Listing) -> list[tuple[Place, Figures]]:
    """One entry for each place one step below the place in view, in order; empty ones left out."""
    top = listing.filters.place_path or _top(listing)
    head = Substr("path", 1, len(top) + STEP)
    rows = (
        listing.lines()
        .values(head=head)
        .annotate(**FIGURES)
        .order_by("head")
        .values_list("head", *FIGURES)
    )
    found = list(rows)
    places = Place.objects.in_bulk([row[0] for row in found], field_name="path")
    return [(places[path], Figures(*counts)) for path, *counts in found if path in places]


def _top(listing: Listing) -> str:
    """Where the reader's area begins; a school's pupils are counted by township."""
    roots = outermost(area.path for area in listing.user.scope.areas)
    if len(roots) == 1:
        return roots[0]
    seats = listing.user.seats
    return seats[0].path[:STEP] if seats else ""

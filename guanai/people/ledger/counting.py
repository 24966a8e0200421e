"""How many stand in a ledger in each place below the one in view."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Case, Count, When
from django.db.models.functions import Substr

from guanai.core.areas import STEP, outermost
from guanai.organisations.models import Place

if TYPE_CHECKING:
    from guanai.people.ledger.listing import Listing


@dataclass(frozen=True)
class Counted:
    place: Place
    people: int
    complete: int
    without_phone: int

    @property
    def share(self) -> float:
        """Percent of complete files."""
        return 100 * self.complete / self.people


def by_place(listing: Listing) -> list[Counted]:
    """One entry for each place one step below the place in view, in order; empty ones left out."""
    top = listing.filters.place_path or _top(listing)
    head = Substr("path", 1, len(top) + STEP)
    rows = (
        listing.lines()
        .values(head=head)
        .annotate(
            people=Count("*"),
            complete=Count(Case(When(haves=4, then=1))),
            phoneless=Count(Case(When(guardian_phone=False, then=1))),
        )
        .order_by("head")
        .values_list("head", "people", "complete", "phoneless")
    )
    found = list(rows)
    places = Place.objects.in_bulk([row[0] for row in found], field_name="path")
    return [Counted(places[path], *counts) for path, *counts in found if path in places]


def _top(listing: Listing) -> str:
    """Where the reader's area begins; a school's pupils are counted by township."""
    roots = outermost(area.path for area in listing.user.scope.areas)
    if len(roots) == 1:
        return roots[0]
    seats = listing.user.seats
    return seats[0].path[:STEP] if seats else ""

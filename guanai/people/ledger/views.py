"""The ledger's pages: a list, its counts by place, the views that readers keep, and search."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.conf import settings
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from guanai.core.models import permitted
from guanai.core.web import SignedIn, needs, whole
from guanai.organisations.models import User
from guanai.organisations.rules import (
    CHILDREN,
    PERSON_EXPORT,
    PERSON_IMPORT,
    PERSON_VIEW,
    Group,
)
from guanai.people.ledger import search as searching
from guanai.people.ledger.columns import chosen, columns_of
from guanai.people.ledger.counting import by_place
from guanai.people.ledger.exporting import TITLES, forms_for
from guanai.people.ledger.filters import COLUMNS, LedgerFilter
from guanai.people.ledger.listing import Listing
from guanai.people.models import SavedView
from guanai.people.models.looks import LISTS

# On the first line of the filters; the others fold away until one of them narrows.
FIRST = ("sex", "age_from", "age_to", "parents", "guardian", "missing")
LONGEST = 60  # signs of what is searched for


def ledgers_of(user: User) -> list[str]:
    """The ledgers that a user is offered, in our order."""
    if not user.scope.sees_people:
        return list(Group)  # by grants alone: any
    groups = set().union(*(area.groups for area in user.scope.areas))
    if user.scope.schools or user.scope.classes:
        groups |= CHILDREN
    return [group for group in Group if group in groups]


def listing_of(request: SignedIn, group: str) -> Listing:
    """Raises Http404 for a ledger that there is not."""
    if group not in TITLES:
        raise Http404
    filters = LedgerFilter(request.GET, group=group, user=request.user)
    return Listing(request.user, group, filters)


@require_safe
@needs(PERSON_VIEW)
def home(request: SignedIn) -> HttpResponse:
    return redirect("people:ledger", ledgers_of(request.user)[0])


@require_safe
@needs(PERSON_VIEW)
def ledger(request: SignedIn, group: str) -> HttpResponse:
    """Pages are named by the person before or after them: `?after=UID`."""
    listing = listing_of(request, group)
    number = request.GET.get("page", "1")
    first = max(whole(number) - 1, 0) * settings.PAGE_ROWS
    page = listing.page(after=_uid(request, "after"), before=_uid(request, "before"))
    context = _frame(request, listing) | {
        "page": page,
        "columns": chosen(group, request.GET.getlist(COLUMNS)),
        "first": first + 1,
        "last": first + len(page.lines),
        "number": first // settings.PAGE_ROWS + 1,
        "cap": settings.COUNT_CAP,
        "forms": forms_for(request.user, group),
        "may_export": request.user.has_perm(PERSON_EXPORT),
        "purposes": LISTS if group in CHILDREN and request.user.scope.asks_why("") else (),
        "may_import": request.user.has_perm(PERSON_IMPORT),
        "views": SavedView.objects.visible_to(request.user).filter(group=group),
    }
    status = 200 if listing.filters.is_valid() else 422
    return render(request, "people/ledger/list.html", context, status=status)


def _uid(request: SignedIn, name: str) -> str:
    try:
        return str(UUID(request.GET.get(name, "")))
    except ValueError:
        return ""


def _frame(request: SignedIn, listing: Listing) -> dict[str, Any]:
    filters, group = listing.filters, listing.group
    more = [filters[name] for name in filters.fields if name not in {*FIRST, *_HIDDEN}]
    return {
        "listing": listing,
        "group": group,
        "title": TITLES[Group(group)],
        "ledgers": [(one, TITLES[Group(one)]) for one in ledgers_of(request.user)],
        "filters": filters,
        "first_fields": [filters[name] for name in FIRST if name in filters.fields],
        "more_fields": more,
        "hidden_fields": [filters[name] for name in _HIDDEN if filters.said.get(name)],
        "more_open": any(field.name in filters.narrowed for field in more),
        "offered": columns_of(group),
        "of_children": group in CHILDREN,
        "place": filters.told().get("place"),
    }


_HIDDEN = ("place", "batch", "sort", "desc")


@require_safe
@needs(PERSON_VIEW)
def places(request: SignedIn, group: str) -> HttpResponse:
    """How many stand in the ledger in each place below; every line leads further down."""
    listing = listing_of(request, group)
    context = _frame(request, listing) | {"rows": by_place(listing)}
    return render(request, "people/ledger/places.html", context)


@require_POST
@needs(PERSON_VIEW)
def keep_view(request: SignedIn, group: str) -> HttpResponseRedirect:
    """Keep these filters, order and columns under a name."""
    listing = listing_of(request, group)
    query = listing.filters.query()
    SavedView.keep(
        request.POST.get("name", ""),
        group,
        query,
        shared=bool(request.POST.get("shared")),
        by=request.user,
    )
    return redirect(f"{reverse('people:ledger', args=[group])}?{query}")


@require_POST
@needs(PERSON_VIEW)
def drop_view(request: SignedIn, uid: UUID) -> HttpResponseRedirect:
    view = permitted(request.user, SavedView.objects.all(), uid, PERSON_VIEW)
    view.drop(by=request.user)
    return redirect("people:ledger", view.group)


@require_POST
@needs(PERSON_VIEW)
def search(request: SignedIn) -> HttpResponseRedirect:
    """POST `q`; the answer's address holds a random key, never what was typed."""
    text = request.POST.get("q", "").strip()[:LONGEST]
    if not text:
        return redirect("people:ledgers")
    return redirect("people:found", searching.keep(request.session, text))


@require_safe
@never_cache
@needs(PERSON_VIEW)
def found(request: SignedIn, key: str) -> HttpResponse:
    """What this reader searched for under the key, looked up anew."""
    text = searching.kept(request.session, key)
    if text is None:
        raise Http404
    hits = searching.search(request.user, text)
    context = {"text": text, "hits": hits, "nobody": not hits}
    return render(request, "people/ledger/found.html", context)

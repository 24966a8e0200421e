"""The log, for auditors: who did, who looked, who was refused. It names files by number only."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from guanai.audit.models import Entry, Reading
from guanai.core.registries import subjects
from guanai.core.web import day_of, needs, whole

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from guanai.core.web import SignedIn

VERB = "audit.view_entry"


@require_safe
@needs(VERB)
def log(request: SignedIn) -> HttpResponse:
    """Acts, newest first; filtered by account, action, day and refusal."""
    rows = Entry.objects.visible_to(request.user).select_related("user")
    if request.GET.get("refused"):
        rows = rows.filter(refused=True)
    if request.GET.get("action"):
        rows = rows.filter(action__startswith=request.GET["action"])
    page = narrowed(request, rows)
    for row in page["rows"]:
        row.told = {
            key: ", ".join(map(str, value)) if isinstance(value, list) else value
            for key, value in row.facts.items()
        }
    return render(request, "audit/log.html", page)


@require_safe
@needs(VERB)
def readings(request: SignedIn) -> HttpResponse:
    """Looks at minors' files, newest first."""
    page = narrowed(request, Reading.objects.visible_to(request.user))
    people = {row.person_id for row in page["rows"]}
    names = {
        row.pk: row.username
        for row in get_user_model().objects.filter(pk__in={row.user_id for row in page["rows"]})
    }
    files: dict[int, str] = {}
    for subject in subjects.all():
        if subject.model == "people.Person":
            files = subject.labels(sorted(people))
    for row in page["rows"]:
        row.username = names.get(row.user_id, "")
        row.file = files.get(row.person_id, "")
    return render(request, "audit/readings.html", page)


def narrowed(request: SignedIn, rows: QuerySet[Any]) -> dict[str, Any]:
    """One page of rows (keyset on the key), with the filters common to both lists."""
    user, before = request.GET.get("user", ""), request.GET.get("before", "")
    day = day_of(request.GET.get("day"))
    if user:  # a list, for the readings may lie in another database file
        accounts = get_user_model().objects.filter(username=user)
        rows = rows.filter(user_id__in=list(accounts.values_list("pk", flat=True)))
    if day:
        rows = rows.filter(at__date=day)
    if whole(before):
        rows = rows.filter(pk__lt=whole(before))
    found = list(rows.order_by("-pk")[: settings.PAGE_ROWS + 1])
    query = request.GET.copy()
    more = len(found) > settings.PAGE_ROWS
    if more:
        query["before"] = str(found[settings.PAGE_ROWS - 1].pk)
    return {
        "rows": found[: settings.PAGE_ROWS],
        "next": f"?{query.urlencode()}" if more else "",
        "filters": request.GET,
    }

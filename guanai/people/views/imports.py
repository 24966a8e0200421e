"""The import wizard: drop files, watch, repair, confirm, look at what came in, take back."""

from __future__ import annotations

import io
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.db import transaction
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from guanai.audit.models import record
from guanai.core.documents.sheet import write_xlsx
from guanai.core.models import permitted
from guanai.core.web import TYPES, SignedIn, form_page, needs, to, whole
from guanai.organisations.rules import PERSON_IMPORT
from guanai.people.forms_import import NewImportForm
from guanai.people.importing import deciding, wording
from guanai.people.importing.preview import Preview, rejected
from guanai.people.importing.staging import Staging
from guanai.people.models import Import, LayoutMemory
from guanai.people.roster.targets import KINDS, TARGETS
from guanai.people.tasks import work_on_import


def found(request: SignedIn, uid: UUID) -> Import:
    rows = Import.objects.select_related("by", "organisation", "place")
    return permitted(request.user, rows, uid, PERSON_IMPORT)


def enqueue(batch: Import) -> None:
    """The next step is done by a job, once this change is written."""
    transaction.on_commit(lambda: work_on_import.enqueue(batch.pk))


@needs(PERSON_IMPORT)
@require_http_methods(["GET", "HEAD", "POST"])
def index(request: SignedIn) -> HttpResponse:
    """Imports of one's organisations, and the door for new files."""
    form = NewImportForm(request.user, request.POST or None, request.FILES or None)
    if form.is_valid():
        return redirect("imports:detail", uid=_begin(request, form).uid)
    batches = Import.objects.visible_to(request.user).select_related("by")[: settings.PAGE_ROWS]
    return form_page(request, "people/imports/index.html", form, batches=batches)


def _begin(request: SignedIn, form: NewImportForm) -> Import:
    files = form.cleaned_data["rosters"]
    with transaction.atomic():
        batch = Import.begin(
            [file.name for file in files],
            by=request.user,
            kind=form.cleaned_data["kind"],
            place=form.cleaned_data["place"],
        )
        staging = Staging(batch)
        for number, file in enumerate(files):
            staging.keep_file(number, file.read())
        enqueue(batch)
    return batch


@needs(PERSON_IMPORT)
@require_safe
def detail(request: SignedIn, uid: UUID) -> HttpResponse:
    """Progress, preview or result, as the import stands."""
    batch = found(request, uid)
    if request.htmx and "state" in request.GET:  # type: ignore[attr-defined]
        if batch.is_busy:
            return render(request, "people/imports/detail.html#state", {"batch": batch})
        answer = HttpResponse()
        answer["HX-Refresh"] = "true"
        return answer
    context: dict[str, Any] = {"batch": batch}
    if batch.error:
        context["error"] = wording.of_file(batch.error["code"], batch.told["fault"])
    if batch.state in {"preview", "done"} and Staging(batch).has_rows():
        context |= _rows(request, batch)
    return render(request, "people/imports/detail.html", context)


def _rows(request: SignedIn, batch: Import) -> dict[str, Any]:
    chosen = request.GET.get("rows", "faulty" if batch.counts.get("faulty") else "all")
    number = request.GET.get("page", "1")
    with Staging(batch) as staging:
        preview = Preview(batch, staging, request.user)
        page = preview.page(chosen, max(whole(number), 1))
        here = f"{reverse('imports:detail', args=[batch.uid])}?rows={chosen}&page="
        return {
            "page": page,
            "chosen": chosen,
            "filters": preview.filters(),
            "tables": preview.tables(),
            "notices": preview.notices(),
            "ignored": preview.ignored(),
            "previous": f"{here}{page.number - 1}" if page.number > 1 else "",
            "next": f"{here}{page.following}" if page.following else "",
            "to_write": batch.counts["rows"] - batch.counts["faulty"] - batch.counts["left_out"],
            "mass": chosen if any(line.acceptable for line in page.lines) else "",
        }


@needs(PERSON_IMPORT)
@require_POST
def row(request: SignedIn, uid: UUID, number: int) -> HttpResponse:
    """A decision on one row: repair, take as it is, leave out, take in again."""
    batch = found(request, uid)
    act = request.POST.get("act", "repair")
    if act == "repair":
        prefix = "cell."
        cells = {
            name.removeprefix(prefix): text
            for name, text in request.POST.items()
            if name.startswith(prefix) and isinstance(text, str)
        }
        everywhere = "everywhere" in request.POST
        count = deciding.repair(batch, number, cells, everywhere=everywhere, by=request.user)
        if everywhere:
            said = ngettext("%d row repaired.", "%d rows repaired.", count) % count
            messages.success(request, said)
            return _back(request, batch)
    elif act == "accept":
        deciding.accept(batch, number, by=request.user)
    else:
        deciding.leave_out(batch, number, out=act == "leave_out", by=request.user)
    return _line(request, batch, number)


@needs(PERSON_IMPORT)
@require_POST
def likeness(request: SignedIn, uid: UUID, number: int, candidate: int) -> HttpResponse:
    """Is it the same person?"""
    batch = found(request, uid)
    deciding.decide(batch, candidate, request.POST.get("decision", ""), by=request.user)
    return _line(request, batch, number)


@needs(PERSON_IMPORT)
@require_POST
def acceptance(request: SignedIn, uid: UUID) -> HttpResponse:
    """Take all rows with one problem as they are."""
    batch = found(request, uid)
    count = deciding.accept_all(batch, request.POST.get("code", ""), by=request.user)
    messages.success(request, ngettext("%d row taken.", "%d rows taken.", count) % count)
    return _back(request, batch)


def _line(request: SignedIn, batch: Import, number: int) -> HttpResponse:
    """The row as it stands now, for htmx; else back to the list."""
    if not request.htmx:  # type: ignore[attr-defined]
        return _back(request, batch)
    with Staging(batch) as staging:
        staged = staging.row(number)
        if staged is None:
            raise Http404
        [line] = Preview(batch, staging, request.user).lines([staged])
    return render(request, "people/imports/row.html", {"batch": batch, "line": line, "done": True})


def _back(request: SignedIn, batch: Import) -> HttpResponse:
    chosen = request.POST.get("rows", "")
    page = request.POST.get("page", "1")
    url = reverse("imports:detail", args=[batch.uid])
    if chosen.replace("_", "").replace(".", "").isalnum() and page.isdigit():
        url += f"?rows={chosen}&page={page}"
    if request.htmx:  # type: ignore[attr-defined]
        answer = HttpResponse()
        answer["HX-Redirect"] = url
        return answer
    return to(url)


@needs(PERSON_IMPORT)
@require_http_methods(["GET", "HEAD", "POST"])
def table(request: SignedIn, uid: UUID, number: int) -> HttpResponse:
    """What a table's columns mean; what is said here is remembered for the same layout."""
    batch = found(request, uid)
    with Staging(batch) as staging:
        tables = Preview(batch, staging, request.user).tables()
    one = next((t for t in tables if t["source"].id == number), None)
    if one is None or batch.state != "preview":
        raise Http404
    if request.method != "POST":
        context = {"batch": batch, "table": one, "kinds": [(k, wording.kind(k)) for k in KINDS]}
        return render(request, "people/imports/table.html", context)
    _remember(request, batch, one)
    return redirect("imports:detail", uid=uid)


@transaction.atomic
def _remember(request: SignedIn, batch: Import, one: dict[str, Any]) -> None:
    source = one["source"]
    kind = request.POST.get("kind", "")
    kind = kind if kind in KINDS else source.kind
    columns = {
        str(place): target
        for place, _title, _target, _samples in one["columns"]
        if (target := request.POST.get(f"column.{place}", "")).partition("=")[0] in TARGETS[kind]
    }
    LayoutMemory.objects.update_or_create(
        organisation=batch.organisation,
        signature=source.signature,
        defaults={"kind": kind, "columns": columns},
    )
    batch.read_again(by=request.user)
    enqueue(batch)


@needs(PERSON_IMPORT)
@require_POST
def confirmation(request: SignedIn, uid: UUID) -> HttpResponse:
    batch = found(request, uid)
    with transaction.atomic():
        batch.confirm(by=request.user)
        enqueue(batch)
    return to(reverse("imports:detail", args=[uid]))


@needs(PERSON_IMPORT)
@require_POST
def cancellation(request: SignedIn, uid: UUID) -> HttpResponse:
    found(request, uid).cancel(by=request.user)
    messages.info(request, _("The import was called off; nothing of it was kept."))
    return to(reverse("imports:index"))


@needs(PERSON_IMPORT)
@require_POST
def undoing(request: SignedIn, uid: UUID) -> HttpResponse:
    batch = found(request, uid)
    batch.undo(by=request.user)
    work_on_import.enqueue(batch.pk)
    return to(reverse("imports:detail", args=[uid]))


@needs(PERSON_IMPORT)
@require_safe
def rejected_rows(request: SignedIn, uid: UUID) -> FileResponse:
    """The rows that were left out as .xlsx, the reason in each."""
    batch = found(request, uid)
    if batch.state not in {"preview", "done"} or not Staging(batch).has_rows():
        raise Http404
    file = io.BytesIO()
    with Staging(batch) as staging:
        layout, rows = rejected(staging)
        count = write_xlsx(layout, rows, file)
    with transaction.atomic():
        record("people.import.rejected", by=request.user, subject=batch, rows=count)
    file.seek(0)
    kind = TYPES["xlsx"]
    return FileResponse(file, as_attachment=True, filename="rejected.xlsx", content_type=kind)

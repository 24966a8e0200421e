"""Taking lists and cards out, and the forms of exports: the pages' side."""

from __future__ import annotations

import tempfile
from typing import Any
from uuid import UUID

from django import forms
from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.forms import formset_factory
from django.http import FileResponse, Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from guanai.core.documents.cards import Size
from guanai.core.models import permitted
from guanai.core.web import TYPES, SignedIn, handed, needs
from guanai.organisations.rules import FORMS_CHANGE, PERSON_EXPORT, Group
from guanai.people.ledger.exporting import TITLES, Export, Form, form_of, forms_for
from guanai.people.ledger.fields import FIELDS
from guanai.people.ledger.filters import LedgerFilter
from guanai.people.ledger.listing import Listing
from guanai.people.looking import purpose_said, reason_of
from guanai.people.models import ExportForm, LedgerLine, Person

KINDS = {"xlsx", "csv", "pdf"}
TICKED_MOST = 1000


def listing_taken(request: SignedIn, group: str) -> Listing:
    """All of the filter, or the rows that were ticked. Raises Http404."""
    if group not in TITLES:
        raise Http404
    filters = LedgerFilter(request.GET, group=group, user=request.user)
    ticked = request.POST.getlist("file")[:TICKED_MOST]
    try:
        uids = tuple(str(UUID(uid)) for uid in ticked)
    except ValueError as error:
        raise Http404 from error
    return Listing(request.user, group, filters, uids)


@require_POST
@needs(PERSON_EXPORT)
def export(request: SignedIn, group: str) -> FileResponse:
    """POST `form` (code), `kind` and, if only some rows are meant, their uids as `file`."""
    kind = request.POST.get("kind", "xlsx")
    if kind not in KINDS:
        raise Http404
    taken = Export(listing_taken(request, group), purpose_said(request.POST))
    form = form_of(request.user, group, request.POST.get("form", ""))
    # Has no name in the file system: gone with the answer.
    file = tempfile.TemporaryFile(dir=settings.HOME.uploads)  # noqa: SIM115 - FileResponse closes it
    taken.write(form, kind, file)
    file.seek(0)
    name = f"{TITLES[Group(group)]}-{timezone.localdate():%Y%m%d}.{kind}"
    return FileResponse(file, as_attachment=True, filename=name, content_type=TYPES[kind])


@require_POST
@needs(PERSON_EXPORT)
def cards(request: SignedIn, group: str) -> HttpResponse:
    """Contact cards as PDF: `size` A6 or A4, `back` for the record on the back."""
    taken = Export(listing_taken(request, group), purpose_said(request.POST))
    size: Size = "A4" if request.POST.get("size") == "A4" else "A6"
    pdf = taken.cards(size, _base(request), with_back=bool(request.POST.get("back")))
    return handed(pdf, f"cards-{size}.pdf", shown=True)


@require_POST
@needs(PERSON_EXPORT)
def card(request: SignedIn, uid: UUID) -> HttpResponse:
    """The card of one person, from the file's page."""
    person = permitted(request.user, Person.objects.all(), uid, PERSON_EXPORT)
    line = LedgerLine.objects.visible_to(request.user).filter(person=person).first()
    if line is None:
        raise Http404
    filters = LedgerFilter(request.GET, group=line.group, user=request.user)
    purpose = reason_of(request.user, person)
    taken = Export(Listing(request.user, line.group, filters, (str(person.uid),)), purpose)
    size: Size = "A4" if request.POST.get("size") == "A4" else "A6"
    pdf = taken.cards(size, _base(request), with_back=True)
    return handed(pdf, f"cards-{size}.pdf", shown=True)


def _base(request: SignedIn) -> str:
    return settings.ADDRESS or request.build_absolute_uri("/")


class ColumnForm(forms.Form):
    """A column of a form; without a title it is left out."""

    order = forms.IntegerField(min_value=1, max_value=999, required=False, label=_("order"))
    band = forms.CharField(max_length=40, required=False, label=_("band above"))
    title = forms.CharField(max_length=40, required=False, label=_("column title"))
    field = forms.CharField(required=False, label=_("what stands there"))

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        for one in self.fields.values():
            one.widget.attrs["aria-label"] = one.label
        # Named by its label, from one list in the page: sixty choices in each row would be heavy.
        self.fields["field"].widget.attrs["list"] = "catalogue"

    def clean_field(self) -> str:
        said = self.cleaned_data["field"].strip()
        by_label = {str(one.label): one.key for one in FIELDS.values()}
        if said and said not in by_label:
            raise forms.ValidationError(_("Take one of the list."), code="unknown")
        return by_label[said] if said else ""


ColumnForms = formset_factory(ColumnForm, extra=3, max_num=80)


@require_safe
@needs(FORMS_CHANGE)
def export_forms(request: SignedIn) -> HttpResponse:
    """Every ledger's forms."""
    found = [(group, title, forms_for(request.user, group)) for group, title in TITLES.items()]
    return render(request, "people/ledger/forms.html", {"found": found})


@require_http_methods(["GET", "HEAD", "POST"])
@needs(FORMS_CHANGE)
def export_form(request: SignedIn, group: str, code: str) -> HttpResponse:
    """Titles, order and fields of one form; “new” begins another."""
    if group not in TITLES:
        raise Http404
    form = Form("new", "", []) if code == "new" else form_of(request.user, group, code)
    if request.method == "GET":
        initial = [
            {
                "order": at * 10,
                "band": one.band,
                "title": one.title,
                "field": str(FIELDS[one.field].label),
            }
            for at, one in enumerate(form.columns, 1)
        ]
        columns = ColumnForms(initial=initial)
        return _entry(request, group, form, columns)
    columns = ColumnForms(request.POST)
    if not columns.is_valid():
        return _entry(request, group, form, columns, status=422)
    rows = [row for row in columns.cleaned_data if row.get("title") and row.get("field")]
    rows.sort(key=lambda row: row.get("order") or 999)
    kept = [[row["title"], row["field"], row["band"]] for row in rows]
    name = request.POST.get("name", "").strip()[:40] or str(form.name) or str(_("form"))
    code = code if code != "new" else f"own-{timezone.now():%y%m%d%H%M%S}"
    ExportForm.keep(group, code, name, kept, by=request.user)
    return redirect("people:export_forms")


def _entry(
    request: SignedIn, group: str, form: Form, columns: object, status: int = 200
) -> HttpResponse:
    title = TITLES[Group(group)]
    context = {"group": group, "title": title, "form": form, "columns": columns}
    context["catalogue"] = [one.label for one in FIELDS.values()]
    return render(request, "people/ledger/form.html", context, status=status)


@require_POST
@needs(FORMS_CHANGE)
def drop_export_form(request: SignedIn, group: str, code: str) -> HttpResponseRedirect:
    form = ExportForm.objects.visible_to(request.user).filter(group=group, code=code).first()
    if form is None:
        raise Http404
    if not request.user.has_perm(FORMS_CHANGE, form):
        raise PermissionDenied
    form.drop(by=request.user)
    return redirect("people:export_forms")

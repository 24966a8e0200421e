"""The auditor's pages: the log, patterns in it, its chain. Files are named by number only."""

from __future__ import annotations

import datetime as dt
import io
from typing import Any
from uuid import UUID

from django import forms
from django.contrib.auth import get_user_model
from django.db import transaction
from django.db.models import Q, QuerySet
from django.http import FileResponse, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from guanai.audit.keeping import limit
from guanai.audit.models import Entry, Finding, Inquiry, Logged, Reading, record
from guanai.audit.patterns import SHOWN
from guanai.audit.proving import find, young
from guanai.audit.report import write_report
from guanai.audit.sealing import CHAINS, newest
from guanai.audit.searching import LogForm, page, tell
from guanai.core.models import permitted
from guanai.core.web import TYPES, SignedIn, form_page, needs

VERB = "audit.view_entry"
BEHIND = 200  # rows behind a pattern that are shown


@require_safe
@needs(VERB)
def log(request: SignedIn) -> HttpResponse:
    """Acts, newest first."""
    return _listed(request, Entry, "audit/log.html")


@require_safe
@needs(VERB)
def readings(request: SignedIn) -> HttpResponse:
    """Looks at minors' files, newest first."""
    return _listed(request, Reading, "audit/readings.html")


def _listed(request: SignedIn, model: type[Logged], template: str) -> HttpResponse:
    form = LogForm(model, request.GET)
    shown: dict[str, Any] = {"form": form, "rows": [], "next": "", "tab": model._meta.model_name}
    if form.is_valid():
        rows = form.narrow(model.objects.visible_to(request.user))
        shown["rows"], last = page(rows, request.GET.get("before", ""))
        query = request.GET.copy()
        query["before"] = last
        shown["next"] = f"?{query.urlencode()}" if last else ""
    return render(request, template, shown, status=200 if form.is_valid() else 422)


class InquiryForm(forms.ModelForm[Inquiry]):
    class Meta:
        model = Inquiry
        fields = ("result", "text")
        widgets = {"text": forms.Textarea(attrs={"rows": 3})}


@require_safe
@needs(VERB)
def patterns(request: SignedIn) -> HttpResponse:
    """What stands out, newest first; `open` leaves out what somebody looked into."""
    rows = Finding.objects.visible_to(request.user).select_related("user")
    if request.GET.get("open"):
        rows = rows.filter(inquiries=None)
    found = list(rows.prefetch_related("inquiries")[:BEHIND])
    shown = {"rows": found, "tab": "patterns", "open": request.GET.get("open")}
    return render(request, "audit/patterns.html", shown)


@require_http_methods(["GET", "HEAD", "POST"])
@needs(VERB)
def pattern(request: SignedIn, uid: UUID) -> HttpResponse:
    """One pattern with the rows behind it; POST notes what came of asking."""
    finding = permitted(request.user, Finding.objects.select_related("user"), uid, VERB)
    form = InquiryForm(request.POST or None)
    if form.is_valid():
        finding.look_into(**form.cleaned_data, by=request.user)
        return redirect("audit:patterns")
    rows = list(_behind(finding).order_by("at", "pk")[:BEHIND])
    tell(rows)
    shown = {
        "finding": finding,
        "rows": rows,
        "tab": "patterns",
        "inquiries": finding.inquiries.select_related("by"),
    }
    return form_page(request, "audit/pattern.html", form, **shown)


def _behind(finding: Finding) -> QuerySet[Any]:
    within = Q(user_id=finding.user_id, at__gte=finding.since, at__lt=finding.until)
    if finding.kind == "refused":
        return Entry.objects.filter(within, refused=True)
    if finding.kind == "export":
        return Entry.objects.filter(within, facts__mark__isnull=False)
    rows = Reading.objects.filter(within, how__in=SHOWN)
    return rows.filter(person_id__in=finding.people) if finding.people else rows


class PeriodForm(forms.Form):
    since = forms.DateField(label=_("from"), widget=forms.DateInput(attrs={"type": "date"}))
    until = forms.DateField(label=_("to"), widget=forms.DateInput(attrs={"type": "date"}))

    def clean(self) -> dict[str, Any]:
        told = self.cleaned_data
        if "since" in told and "until" in told and told["since"] > told["until"]:
            raise forms.ValidationError(_("The last day lies before the first."), code="order")
        return told


@require_safe
@needs(VERB)
def chain(request: SignedIn) -> HttpResponse:
    """Today's heads, to be printed and signed; a head from paper is looked up as `head`."""
    year = timezone.localdate().year - 1  # the report on a year is due in the January after it
    days = {"since": dt.date(year, 1, 1), "until": dt.date(year, 12, 31)}
    return _chain(request, PeriodForm(initial=days))


def _chain(request: SignedIn, form: PeriodForm) -> HttpResponse:
    head = request.GET.get("head", "").strip()
    shown = {
        "tab": "chain",
        "chains": [(model._meta.verbose_name, newest(model), young(model)) for model in CHAINS],
        "head": head,
        "found": find(head) if head else None,
        "limit": limit(),
        "today": timezone.localdate(),
    }
    return form_page(request, "audit/chain.html", form, **shown)


@require_POST
@needs(VERB)
def report(request: SignedIn) -> HttpResponse | FileResponse:
    """The data-protection audit of a period as .docx."""
    form = PeriodForm(request.POST)
    if not form.is_valid():
        return _chain(request, form)
    since, until = form.cleaned_data["since"], form.cleaned_data["until"]
    with transaction.atomic():
        record("audit.report.take", by=request.user, since=f"{since}", until=f"{until}")
    file = io.BytesIO()
    write_report(since, until, _unit(request), file)
    file.seek(0)
    name = f"audit-{since}-{until}.docx"
    return FileResponse(file, as_attachment=True, filename=name, content_type=TYPES["docx"])


def _unit(request: SignedIn) -> str:
    mine = get_user_model().objects.filter(pk=request.user.pk)
    return mine.values_list("posts__organisation__name", flat=True).first() or ""

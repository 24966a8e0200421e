"""The queue of possible duplicates, two files side by side, and the undo of a merge."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import UUID

from django import forms
from django.conf import settings
from django.contrib import messages
from django.db.models.functions import Length
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_safe

from guanai.audit.models import note_readings
from guanai.core.areas import STEP, below, outermost, within
from guanai.core.broken import RuleBroken
from guanai.core.models import permitted
from guanai.core.web import GET_POST, needs, to, whole
from guanai.organisations.models import Place
from guanai.organisations.rules import PERSON_MERGE
from guanai.people.conflicts import Conflict
from guanai.people.labels import label, show
from guanai.people.linking.wording import evidence, in_words
from guanai.people.merging import joining, undoing
from guanai.people.merging.comparing import LEFT, RIGHT, SIDES, Pair
from guanai.people.merging.showing import LIKELY, SURE, lines, minors
from guanai.people.models import DuplicateProposal, Merge, Person

if TYPE_CHECKING:
    from guanai.core.web import SignedIn
    from guanai.organisations.models import User
    from guanai.people.models.duplicates import DuplicateProposalQuerySet

STANDS = [(side, side) for side in SIDES]


class QueueForm(forms.Form):
    """Which pairs are shown."""

    STATES = [("", _("to be decided")), ("different", _("not the same person"))]
    LIKENESS = [
        ("", _("all")),
        ("sure", _("very likely")),
        ("likely", _("likely")),
        ("weak", _("possible")),
    ]
    state = forms.ChoiceField(label=_("state"), choices=STATES, required=False)
    likeness = forms.ChoiceField(label=_("likeness"), choices=LIKENESS, required=False)
    place = forms.ModelChoiceField(
        Place.objects.none(), label=_("place"), required=False, to_field_name="code",
        empty_label=_("all places"),
    )  # fmt: skip

    def __init__(self, data: Any, user: User) -> None:
        super().__init__(data)
        roots = outermost(area.path for area in user.scope.areas)
        depth = min(map(len, roots), default=0) + STEP
        places = Place.objects.current().alias(depth=Length("path"))
        self.fields["place"].queryset = places.filter(within(roots), depth=depth)  # type: ignore[attr-defined]

    def narrow(self, rows: DuplicateProposalQuerySet) -> DuplicateProposalQuerySet:
        if not self.is_valid():
            return rows.open()
        said = self.cleaned_data
        rows = rows.filter(outcome=said["state"])
        ranges = {"sure": (SURE, 2), "likely": (LIKELY, SURE), "weak": (-1, LIKELY)}
        if said["likeness"]:
            low, high = ranges[said["likeness"]]
            rows = rows.filter(probability__gte=low, probability__lt=high)
        if said["place"]:
            path = said["place"].path
            rows = rows.filter(below(path, "left__path") | below(path, "right__path"))
        return rows


class ApartForm(forms.Form):
    why = forms.ChoiceField(
        label=_("By what are they told apart?"), choices=DuplicateProposal.WHYS,
        widget=forms.RadioSelect,
    )  # fmt: skip


class MergeForm(forms.Form):
    """Posts which file stays, what stands of what differs, and the versions that were shown."""

    stays = forms.ChoiceField(choices=STANDS)
    sure = forms.BooleanField(required=False)
    left_version = forms.IntegerField()
    right_version = forms.IntegerField()

    def __init__(self, data: Any, pair: Pair) -> None:
        super().__init__(data)
        for key in (*pair.differing, *pair.clashes):
            self.fields[key] = forms.ChoiceField(label=label(key), choices=STANDS)

    def merge(self, proposal: DuplicateProposal, *, by: User) -> Merge:
        """Raises Conflict and RuleBroken."""
        said = self.cleaned_data
        given = {name: said.pop(name) for name in ("stays", "sure")}
        versions = {side: said.pop(f"{side}_version") for side in SIDES}
        return joining.merge(proposal, given["stays"], said, versions, sure=given["sure"], by=by)


def _pairs(user: User) -> DuplicateProposalQuerySet:
    files = ("left__place__parent", "right__place__parent", "decided_by")
    return DuplicateProposal.objects.select_related(*files)


@needs(PERSON_MERGE)
@require_safe
def index(request: SignedIn) -> HttpResponse:
    """What an import or the search found likely, the likeliest first."""
    form = QueueForm(request.GET, request.user)
    rows = form.narrow(_pairs(request.user).visible_to(request.user))
    size, cap = settings.PAGE_ROWS, settings.COUNT_CAP
    page = max(whole(request.GET.get("page"), cap // size + 1), 1)
    start = (page - 1) * size
    found = list(rows.order_by("-probability", "pk")[start : start + size + 1])
    query = request.GET.copy()

    def url(number: int) -> str:
        query["page"] = str(number)
        return f"?{query.urlencode()}"

    context = {
        "form": form,
        "pairs": [(one, in_words(one.reasons)) for one in found[:size]],
        "count": rows[: cap + 1].count(),
        "cap": cap,
        "sure": SURE,
        "likely": LIKELY,
        "shown": f"{start + 1}–{start + len(found[:size])}" if found else "",
        "previous": url(page - 1) if start else "",
        "next": url(page + 1) if len(found) > size else "",
    }
    return render(request, "people/merging/index.html", context)


@needs(PERSON_MERGE)
@require_http_methods(GET_POST)
def detail(request: SignedIn, uid: UUID) -> HttpResponse:
    """Two files side by side: merge them, or tell them apart."""
    proposal = permitted(request.user, _pairs(request.user), uid, PERSON_MERGE)
    pair = Pair(proposal.left, proposal.right)
    _note(request.user, pair)
    apart = ApartForm(request.POST if "why" in request.POST else None)
    posted = request.POST if "stays" in request.POST else None
    form, status = MergeForm(posted, pair), 200
    try:
        if apart.is_valid():
            proposal.tell_apart(apart.cleaned_data["why"], by=request.user)
            messages.success(request, gettext("Remembered: these are two persons."))
            return to(reverse("people:duplicates"))
        if form.is_valid():
            return _merged(request, form.merge(proposal, by=request.user))
        status = 422 if request.method == "POST" else 200
        refused = gettext("Choose what stands.") if form.errors else ""
    except RuleBroken as broken:
        refused, status = broken.message, 409 if isinstance(broken, Conflict) else 422
        proposal = permitted(request.user, _pairs(request.user), uid, PERSON_MERGE)
        pair = Pair(proposal.left, proposal.right)
    context = {
        "proposal": proposal,
        "pair": pair,
        "lines": list(lines(pair)),
        "evidence": evidence(proposal.reasons),
        "warnings": list(pair.warnings()),
        "apart": apart,
        "refused": refused,
        "sides": [(LEFT, pair.left), (RIGHT, pair.right)],
    }
    return render(request, "people/merging/detail.html", context, status=status)


def _merged(request: SignedIn, merge: Merge) -> HttpResponse:
    told = gettext("The two files are one now. It can be undone on this page.")
    messages.success(request, told)
    return to(reverse("people:file", kwargs={"uid": merge.person.uid}))


def _note(user: User, pair: Pair) -> None:
    """Whoever oversees is not asked why: this page is for checking what stands in the files."""
    found = minors(pair)
    asked = any(user.scope.asks_why(person.path) for person in pair.people.values())
    if found:
        note_readings(user, found, "pair", reason="verify" if asked else "")


@needs(PERSON_MERGE)
@require_http_methods(GET_POST)
def undo(request: SignedIn, uid: UUID) -> HttpResponse:
    """What belongs to which file, then both again."""
    merges = Merge.objects.select_related("person__place", "gone", "by")
    merge = permitted(request.user, merges, uid, PERSON_MERGE)
    refused, status = "", 200
    try:
        undoing.refuse(merge)
        if request.method == "POST":
            merge.undo(by=request.user)
            messages.success(request, gettext("There are two files again."))
            return to(reverse("people:file", kwargs={"uid": merge.person.uid}))
    except RuleBroken as broken:
        refused, status = broken.message, 422 if request.method == "POST" else 200
    if merge.person.is_minor:
        _note_one(request.user, merge.person)
    context = {
        "merge": merge,
        "refused": refused,
        "later": [
            (change, label(fact.partition("@")[0]), [show(fact, value) for value in values], back)
            for change, fact, values, back in undoing.later(merge)
        ],
    }
    return render(request, "people/merging/undo.html", context, status=status)


def _note_one(user: User, person: Person) -> None:
    note_readings(
        user, [person.pk], "pair", reason="verify" if user.scope.asks_why(person.path) else ""
    )

from __future__ import annotations

from django.contrib import messages
from django.db.models import Count, Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from guanai.core.web import ANYBODY, SignedIn, form_page, needs
from guanai.organisations import places_csv
from guanai.organisations.forms import DayForm, PlaceForm, PlacesFileForm, RecodeForm
from guanai.organisations.models import Place
from guanai.organisations.rules import PLACES_CHANGE


@require_safe
@needs(ANYBODY)
def tree(request: SignedIn, code: str = "") -> HttpResponse:
    """One node with what lies directly below it; the county when none is named."""
    places = Place.objects.visible_to(request.user)
    place = get_object_or_404(places, code=code) if code else places.order_by("path").first()
    below = (
        places.filter(parent=place)
        .current()
        .annotate(
            places=Count("children", filter=Q(children__valid_to=None), distinct=True),
            units=Count("organisations", distinct=True),
        )
    )
    return render(
        request,
        "organisations/places.html",
        {
            "place": place,
            "below": below,
            "codes": place.codes.order_by("-valid_from") if place else [],
            "organisations": place.organisations.all() if place else [],
            "may_change": request.user.has_perm(PLACES_CHANGE),
        },
    )


@require_http_methods(["GET", "HEAD", "POST"])
@needs(PLACES_CHANGE)
def change(request: SignedIn, code: str, act: str) -> HttpResponse:
    """Add below, recode or close one place."""
    place = get_object_or_404(Place.objects.visible_to(request.user), code=code)
    kinds = {"below": PlaceForm, "code": RecodeForm, "closure": DayForm}
    known = {"name": place.name, "code": place.code} if act == "code" else None
    form = kinds[act](request.POST or None, initial=known)
    if form.is_valid():
        data = form.cleaned_data
        if act == "below":
            place.add_below(data["code"], data["name"], by=request.user)
        elif act == "code":
            place.recode(data["code"], data["name"], data["on"], by=request.user)
        else:
            place.close(data["on"], by=request.user)
        messages.success(request, _("Saved."))
        return redirect("organisations:place", place.code)
    titles = {
        "below": _("Add a place below %s"),
        "code": _("New code or name of %s"),
        "closure": _("Close %s"),
    }
    return form_page(request, "core/form.html", form, title=titles[act] % place.name)


@require_http_methods(["GET", "HEAD", "POST"])
@needs(PLACES_CHANGE)
def import_codes(request: SignedIn) -> HttpResponse:
    """First shows what a table of codes would change, then, on a second post, does it."""
    if request.method == "POST" and "confirmed" in request.POST:
        text = request.session.pop("places_csv", "")
        done = places_csv.plant(places_csv.parse(text.encode()), by=request.user)
        messages.success(
            request,
            _("%(added)d places added, %(renamed)d renamed.")
            % {"added": len(done.added), "renamed": len(done.renamed)},
        )
        return redirect("organisations:places")
    form = PlacesFileForm(request.POST or None, request.FILES or None)
    difference = None
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data["file"].read(places_csv.LARGEST + 1)
        lines = places_csv.parse(data)
        difference = places_csv.compare(lines)
        request.session["places_csv"] = places_csv.as_text(lines)
    return render(
        request,
        "organisations/places_import.html",
        {"form": form, "difference": difference},
        status=422 if form.is_bound and not form.is_valid() else 200,
    )

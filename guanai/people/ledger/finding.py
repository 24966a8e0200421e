"""Search: the pages' side."""

from __future__ import annotations

from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from guanai.core.web import SignedIn, needs
from guanai.organisations.rules import PERSON_VIEW
from guanai.people.ledger import search as searching

LONGEST = 60


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

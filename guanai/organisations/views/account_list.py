"""Accounts for many: a blank list, its preview, and the codes to print."""

from __future__ import annotations

import io
import tempfile
from pathlib import Path

from django.conf import settings
from django.core import signing
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from guanai.core.broken import RuleBroken
from guanai.core.documents.blank import BlankColumn, write_blank
from guanai.core.web import SignedIn, handed, needs
from guanai.organisations import account_list
from guanai.organisations.account_list import COLUMNS, Cells
from guanai.organisations.forms import AccountListForm
from guanai.organisations.rules import USERS_CHANGE
from guanai.organisations.views.users import handed_out
from guanai.organisations.wording import ROLES

SALT = "guanai.account_list"
OPEN_FOR = 3600  # seconds between preview and confirmation


def read_upload(upload: UploadedFile[bytes]) -> list[Cells]:
    with tempfile.NamedTemporaryFile(dir=settings.HOME.uploads) as file:
        file.write(upload.read(account_list.LARGEST + 1))
        file.flush()
        return account_list.read(Path(file.name))


def previewed(request: SignedIn) -> list[Cells]:
    """The rows that the preview showed: they lie in the page, signed, not on the server."""
    try:
        rows: list[Cells] = signing.loads(request.POST["rows"], salt=SALT, max_age=OPEN_FOR)
    except signing.BadSignature as error:
        raise RuleBroken("list.old", _("Too old: choose the file again.")) from error
    return rows


@require_http_methods(["GET", "HEAD", "POST"])
@needs(USERS_CHANGE)
def from_list(request: SignedIn) -> HttpResponse:
    """First shows what would be opened or is wrong, then, on a second post, opens all of it."""
    form = AccountListForm(request.POST or None, request.FILES or None)
    confirmed = "rows" in request.POST
    context: dict[str, object] = {"form": form, "columns": COLUMNS.values()}
    status = 422 if form.is_bound else 200
    if confirmed or form.is_valid():
        rows = previewed(request) if confirmed else read_upload(form.cleaned_data["file"])
        checked = account_list.check(rows)
        if confirmed and not checked.faults:
            return handed_out(request, checked.open_all(by=request.user))
        status = 422 if checked.faults or not rows else 200
        signed = signing.dumps(rows, salt=SALT, compress=True)
        context |= {"checked": checked, "rows": signed, "count": len(rows)}
    return render(request, "organisations/account_list.html", context, status=status)


@require_safe
@needs(USERS_CHANGE)
def blank(request: SignedIn) -> HttpResponse:
    """The list to fill in, with the county's units and roles as choices."""
    units = account_list.Units()
    choices = {
        "unit": [units.name_of(unit) for unit in units.units],
        "role": [str(title) for title in ROLES.values()],
    }
    file = io.BytesIO()
    columns = [
        BlankColumn(
            f"{title}*" if key in account_list.NEEDED else str(title),
            choices.get(key, ()),
            str(account_list.HINTS.get(key, "")),
            30 if key == "unit" else 14,
        )
        for key, (title, _heads) in COLUMNS.items()
    ]
    write_blank(columns, file, sheet=_("Accounts"), lists=_("Choices"))
    return handed(file.getvalue(), "accounts.xlsx")

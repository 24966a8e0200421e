"""The list of accounts and posts, on pages and as .xlsx for the yearly review of rights."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from guanai.core.documents.layout import Column, Row, SheetLayout
from guanai.core.documents.sheet import write_xlsx
from guanai.core.words import StrOrPromise
from guanai.organisations.models import Post, User
from guanai.organisations.models.users import UserQuerySet

STATES: dict[str, tuple[StrOrPromise, Callable[[UserQuerySet], UserQuerySet]]] = {
    "waiting": (
        gettext_lazy("waiting for confirmation"),
        lambda rows: rows.filter(pk__in=Post.objects.waiting().values("user")),
    ),
    "new": (gettext_lazy("code not used yet"), lambda rows: rows.never_in()),
    "unused": (gettext_lazy("unused for 90 days"), lambda rows: rows.unused()),
    "ended": (gettext_lazy("no post any more"), lambda rows: rows.without_post()),
    "closed": (gettext_lazy("closed"), lambda rows: rows.filter(is_active=False)),
}


def as_xlsx(users: list[User]) -> bytes:
    """A row for every post, and one for an account without any."""
    columns = [
        Column(_("user name"), 16),
        Column(pgettext("person", "name"), 12),
        Column(_("organisation"), 24),
        Column(_("role"), 16),
        Column(_("title"), 14),
        Column(_("what it opens"), 30),
        Column(_("since"), 11, "date"),
        Column(_("until"), 11, "date"),
        Column(_("state"), 14),
        Column(_("asked for by"), 14),
        Column(_("confirmed by"), 14),
        Column(_("last sign-in"), 16, "date"),
    ]
    layout = SheetLayout(_("Accounts and posts"), columns, day=f"{timezone.localdate()}", frozen=2)
    file = io.BytesIO()
    write_xlsx(layout, _rows(users), file)
    return file.getvalue()


def _rows(users: list[User]) -> Iterator[Row]:
    for user in users:
        seen = user.last_login and timezone.localtime(user.last_login).replace(tzinfo=None)
        closed = "" if user.is_active else _("account closed")
        posts = list(user.posts.all())
        for post in posts:
            consent = getattr(post, "consent", None)
            yield [
                user.username, user.name, str(post.organisation), str(post.get_role_display()),
                post.title, post.opens, post.since, post.until,
                closed or str(post.state_title),
                post.asked_by.username if post.asked_by else "",
                consent.by.username if consent and consent.by else "",
                seen,
            ]  # fmt: skip
        if not posts:
            yield [user.username, user.name, *[""] * 6, closed or _("no post"), "", "", seen]

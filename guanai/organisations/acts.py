"""What this room tells an auditor: its words in the log, its part of the yearly audit."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from typing import Any

from django.apps import apps
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from guanai.audit.words import Facts
from guanai.core.registries import Chapter
from guanai.core.words import StrOrPromise
from guanai.organisations import rules
from guanai.organisations.models import Post
from guanai.organisations.wording import ROLES

FACTORS = {
    "totp": _("authenticator app"),
    "webauthn": _("passkey"),
    "recovery_codes": _("recovery codes"),
}
ACTS: dict[str, StrOrPromise | Callable[[Facts], str]] = {
    "organisations.county.begin": _("began the county, %(places)s places"),
    "organisations.place.add": _("added the place %(code)s"),
    "organisations.place.recode": _("changed a place's code from %(before)s to %(after)s"),
    "organisations.place.close": _("closed the place %(code)s"),
    "organisations.places.import": _("imported places: %(added)s new, %(renamed)s renamed"),
    "organisations.units.found": _("entered the units that every county has"),
    "organisations.organisation.add": _("added an organisation"),
    "organisations.organisation.change": _("changed an organisation"),
    "organisations.class.add": _("added a class"),
    "organisations.body.found": _("founded a body"),
    "organisations.body.change": _("changed a body"),
    "organisations.body.appoint": _("appointed somebody to a body"),
    "organisations.body.member": _("changed a member of a body"),
    "organisations.body.leave": _("ended somebody's membership of a body"),
    "organisations.service.enter": _("entered a service record"),
    "organisations.user.open": _("opened an account"),
    "organisations.user.password": _("gave a new one-time password"),
    "organisations.user.code": _("gave a new one-time code"),
    "organisations.user.open_list": _("opened accounts from a list: %(accounts)s"),
    "organisations.user.export": _("took the list of accounts: %(accounts)s"),
    "organisations.code.ask": _("asked for a new one-time code"),
    "organisations.code.drop": _("took a request for a code off the list"),
    "organisations.post.confirm": _("confirmed a post: %(role)s"),
    "organisations.post.refuse": _("turned a post down: %(role)s"),
    "organisations.user.switch": _("closed or reopened an account"),
    "organisations.user.own_password": _("changed the own password"),
    "organisations.sign_in": lambda facts: str(
        _("could not sign in (%s)") % facts["step"] if "step" in facts else _("signed in")
    ),
    "organisations.session.end": _("ended sessions: %(ended)s"),
    "organisations.factor.add": _("set up a second factor (%(kind)s)"),
    "organisations.factor.remove": _("removed a second factor (%(kind)s)"),
    "organisations.factor.drop": _("removed all second factors of a lost phone"),
    "organisations.factor.rule": _("changed which roles need a second factor"),
    "organisations.post.give": _("gave a post: %(role)s"),
    "organisations.post.end": _("ended a post: %(role)s"),
    "organisations.post.follow": _("let a class teacher go along with the class: %(role)s"),
    "organisations.post.come_back": _("took back that a class teacher went along: %(role)s"),
}
VERBS: dict[str, StrOrPromise] = {
    rules.PERSON_VIEW: _("see a file"),
    rules.PERSON_CHANGE: _("change a file"),
    rules.PERSON_ADD: _("open a new file"),
    rules.PERSON_MOVE: _("move a file"),
    rules.PERSON_EXPORT: _("export or print lists"),
    rules.PERSON_IMPORT: _("import rosters"),
    rules.PERSON_DECIDE: _("decide on a carer"),
    rules.PERSON_MERGE: _("merge files or tell them apart"),
    rules.PERSON_REVIEW: _("review an emergency access"),
    rules.PERSON_EMERGENCY: _("open a file in an emergency"),
    rules.CONSENT_CHANGE: _("record consents"),
    rules.REQUEST_ADD: _("take in requests about personal data"),
    rules.REQUEST_ANSWER: _("answer requests about personal data"),
    rules.ERASURE_DECIDE: _("decide on destroying files"),
    rules.PRIVACY_CHANGE: _("change notices, legal bases and periods"),
    rules.BACKUP_VIEW: _("see backups"),
    rules.BASIS_CHANGE: _("change a legal basis"),
    rules.ROUND_CONFIRM: _("confirm files for the quarterly check"),
    rules.PRACTICE_CHANGE: _("set how the county does checks and visits"),
    rules.FIGURES: _("see figures"),
    rules.FORMS_CHANGE: _("change the forms of exports"),
    rules.BODIES_VIEW: _("see bodies and members"),
    rules.BODIES_CHANGE: _("change bodies and members"),
    rules.PLACES_CHANGE: _("change places"),
    rules.FACTORS_CHANGE: _("change which roles need a second factor"),
    rules.USERS_VIEW: _("see accounts"),
    rules.USERS_CHANGE: _("change accounts and posts"),
    rules.CODES_GIVE: _("give new one-time codes"),
    rules.CODES_CONFIRM: _("confirm new one-time codes"),
    rules.POSTS_CONFIRM: _("confirm posts"),
    rules.ORGANISATION_VIEW: _("see organisations"),
    rules.ORGANISATION_CHANGE: _("change organisations"),
}


def roles_of(users: set[int]) -> dict[int, str]:
    """The roles of the posts that an account holds or held."""
    found: dict[int, set[str]] = {}
    for post in Post.objects.filter(user__in=users):
        found.setdefault(post.user_id, set()).add(str(post.get_role_display()))
    return {user: "、".join(sorted(said)) for user, said in found.items()}


def accounts(_since: dt.datetime, until: dt.datetime) -> Iterator[tuple[Any, ...]]:
    """Role, accounts with such a post at the end of the period, of these with a second factor."""
    day = timezone.localdate(until - dt.timedelta(seconds=1))
    posts = Post.objects.confirmed().filter(Q(until=None) | Q(until__gte=day), since__lte=day)
    for role, words in ROLES.items():
        held = set(posts.filter(role=role, user__is_active=True).values_list("user", flat=True))
        factors: Any = "—"
        authenticator = apps.all_models["mfa"].get("authenticator")
        if authenticator is not None:
            rows = authenticator._meta.base_manager.filter(user__in=held)
            wanted = rows.exclude(type="recovery_codes").values("user").distinct()
            factors = wanted.count()
        yield words, len(held), factors


CHAPTERS = [
    Chapter(
        _("Accounts, posts and second factors at the end of the period"),
        (_("role"), _("accounts"), _("with a second factor")),
        accounts,
        rank=10,
    ),
]

"""How auditors search the log: filters of both lists, pages by (time, key), and rows in words."""

from __future__ import annotations

import datetime as dt
from typing import Any
from uuid import UUID

from django import forms
from django.apps import apps
from django.conf import settings
from django.contrib.auth import get_user_model
from django.db.models import Model, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from guanai.audit.models import Entry, Logged, Reading, ReadingSeal
from guanai.audit.words import HOW, WORDS, sentence
from guanai.core.areas import STEP, below
from guanai.core.registries import Subject, reasons, roles, subjects

PERSON, UNIT, PLACE = "people.Person", "organisations.Organisation", "organisations.Place"
WIDE = 2 * STEP  # a township has many rows among the newest


def of(label: str) -> Subject | None:
    return next((one for one in subjects.all() if one.model == label), None)


def rows_of(label: str) -> QuerySet[Any]:
    rows: QuerySet[Any] = apps.get_model(label)._meta.base_manager.all()
    return rows


class LogForm(forms.Form):
    """All filters; what does not fit a list is left out of its form."""

    user = forms.CharField(label=_("user name"), required=False, max_length=40)
    unit = forms.CharField(label=_("unit"), required=False, max_length=80)
    place = forms.CharField(label=_("place (name or code)"), required=False, max_length=40)
    file = forms.CharField(label=_("file number"), required=False, max_length=20)
    since = forms.DateField(label=_("from"), required=False)
    until = forms.DateField(label=_("to"), required=False)
    action = forms.ChoiceField(label=_("act"), required=False)
    refused = forms.BooleanField(label=_("refused only"), required=False)
    reasoned = forms.BooleanField(label=_("with a reason only"), required=False)

    def __init__(self, model: type[Logged], *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.model = model
        for name in ("since", "until"):
            self.fields[name].widget = forms.DateInput(attrs={"type": "date"})
        if model is Entry:
            acts = sorted((word, sentence(word, {})) for word in WORDS)
            self.fields["action"].choices = [("", "—"), *acts]  # type: ignore[attr-defined]
        for name in ("reasoned",) if model is Entry else ("action", "refused"):
            del self.fields[name]

    def _named(self, name: str, label: str, *columns: str) -> Model | None:
        """The row of that name; an error in the form if there is none."""
        said = self.cleaned_data.get(name)
        wanted = Q()
        for column in columns:
            wanted |= Q(**{column: said})
        found: Model | None = rows_of(label).filter(wanted).first() if said else None
        if said and found is None:
            self.add_error(name, _("There is none of that name."))
        return found

    def clean(self) -> dict[str, Any]:
        place = self._named("place", PLACE, "name", "code")
        unit = self._named("unit", UNIT, "name")
        file = self._named("file", PERSON, "file_number")
        user = self._named("user", settings.AUTH_USER_MODEL, "username")
        return {**self.cleaned_data, "place": place, "unit": unit, "file": file, "user": user}

    def narrow(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        told = self.cleaned_data
        if told["user"]:
            rows = rows.filter(user_id=told["user"].pk)
        if told["unit"]:
            rows = rows.filter(user_id__in=_accounts(posts__organisation=told["unit"]))
        if told["place"]:
            rows = rows.filter(self._of_place(told["place"].path))
        if told["file"]:
            wanted = {"subject_uid": told["file"].uid.bytes, "person_id": told["file"].pk}
            column = "subject_uid" if self.model is Entry else "person_id"
            rows = rows.filter(**{column: wanted[column]})
        return self._switched(_between(rows, told["since"], told["until"]))

    def _switched(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        told = self.cleaned_data
        if told.get("action"):
            rows = rows.filter(action=told["action"])
        if told.get("refused"):
            rows = rows.filter(refused=True)
        return rows.exclude(reason="") if told.get("reasoned") else rows

    def _of_place(self, path: str) -> Q:
        """Acts at or below the place; looks by accounts whose unit lies there."""
        if self.model is Entry and len(path) <= WIDE:  # among the newest rows; no index of paths
            return Q(path__startswith=path)
        if self.model is Entry:
            return below(path)
        return Q(user_id__in=_accounts(below(path, "posts__organisation__path")))


def _accounts(*wanted: Q, **columns: Any) -> list[int]:
    """A list, for the readings may lie in another database file."""
    return list(get_user_model().objects.filter(*wanted, **columns).values_list("pk", flat=True))


def _between(rows: QuerySet[Any], since: dt.date | None, until: dt.date | None) -> QuerySet[Any]:
    if since:
        rows = rows.filter(at__gte=midnight(since))
    if until:
        rows = rows.filter(at__lt=midnight(until + dt.timedelta(days=1)))
    return rows


def midnight(day: dt.date) -> dt.datetime:
    return timezone.make_aware(dt.datetime.combine(day, dt.time()))


def page(rows: QuerySet[Any], before: str) -> tuple[list[Any], str]:
    """Rows newest first, and the uid from which the next page goes on (“” at the end)."""
    try:
        last = rows.model.objects.filter(uid=UUID(before)).first() if before else None
    except ValueError:
        last = None
    if last is not None:
        rows = rows.filter(Q(at__lt=last.at) | Q(at=last.at, pk__lt=last.pk))
    found = list(rows.order_by("-at", "-pk")[: settings.PAGE_ROWS + 1])
    more = len(found) > settings.PAGE_ROWS
    found = found[: settings.PAGE_ROWS]
    tell(found)
    return found, str(found[-1].uid) if more else ""


def tell(rows: list[Any]) -> None:
    """`account`, and `said` and `about` (acts) or `about` and `why` (looks) of each row."""
    users = {row.user_id for row in rows}
    names = dict(get_user_model().objects.filter(pk__in=users).values_list("pk", "username"))
    words = {code: text for one in reasons.all() for code, text in one.items()}
    labels = _labels(rows)
    for row in rows:
        row.account = names.get(row.user_id, "")
        if row.SEALS is ReadingSeal:
            row.about = labels.get((PERSON, row.person_id), "")
            row.done = HOW.get(row.how, row.how)
            row.why = words.get(row.reason, row.reason)
        else:
            row.said = sentence(row.action, row.facts)
            row.about = labels.get((row.subject, bytes(row.subject_uid or b"")), "")


def _labels(rows: list[Any]) -> dict[tuple[str, Any], str]:
    """How the subjects of these rows are called: one query a kind of subject."""
    asked: dict[str, set[Any]] = {}
    for row in rows:
        label = PERSON if isinstance(row, Reading) else row.subject
        key = row.person_id if isinstance(row, Reading) else row.subject_uid
        if key and of(label):
            asked.setdefault(label, set()).add(key)
    found: dict[tuple[str, Any], str] = {}
    for label, keys in asked.items():
        subject = of(label)
        if subject is None:
            continue
        by_key = all(isinstance(key, int) for key in keys)
        wanted = Q(pk__in=keys) if by_key else Q(uid__in=[UUID(bytes=bytes(k)) for k in keys])
        for key, uid, name in rows_of(label).filter(wanted).values_list("pk", "uid", subject.label):
            found[label, key if by_key else uid.bytes] = str(name)
    return found


def roles_of(users: set[int]) -> dict[int, str]:
    """The role of accounts in words."""
    return {key: words for tell_roles in roles.all() for key, words in tell_roles(users).items()}

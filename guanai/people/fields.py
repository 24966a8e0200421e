"""Form fields of facts, made from what models, codes and catalogue say."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from django import forms
from django.db import models
from django.utils.translation import gettext_lazy as _

from guanai.core import codes
from guanai.core.dates import PartialDate
from guanai.organisations.forms import Day, PlaceField
from guanai.organisations.models import Organisation, SchoolClass
from guanai.people import details
from guanai.people.labels import GRADES, YES_NO, field_label
from guanai.people.models import Person
from guanai.people.models.rows import FileRow
from guanai.people.roster import numbers
from guanai.people.roster import values as roster
from guanai.people.wording import choices

Options = dict[str, Any]
NOBODY = [("", "—")]


class PartialDateField(forms.CharField):
    """A day, a month or a year, in any shape in which people write it."""

    def __init__(self, **options: Any) -> None:
        widget = forms.TextInput(attrs={"inputmode": "numeric", "placeholder": "2024-02"})
        super().__init__(widget=widget, max_length=20, **options)

    def clean(self, value: Any) -> str | None:
        text = str(super().clean(value) or "").strip()
        if not text:
            return None
        if len(text) == len("2024") and text.isdigit():
            return text
        read = roster.day(text).value
        if not isinstance(read, str):
            raise forms.ValidationError(_("Write a date as 2024-02-01, 2024-02 or 2024."))
        return str(PartialDate.parse(read))


class PhoneField(forms.CharField):
    def __init__(self, **options: Any) -> None:
        super().__init__(widget=forms.TextInput(attrs={"inputmode": "tel"}), **options)

    def clean(self, value: Any) -> str:
        text = str(super().clean(value) or "").strip()
        read = numbers.phones(text) if text else None
        if read is None:
            return ""
        found: Any = read.value
        if read.code or len(found) != 1:
            raise forms.ValidationError(_("Write one phone number, digits only."))
        return str(found[0])


class ManyField(forms.MultipleChoiceField):
    """Several of a list; also read from one text, as a choice between two editors posts it."""

    widget = forms.CheckboxSelectMultiple

    def to_python(self, value: Any) -> list[str]:
        given = [value] if isinstance(value, str) else value or []
        return [code for item in given for code in str(item).split("|") if code]


def person_fields(*, child: bool) -> dict[str, forms.Field]:
    fields = {name: _of_fact(Person, "", name) for name in Person.FACTS}
    if not child:
        del fields["care_form"]
    return fields


def detail_fields(groups: Iterable[str], *, adult: bool) -> dict[str, forms.Field]:
    """By key of the catalogue, without “details.” before it."""
    return {one.key: _of_detail(one) for one in details.asked_of(groups, adult=adult)}


def row_fields(model: type[FileRow], kin: Mapping[int, str]) -> dict[str, forms.Field]:
    """`kin`: persons who can be named in it, key → name."""
    fields: dict[str, forms.Field] = {}
    for name in model.FACTS:
        if name in {"relative", "guardian"}:
            title, named = field_label(model.KIND, name), list(kin.items())
            fields[name] = forms.TypedChoiceField(label=title, choices=named, coerce=int)
        elif name != "checked":
            fields[name] = _of_fact(model, model.KIND, name)
    return fields


def _of_detail(detail: details.Detail) -> forms.Field:
    options: Options = {"label": detail.label, "required": False}
    if detail.kind == "number":
        return forms.IntegerField(min_value=0, max_value=99, **options)
    if detail.kind == "choices":
        return ManyField(choices=list(detail.choices), **options)
    if detail.kind == "choice":
        return forms.ChoiceField(choices=[*NOBODY, *detail.choices], **options)
    return forms.CharField(max_length=detail.longest, **options)


def _of_fact(model: Any, kind: str, name: str) -> forms.Field:
    options: Options = {"label": field_label(kind, name), "required": False}
    if name in model.PARTIAL:
        return PartialDateField(**options)
    if name in model.SEALED:
        return _of_sealed(name, options)
    column = model._meta.get_field(name)
    options["required"] = not (column.blank or column.null or column.has_default())
    special = SPECIAL.get(f"{kind}.{name}")
    return special(options) if special else _of_column(column, options)


def _of_sealed(name: str, options: Options) -> forms.Field:
    if name == "value":
        return PhoneField(**options | {"required": True})
    options["required"] = name != "address"
    long = forms.Textarea(attrs={"rows": 4}) if name == "text" else None
    return forms.CharField(max_length=4000, widget=long, **options)


def _of_column(column: Any, options: Options) -> forms.Field:
    if isinstance(column, models.BooleanField):
        return _yes_no(options | {"required": False})
    if column.choices:
        blank = [] if options["required"] or column.has_default() else NOBODY
        coerce = int if isinstance(column, models.IntegerField) else str
        return forms.TypedChoiceField(choices=[*blank, *column.choices], coerce=coerce, **options)
    if isinstance(column, models.DateField):
        return forms.DateField(widget=Day(), **options)
    number = isinstance(column, models.IntegerField)
    text = {"min_value": 0} if number else {"max_length": column.max_length}
    return (forms.IntegerField if number else forms.CharField)(**options, **text)


def _yes_no(options: Options) -> forms.Field:
    answers = [("", "—"), ("true", YES_NO[True]), ("false", YES_NO[False])]
    return forms.TypedChoiceField(
        choices=answers, empty_value=None, coerce=lambda text: text == "true", **options
    )


def _ethnicity(options: Options) -> forms.Field:
    return forms.ChoiceField(
        choices=[*NOBODY, *choices(codes.ethnicity)], **options | {"required": False}
    )


def _relation(options: Options) -> forms.Field:
    return forms.ChoiceField(choices=[*NOBODY, *choices(codes.relation)], **options)


def _school(options: Options) -> forms.Field:
    return forms.ModelChoiceField(Organisation.objects.filter(kind="school"), **options)


def _school_class(options: Options) -> forms.Field:
    return ClassField(SchoolClass.objects.select_related("school"), **options)


def _grade(options: Options) -> forms.Field:
    return forms.TypedChoiceField(
        choices=[*NOBODY, *GRADES], coerce=int, empty_value=None, **options
    )


def _residence_place(options: Options) -> forms.Field:
    outside = _("outside this county; the address says where")
    return PlaceField(**{**options, "required": False, "empty_label": outside})


class ClassField(forms.ModelChoiceField):  # type: ignore[type-arg]
    def label_from_instance(self, obj: Any) -> str:
        return f"{obj.school} {obj.grade}.{obj.name} ({obj.year})"


# Columns whose field is not told by their type, by kind and name.
SPECIAL: dict[str, Callable[[Options], forms.Field]] = {
    ".ethnicity": _ethnicity,
    "kinship.relation": _relation,
    "guardianship.relation": _relation,
    "residence.place": _residence_place,
    "schooling.school": _school,
    "schooling.school_class": _school_class,
    "schooling.grade": _grade,
}

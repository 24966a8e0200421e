"""The reasons of `model.COMPARISONS` in words."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from guanai.people.linking.model import AGAINST

REASONS = {
    "same_id": gettext_noop("same ID number"),
    "near_id": gettext_noop("ID numbers differ by a typing slip"),
    "same_id_tail": gettext_noop("same end of the ID number"),
    "different_id": gettext_noop("different ID numbers"),
    "same_name": gettext_noop("same name"),
    "homophone_name": gettext_noop("names sound the same"),
    "near_homophone_name": gettext_noop("names sound alike"),
    "unreadable_name": gettext_noop("same name but for a sign that could not be written"),
    "similar_name": gettext_noop("similar names"),
    "different_name": gettext_noop("different names"),
    "name_missing": gettext_noop("a name is missing"),
    "same_birth": gettext_noop("same date of birth"),
    "transposed_date": gettext_noop("digits of the date of birth changed places"),
    "near_birth": gettext_noop("dates of birth differ in one digit"),
    "same_birth_month": gettext_noop("same month of birth"),
    "same_birth_year": gettext_noop("same year of birth"),
    "other_birth_day": gettext_noop("another day in the same year"),
    "different_birth": gettext_noop("different dates of birth"),
    "different_sex": gettext_noop("different sex"),
    "same_village": gettext_noop("same village"),
    "same_township": gettext_noop("same township"),
    "different_village": gettext_noop("different villages"),
    "same_phone": gettext_noop("a phone number in common"),
    "same_family": gettext_noop("relatives of the same name or sound"),
    "part_of_family": gettext_noop("one relative of the same name, the others not"),
    "different_family": gettext_noop("other relatives"),
}


class Evidence(NamedTuple):
    """Sentences that speak for one person, and those that speak against it."""

    speaking_for: list[str]
    against: list[str]


def in_words(reasons: Iterable[str]) -> list[str]:
    return [_(REASONS.get(code, code)) for code in reasons]


def evidence(reasons: Iterable[str]) -> Evidence:
    codes = list(reasons)
    return Evidence(
        in_words(code for code in codes if code not in AGAINST),
        in_words(code for code in codes if code in AGAINST),
    )

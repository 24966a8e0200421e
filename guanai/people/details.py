"""The closed list of descriptive details of a person (Person.details); unknown keys are refused.

What has dates or is searched for is a fact with a table of its own; here stands what describes.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from django.utils.translation import gettext_lazy as _

from guanai.core import codes
from guanai.core.broken import RuleBroken
from guanai.core.words import StrOrPromise
from guanai.organisations.rules import CHILDREN, Group
from guanai.people.wording import choices

Kind = Literal["text", "number", "choice", "choices"]
Choices = tuple[tuple[str, StrOrPromise], ...]
YES_NO: Choices = (("yes", _("yes")), ("no", _("no")))
EDUCATION: Choices = tuple(choices(codes.education))  # GB/T 4658, the groups
INDUSTRIES: Choices = (  # plan 6
    ("tobacco", _("tobacco")),
    ("citrus", _("citrus")),
    ("walnut", _("walnut")),
    ("wild_vegetables", _("wild vegetables")),
    ("livestock", _("livestock")),
    ("other", _("other industry")),
)
PUBLIC_TASKS: Choices = (
    ("fertiliser", _("carrying manure and fertiliser")),
    ("hygiene", _("hygiene and disease prevention")),
    ("flood", _("flood and drought control")),
    ("other", _("other public task")),
)
LIVING: Choices = (
    ("alone", _("alone")),
    ("spouse", _("with the spouse")),
    ("grandchildren", _("with grandchildren")),
    ("children", _("with children")),
    ("kin", _("with other kin")),
    ("home", _("in a home for the elderly")),
)
# Plan 13: files are classified by character and health; neutral words.
TEMPERAMENTS: Choices = (
    ("outgoing", _("outgoing")),
    ("quiet", _("quiet")),
    ("sensitive", _("sensitive")),
    ("lively", _("quick-tempered")),
)


@dataclass(frozen=True)
class Detail:
    """`groups`: whose file asks for it; “adult” stands for every adult, so for guardians too."""

    key: str
    label: StrOrPromise
    groups: frozenset[str]
    kind: Kind = "text"
    choices: Choices = ()
    longest: int = 200

    def check(self, value: Any) -> Any:
        """The value as it is kept. Raises RuleBroken if it is not one of this detail's."""
        if self.kind == "number":
            fits = isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 100  # noqa: PLR2004
        elif self.kind == "text":
            fits = isinstance(value, str) and len(value) <= self.longest
        else:
            known = {code for code, _label in self.choices}
            given = value if self.kind == "choices" and isinstance(value, list) else [value]
            fits = all(isinstance(code, str) and code in known for code in given)
        if not fits:
            raise RuleBroken("detail.value", _("This value does not fit “%s”.") % self.label)
        return value

    def show(self, value: Any) -> str:
        """In words."""
        labels = dict(self.choices)
        codes = value if isinstance(value, list) else [value]
        return "、".join(str(labels.get(code, code)) for code in codes)


_CHILD = frozenset(CHILDREN)
_WOMAN = frozenset({Group.WOMAN})
_ADULT = frozenset({"adult", Group.WOMAN, Group.ELDER})

CATALOGUE: tuple[Detail, ...] = (
    Detail("character", _("character"), _CHILD),
    Detail("temperament", _("character by class"), _CHILD, "choice", TEMPERAMENTS),
    Detail("interests", _("interests"), _CHILD),
    Detail("grandparent_care", _("raised by grandparents"), _CHILD, "choice", YES_NO),
    Detail("doting", _("doted on"), _CHILD, "choice", YES_NO),
    Detail("income", _("main source of income"), _CHILD),
    Detail("school_support", _("school fees waived, boarding subsidy"), _CHILD, "choice", YES_NO),
    Detail("education", _("level of education"), _ADULT, "choice", EDUCATION),
    Detail("occupation", _("occupation"), _ADULT),
    Detail("skills", _("skills"), _WOMAN),
    Detail("livelihood", _("livelihood"), _WOMAN),
    Detail("children_count", _("children she raises"), _WOMAN, "number"),
    Detail("elders_supported", _("elders she supports"), _WOMAN, "number"),
    Detail("industries", _("industries joined"), _WOMAN, "choices", INDUSTRIES),
    Detail("public_tasks", _("public tasks"), _WOMAN, "choices", PUBLIC_TASKS),
    Detail("living", _("lives"), frozenset({Group.ELDER}), "choice", LIVING),
    Detail("children_away", _("children away"), frozenset({Group.ELDER}), "number"),
)
BY_KEY: Mapping[str, Detail] = {detail.key: detail for detail in CATALOGUE}


def asked_of(groups: Iterable[str], *, adult: bool) -> list[Detail]:
    """The details that a file asks for; `groups` are the ledgers in which the person stands."""
    wanted = {*groups, "adult"} if adult else set(groups)
    return [detail for detail in CATALOGUE if detail.groups & wanted]


def checked(details: Mapping[str, Any]) -> dict[str, Any]:
    """The details without empty ones. Raises RuleBroken for a key or value not in the catalogue."""
    kept: dict[str, Any] = {}
    for key, value in details.items():
        if key not in BY_KEY:
            raise RuleBroken("detail.unknown", _("There is no detail “%s”.") % key)
        if value not in (None, "", []):
            kept[key] = BY_KEY[key].check(value)
    return kept

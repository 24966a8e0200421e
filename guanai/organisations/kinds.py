"""The bodies that work plans ask for, as data: who must sit in them, at which level.

A mandatory kind must exist once in every place of its level; the page of a kind shows where it or
one of its required positions is missing. The source plans are named by their requirement ids in
`docs/requirements.md`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django_stubs_ext import StrOrPromise


LEVELS = {
    "county": _("county"),
    "township": _("township"),
    "village": _("village"),
    "group": _("villagers' group"),
    "school": _("school"),
    "class": _("class"),
}


@dataclass(frozen=True)
class Position:
    title: StrOrPromise
    key: str
    least: int = 1  # how many must be in post; 0: may be empty


@dataclass(frozen=True)
class Kind:
    """`level`: county, township, village, group, school or class; where it stands."""

    key: str
    title: StrOrPromise
    level: str
    positions: tuple[Position, ...]
    mandatory: bool = False
    certificate: bool = False  # its members show one
    roster: bool = False  # its members have duty days

    @property
    def level_title(self) -> StrOrPromise:
        return LEVELS[self.level]

    def lacking(self, held: Iterable[str]) -> list[tuple[Position, int]]:
        """Positions that are not filled, and by how many, given the keys of those held."""
        held = list(held)
        short = [(p, p.least - held.count(p.key)) for p in self.positions]
        return [(p, n) for p, n in short if n > 0]


HEAD = Position(_("head"), "head")
DEPUTY = Position(_("deputy head"), "deputy", least=0)
MEMBER = Position(_("member"), "member", least=0)
UNIT = Position(_("member unit"), "unit", least=0)
OFFICER = Position(_("named officer"), "officer")

KINDS: dict[str, Kind] = {
    kind.key: kind
    for kind in (
        Kind(
            "leading_group",
            _("leading group"),
            "county",
            (
                HEAD,
                Position(_("deputy head"), "deputy"),
                Position(_("civil affairs"), "civil_affairs"),
                Position(_("education"), "education"),
                Position(_("youth league"), "youth_league"),
                Position(_("women's federation"), "womens_federation"),
                MEMBER,
            ),
            mandatory=True,
        ),
        Kind(
            "family_education_group",
            _("leading group for family education"),
            "county",
            (HEAD, DEPUTY, MEMBER),
        ),
        Kind(
            "pairing_office",
            _("office of the pairing action"),
            "county",
            (Position(_("office head"), "head"), OFFICER),
        ),
        Kind(
            "full_time_staff",
            _("full-time workers for left-behind children"),
            "county",
            (Position(_("full-time worker"), "worker", least=3),),
        ),
        Kind(
            "two_responsibilities",
            _("two responsibilities"),
            "township",
            (
                Position(_("first responsible person for building"), "building"),
                Position(_("first responsible person for aid"), "aid"),
            ),
            mandatory=True,
        ),
        Kind(
            "protection_body",
            _("minors' protection body"),
            "township",
            (Position(_("vice head in charge"), "vice_head"), OFFICER, MEMBER),
            mandatory=True,
        ),
        Kind(
            "county_protection_body",
            _("county minors' protection body"),
            "county",
            (Position(_("vice head in charge"), "vice_head"), OFFICER, MEMBER),
            mandatory=True,
        ),
        Kind(
            "village_protection",
            _("village protection of minors"),
            "village",
            (Position(_("named person"), "officer"),),
            mandatory=True,
        ),
        Kind(
            "family_planning_station",
            _("family-planning station work body"),
            "township",
            (HEAD, Position(_("named person of a village"), "village_person", least=0)),
        ),
        Kind(
            "liaison_station",
            _("proxy-parent liaison and guidance station"),
            "township",
            (
                Position(_("station head"), "head"),
                Position(_("women's federation"), "womens_federation"),
                Position(_("youth league"), "youth_league"),
                Position(_("school"), "school"),
                Position(_("old people's organisation"), "old_people", least=0),
                MEMBER,
            ),
        ),
        Kind("special_team", _("special team"), "township", (HEAD, DEPUTY, MEMBER)),
        Kind(
            "village_care_group",
            _("village care group"),
            "village",
            (HEAD, MEMBER),
            mandatory=True,
        ),
        Kind(
            "care_network",
            _("care network of a villagers' group"),
            "group",
            (
                Position(_("township lead"), "township_lead"),
                Position(_("college-graduate village official"), "graduate"),
                Position(_("village cadre"), "cadre", least=0),
                Position(_("villager"), "villager", least=0),
            ),
        ),
        Kind(
            "joint_work",
            _("joint work of units"),
            "township",
            (
                Position(_("school"), "school"),
                Position(_("women's federation"), "womens_federation"),
                Position(_("civil affairs"), "civil_affairs"),
                Position(_("youth league"), "youth_league"),
                UNIT,
            ),
        ),
        Kind(
            "school_leading_group",
            _("school leading group"),
            "school",
            (
                HEAD,
                Position(_("deputy head"), "deputy"),
                Position(_("class teacher"), "class_teacher", least=0),
                Position(_("named officer of the moral-education section"), "officer"),
                MEMBER,
            ),
        ),
        Kind(
            "school_posts",
            _("appointed persons of a school"),
            "school",
            (
                Position(_("vice-principal for legal affairs"), "legal"),
                Position(_("psychological doctor"), "psychologist"),
                Position(_("life manager"), "life_manager", least=0),
            ),
            certificate=True,
        ),
        Kind(
            "boarding_duty",
            _("duty roster of a boarding school"),
            "school",
            (
                Position(_("teacher on duty"), "on_duty"),
                Position(_("responsible for a dormitory"), "dormitory"),
            ),
            roster=True,
        ),
        Kind(
            "class_care_group",
            _("care group of a class"),
            "class",
            (HEAD, Position(_("teacher"), "teacher", least=0), MEMBER),
        ),
        Kind(
            "association",
            _("association"),
            "county",
            (Position(_("chair"), "head"), Position(_("woman member"), "woman", least=0), MEMBER),
        ),
        Kind(
            "social_force",
            _("social work body, charity or volunteer body"),
            "county",
            (
                Position(_("person in charge"), "head"),
                Position(_("social worker"), "social_worker", least=0),
                Position(_("volunteer"), "volunteer", least=0),
            ),
            certificate=True,
        ),
        Kind(
            "work_chat",
            _("chat group of the staff"),
            "county",
            (Position(_("group owner"), "head"), MEMBER),
        ),
    )
}

"""Who may do what, as a table: role → verbs, office → groups of people. No Django here.

Minimum authority: 未成年人网络保护条例 art. 36; separation of system, security and audit
administrators: GB/T 22239-2019 level 3.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum


class Role(StrEnum):
    VILLAGE_WORKER = "village_worker"
    TOWNSHIP_SUPERVISOR = "township_supervisor"
    CLASS_TEACHER = "class_teacher"
    SCHOOL_OFFICE = "school_office"
    COUNTY_OFFICE = "county_office"
    COUNTY_LEADER = "county_leader"
    HELPER = "helper"
    SYSTEM_ADMIN = "system_admin"
    SECURITY_ADMIN = "security_admin"
    AUDITOR = "auditor"


class Group(StrEnum):
    """Who is cared for: the ledgers in which a person can stand."""

    CHILD = "child"  # left-behind child 留守儿童
    WOMAN = "woman"
    ELDER = "elder"
    DIFFICULTY = "difficulty"  # child in difficulty 困境儿童
    MIGRANT = "migrant"  # migrant child 流动儿童


CHILDREN = frozenset({Group.CHILD, Group.DIFFICULTY, Group.MIGRANT})
EVERYBODY = frozenset(Group)

# By which an office of the county sees the county; an office not named sees only what was opened
# to it by an access grant (police, justice).
OFFICE_GROUPS: dict[str, frozenset[Group]] = {
    "civil_affairs": EVERYBODY,
    "womens_federation": CHILDREN | {Group.WOMAN},
    "education": CHILDREN,
    "health": EVERYBODY,
    "youth_league": CHILDREN,
    "disabled_federation": EVERYBODY,
    "veterans_committee": CHILDREN,  # 关工委, the committee of the “five olds”
}

PERSON_VIEW = "people.view_person"
PERSON_CHANGE = "people.change_person"
PERSON_ADD = "people.add_person"
PERSON_MOVE = "people.move_person"
PERSON_EXPORT = "people.export_person"
PERSON_IMPORT = "people.import_person"
PERSON_EMERGENCY = "people.open_emergency"  # a file outside one's reach, timed and reviewed
PERSON_REVIEW = "people.review_emergency"
PERSON_MERGE = "people.merge_person"  # decide whether two files are one person
PERSON_DECIDE = "people.decide_guardian"  # decide on an excluded carer, 未保法 art. 22
BASIS_CHANGE = "people.change_legalbasis"  # turn on a flag of a repealed policy
DEFINITION_CHANGE = "people.change_definitionnumbers"  # by which numbers the county counts
FIGURES = "people.view_figures"
ROUND_CONFIRM = "people.add_confirmation"  # that a file stands as it is, once a quarter
PRACTICE_CHANGE = "people.change_practice"  # due days, rhythms, what waits for the township
FORMS_CHANGE = "people.change_exportform"  # the columns of the county's exports
BODIES_VIEW = "organisations.view_body"
BODIES_CHANGE = "organisations.change_body"
PLACES_CHANGE = "organisations.change_place"
USERS_VIEW = "organisations.view_user"
USERS_CHANGE = "organisations.change_user"
CODES_GIVE = "organisations.give_code"  # a new code for a forgotten password; see way_to_code
CODES_CONFIRM = "organisations.confirm_code"
POSTS_CONFIRM = "organisations.confirm_post"
FACTORS_CHANGE = "organisations.change_factorrule"  # which roles must use a second factor
OWN_SESSIONS = "organisations.end_session"
ORGANISATION_VIEW = "organisations.view_organisation"
ORGANISATION_CHANGE = "organisations.change_organisation"
AUDIT_VIEW = "audit.view_entry"
BACKUP_VIEW = "core.view_backup"
CONSENT_CHANGE = "privacy.change_consent"  # record what guardians and children said
REQUEST_ADD = "privacy.add_request"  # take in who asks to see, correct, delete
REQUEST_ANSWER = "privacy.answer_request"
ERASURE_DECIDE = "privacy.decide_erasure"  # two persons: one decides, another confirms
PRIVACY_CHANGE = "privacy.change_paper"  # notices, legal bases, periods of the county

_READ = frozenset({PERSON_VIEW, BODIES_VIEW})
_SPOKEN = frozenset({CONSENT_CHANGE, REQUEST_ADD})
_KEEP = _READ | _SPOKEN | {PERSON_CHANGE, PERSON_ADD, PERSON_EXPORT, PERSON_EMERGENCY, FIGURES}

VERBS: dict[Role, frozenset[str]] = {
    Role.VILLAGE_WORKER: _KEEP | {PERSON_IMPORT, ROUND_CONFIRM},
    Role.TOWNSHIP_SUPERVISOR: _KEEP
    | {PERSON_IMPORT, PERSON_MOVE, PERSON_DECIDE, PERSON_REVIEW, BODIES_CHANGE, REQUEST_ANSWER}
    | {CODES_GIVE, PERSON_MERGE, ROUND_CONFIRM},
    Role.CLASS_TEACHER: _READ | _SPOKEN | {PERSON_CHANGE, PERSON_EMERGENCY},
    Role.SCHOOL_OFFICE: _KEEP | {PERSON_IMPORT, BODIES_CHANGE, CODES_GIVE},
    Role.COUNTY_OFFICE: _KEEP
    | {PERSON_IMPORT, PERSON_MOVE, PERSON_DECIDE, PERSON_REVIEW, REQUEST_ANSWER, ERASURE_DECIDE}
    | {BODIES_CHANGE, BASIS_CHANGE, FORMS_CHANGE, CODES_GIVE, PERSON_MERGE},
    Role.COUNTY_LEADER: frozenset({FIGURES, BODIES_VIEW}),
    Role.HELPER: frozenset({PERSON_VIEW}),
    Role.SYSTEM_ADMIN: frozenset(
        {PLACES_CHANGE, USERS_VIEW, USERS_CHANGE, ORGANISATION_CHANGE, BODIES_VIEW}
        | {CODES_GIVE, CODES_CONFIRM, BACKUP_VIEW}
    ),
    Role.SECURITY_ADMIN: frozenset(
        {USERS_VIEW, FACTORS_CHANGE, POSTS_CONFIRM, CODES_GIVE, CODES_CONFIRM, BACKUP_VIEW}
    ),
    Role.AUDITOR: frozenset({AUDIT_VIEW, CODES_CONFIRM}),
}

# What one office of the county does for all: civil affairs answers for how data are handled
# and who is counted.
OFFICE_VERBS: dict[str, frozenset[str]] = {
    "civil_affairs": frozenset({PRIVACY_CHANGE, DEFINITION_CHANGE, PRACTICE_CHANGE})
}

# Held by nobody beside another role: GB/T 22239-2019, three administrators apart.
SEPARATE = frozenset({Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.AUDITOR})

# What the system administrator gives and the security administrator confirms before it opens
# anything: every role that opens people's files, and the administrators' own.
CONFIRMED_ROLES = SEPARATE | {role for role, verbs in VERBS.items() if PERSON_VIEW in verbs}

# Whose forgotten password each level replaces: in its area, or in its own organisation.
AREA_BELOW: dict[str, frozenset[Role]] = {
    Role.TOWNSHIP_SUPERVISOR: frozenset({Role.VILLAGE_WORKER, Role.SCHOOL_OFFICE}),
    "civil_affairs": frozenset({Role.TOWNSHIP_SUPERVISOR, Role.VILLAGE_WORKER}),
    "education": frozenset({Role.SCHOOL_OFFICE, Role.CLASS_TEACHER}),
}
OWN_BELOW: dict[Role, frozenset[Role]] = {
    Role.SCHOOL_OFFICE: frozenset({Role.CLASS_TEACHER}),
    Role.COUNTY_OFFICE: frozenset({Role.HELPER}),
}

# Whose account reaches a whole county: a second factor from the start (GB/T 22239-2019 level 3),
# and a session that ends soon when nobody is at the desk.
WIDE = SEPARATE | {Role.COUNTY_OFFICE}

# Posts that keep the bodies of their whole area; others only those of their own organisation.
AREA_KEEPERS = frozenset({Role.TOWNSHIP_SUPERVISOR, Role.COUNTY_OFFICE})

# Roles whose post opens the whole area of their organisation's place.
_AREA_ROLES = {Role.VILLAGE_WORKER, Role.TOWNSHIP_SUPERVISOR}


@dataclass(frozen=True, slots=True)
class Seat:
    """One current post, reduced to what permission asks for."""

    role: Role
    organisation: int
    office: str  # the organisation's kind
    path: str  # of the organisation's place
    school_class: int | None = None


@dataclass(frozen=True, slots=True)
class Area:
    """`keeps`: its files are kept from here; who only oversees them says why he looks at one."""

    path: str
    groups: frozenset[Group]
    keeps: bool = True


@dataclass(frozen=True, slots=True)
class Scope:
    """Whose files a user may see: areas, own schools and classes; grants come on top."""

    areas: tuple[Area, ...] = ()
    schools: frozenset[int] = field(default_factory=frozenset)
    classes: frozenset[int] = field(default_factory=frozenset)

    @property
    def sees_people(self) -> bool:
        return bool(self.areas or self.schools or self.classes)

    def asks_why(self, path: str) -> bool:
        """Whether a look at a minor's file there takes a reason: seen by oversight only
        (未成年人网络保护条例 art. 36). Schools, classes and grants open files that one works on."""
        kept = any(area.keeps and path.startswith(area.path) for area in self.areas)
        return not kept and any(not area.keeps for area in self.areas)

    def keeps(self, group: str, path: str, school: int | None = None) -> bool:
        """Whether a file of that group at that place, of a pupil of that school, may be begun or
        entered in the ledger: only where the post opens it afterwards."""
        by_area = any(path.startswith(area.path) and group in area.groups for area in self.areas)
        return by_area or (group in CHILDREN and school in self.schools)


def scope_of(seats: list[Seat]) -> Scope:
    """The union of what the posts open."""
    areas: list[Area] = []
    schools: set[int] = set()
    classes: set[int] = set()
    for seat in seats:
        if seat.role in _AREA_ROLES:
            areas.append(Area(seat.path, EVERYBODY))
        elif seat.role == Role.COUNTY_OFFICE and seat.office in OFFICE_GROUPS:
            areas.append(Area(seat.path, OFFICE_GROUPS[seat.office], keeps=False))
        elif seat.role == Role.SCHOOL_OFFICE:
            schools.add(seat.organisation)
        elif seat.role == Role.CLASS_TEACHER and seat.school_class is not None:
            classes.add(seat.school_class)
    return Scope(tuple(areas), frozenset(schools), frozenset(classes))


def go_together(roles: set[str]) -> bool:
    """Whether one account may hold these roles at a time."""
    return len(roles) <= 1 or not SEPARATE & roles


class Way(StrEnum):
    """How somebody comes to a new code for another's account."""

    ALONE = "alone"
    SECOND = "second"  # asks; an administrator of another kind confirms
    NONE = ""


def stands_above(upper: Seat, lower: Seat) -> bool:
    """Whether the upper post is the level above the lower one: it sees whom that one sees."""
    key = upper.office if upper.role == Role.COUNTY_OFFICE else upper.role
    in_area = lower.role in AREA_BELOW.get(key, ()) and lower.path.startswith(upper.path)
    in_house = lower.role in OWN_BELOW.get(upper.role, ())
    return in_area or (in_house and lower.organisation == upper.organisation)


def way_to_code(upper: list[Seat], opened: list[Seat], waiting: list[Seat]) -> Way:
    """From the posts of who gives the code to those of the account: posts that open something now
    or may again, and posts that nobody has confirmed yet. No administrator comes alone to what
    opens people."""
    all_posts = opened + waiting
    roles = {seat.role for seat in upper}
    if all_posts and all(any(stands_above(u, low) for u in upper) for low in all_posts):
        return Way.ALONE
    if Role.SYSTEM_ADMIN in roles:
        return Way.SECOND if any(seat.role in CONFIRMED_ROLES for seat in opened) else Way.ALONE
    if Role.SECURITY_ADMIN in roles and any(seat.role in SEPARATE for seat in opened):
        return Way.SECOND
    return Way.NONE


def verbs_of(seats: list[Seat]) -> frozenset[str]:
    """What the posts allow together; the directory of organisations is open to everybody."""
    everybody = frozenset({ORGANISATION_VIEW, OWN_SESSIONS})
    offices = [seat.office for seat in seats if seat.role == Role.COUNTY_OFFICE]
    return everybody.union(
        *(VERBS[seat.role] for seat in seats),
        *(OFFICE_VERBS.get(office, frozenset()) for office in offices),
    )

"""Two files side by side: what both say, what one says, and of what only one can stand."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.utils.translation import gettext as _

from guanai.core.dates import Precision
from guanai.people.file import FACTS
from guanai.people.models import ROWS, Guardianship, Kinship, Person
from guanai.people.rules import alone_in
from guanai.people.wording import relation

LEFT, RIGHT = SIDES = ("left", "right")
LINKS: dict[str, Any] = {"kinship": Kinship, "guardianship": Guardianship}
UNSAID = {"sex": (0, 9), "identity.checked": (False,), "away.listed": (False,)}
ASIDE = {"contact.rank"}
HIDDEN = "difficulty"  # confidential and forgotten: never compared, kept from both files
Values = tuple[Any, Any]  # of the left and the right file


@dataclass(frozen=True)
class Clash:
    """Two entries of which one can stand: by the pages one would have ended the other."""

    left: Any
    right: Any

    @property
    def suggested(self) -> str:
        """The one that began later."""
        left, right = (str(getattr(row, "since", None) or "") for row in (self.left, self.right))
        return RIGHT if right > left else LEFT


def said(row: Any) -> dict[str, Any]:
    """The facts of a row that say something; rows of others by their keys."""
    facts = {name: _fact(row, name) for name in row.FACTS if f"{row.KIND}.{name}" not in ASIDE}
    return {k: v for k, v in facts.items() if v not in (None, *UNSAID.get(f"{row.KIND}.{k}", ()))}


def _fact(row: Any, name: str) -> Any:
    key = f"{name}_id"  # of a row of another table
    return getattr(row, key) if hasattr(row, key) else row.fact(name)


def says_no_more(row: Any, other: Any, without: str = "") -> bool:
    """Whether everything that the row says is said by the other; one that goes on says so."""
    mine, theirs = said(row), said(other)
    names_ = {*mine, *({"until"} & theirs.keys())} - {without}
    return all(mine.get(name) == theirs.get(name) for name in names_)


class Pair:
    """Two files with all their entries, in three queries."""

    def __init__(self, left: Person, right: Person) -> None:
        self.left, self.right = left, right
        self.people = {left.pk: left, right.pk: right}
        rows = FACTS.rows([left.pk, right.pk])
        for model, far in ((Kinship, "relative"), (Guardianship, "guardian")):
            rows += model.objects.filter(person__in=self.people).select_related(far)
        kinds = [kind for kind in ROWS if kind != HIDDEN]
        self.rows: dict[str, tuple[list[Any], list[Any]]] = {kind: ([], []) for kind in kinds}
        self.standing: tuple[list[Any], list[Any]] = ([], [])  # in ledgers
        for row in sorted(rows, key=lambda row: row.pk):
            if getattr(row, "KIND", "") == HIDDEN:
                continue
            row.person = self.people[row.person_id]
            of_kind = self.rows[row.KIND] if hasattr(row, "KIND") else self.standing
            of_kind[row.person_id == right.pk].append(row)

    @cached_property
    def facts(self) -> dict[str, Values]:
        """What the two persons' own rows say, where one of them says something."""
        told = [
            {name: person.fact(name) for name in Person.FACTS}
            | {f"details.{key}": value for key, value in person.details.items()}
            for person in (self.left, self.right)
        ]
        found = {key: tuple(_of(one, key) for one in told) for key in {**told[0], **told[1]}}
        return {key: (a, b) for key, (a, b) in found.items() if a is not None or b is not None}

    @property
    def differing(self) -> dict[str, Values]:
        return {k: (a, b) for k, (a, b) in self.facts.items() if None not in (a, b) and a != b}

    def better(self, key: str) -> str:
        """Which of two differing facts is suggested: a whole date before a year."""
        left, right = (str(value) for value in self.facts[key])
        return RIGHT if key == "born" and right.startswith(left) else LEFT

    @cached_property
    def folded(self) -> dict[Any, Any]:
        """Entries that say no more than one of the other file → that one."""
        found: dict[Any, Any] = {}
        for lefts, rights in self.rows.values():
            for right in rights:
                for left in lefts:
                    if left not in found and says_no_more(right, left):
                        found[right] = left
                        break
                    if left not in found and says_no_more(left, right):
                        found[left] = right
        return found

    @cached_property
    def clashes(self) -> dict[str, Clash]:
        """Of kin nothing clashes: who stands there twice may have two files as well."""
        return {
            _key(left): Clash(left, right)
            for kind, (lefts, rights) in self.rows.items()
            for left in lefts
            for right in rights
            if kind != "kinship" and self._clash(left, right)
        }

    def _clash(self, left: Any, right: Any) -> bool:
        if left in self.folded or right in self.folded:
            return False
        if left.KIND == "identity":
            return bool(left.kind == right.kind == "id" and left.checked and right.checked)
        ends = left.ALONE is not None and left.until is None and right.until is None
        entrusted = left.KIND != "guardianship" or left.kind == "entrusted"
        return bool(ends and entrusted and _key(left) == _key(right))

    @cached_property
    def doubles(self) -> list[tuple[Person, Person]]:
        """Relatives of one relation and sound who may have two files as well."""
        return [
            (left.relative, right.relative)
            for left, right in self._same_relation()
            if left.relative_id != right.relative_id
            and left.relative.pinyin == right.relative.pinyin
        ]

    def _same_relation(self) -> Iterator[tuple[Any, Any]]:
        """Kin of whom one stands at a time."""
        lefts, rights = self.rows["kinship"]
        for left in lefts:
            sole = alone_in(left.relation)
            yield from ((left, right) for right in rights if right.relation in sole)

    @property
    def related(self) -> bool:
        """One file names the other as kin or guardian: nobody is his own."""
        links = [*self.rows["kinship"], *self.rows["guardianship"]]
        return any(_far(row) in self.people for side in links for row in side)

    def warnings(self) -> Iterator[str]:
        """What speaks for two persons, in words."""
        left, right = self.left, self.right
        sounds = {left.pinyin, right.pinyin}
        day = left.born if left.born_precision == right.born_precision == Precision.DAY else None
        if day and day == right.born and len(sounds) > 1:
            yield _("Born on the same day under another name: twins have two files.")
        if "identity:id" in self.clashes:
            yield _("Two different ID numbers, both valid: one person has one.")
        if "sex" in self.differing:
            yield _("One file says male, the other female.")
        for one, other in self._same_relation():
            if one.relative.pinyin != other.relative.pinyin:
                named = {"kin": relation(one.relation), "one": one.relative.name,
                         "other": other.relative.name}  # fmt: skip
                said_ = _("%(kin)s: %(one)s in one file, %(other)s in the other. Cousins may share"
                          " a name.")  # fmt: skip
                yield said_ % named


def _of(told: dict[str, Any], key: str) -> Any:
    value = told.get(key)
    return None if value in UNSAID.get(key, ()) else value


def _key(row: Any) -> str:
    """Of entries of which one can stand at a time."""
    alone = ("kind",) if row.KIND == "identity" else row.ALONE or ()
    return ":".join([row.KIND, *(str(getattr(row, name)) for name in alone)])


def _far(link: Any) -> int:
    key: int = link.relative_id if isinstance(link, Kinship) else link.guardian_id
    return key

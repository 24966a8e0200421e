"""Who of all that rows mention is one person, and which rows make one family.

A person is known by a valid ID number; else by name and phone, by both parents' names in one
village, or by what somebody decided in the preview. Nobody with another ID number is ever merged.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from guanai.core.chunks import chunks
from guanai.core.crypto import vault
from guanai.people import names
from guanai.people.importing.matching import valid_id
from guanai.people.importing.sight import reachable
from guanai.people.importing.staging import LIVE, ROLES, Staged, Staging
from guanai.people.models import Contact, Guardianship, Identity, Import, Kinship, Person
from guanai.people.rules import PARENTS

COUPLE = {"child": ("father", "mother"), "woman": ("husband", "")}
AT_ONCE = 500  # values in one question to the registry


class Groups:
    """Union-find over whole numbers."""

    def __init__(self, size: int = 0) -> None:
        self.above = array("l", range(size))

    def new(self) -> int:
        self.above.append(len(self.above))
        return len(self.above) - 1

    def top(self, node: int) -> int:
        above = self.above
        while above[node] != node:
            above[node] = above[above[node]]
            node = above[node]
        return node

    def join(self, a: int, b: int) -> int:
        """The smaller top stands for both."""
        first, second = sorted((self.top(a), self.top(b)))
        self.above[second] = first
        return first


def parts(row: Staged) -> dict[str, dict[str, Any]]:
    """Role → fields, for the roles of which the row says anything; "" is the row's own person."""
    found: dict[str, dict[str, Any]] = {}
    for role in ROLES[row.kind]:
        told = row.fields if not role else row.fields.get(role)
        if isinstance(told, dict) and (not role or told.get("name") or told.get("id_number")):
            found[role] = told
    return found


@dataclass(frozen=True)
class Assembled:
    """How many people there are, who of them has a file (person → its key), and which of the ID
    numbers stand in a file already (blind indexes)."""

    people: int
    known: dict[int, int]
    taken: list[int]


def assemble(batch: Import, staging: Staging) -> Assembled:
    """Give every row the numbers of its people and of its family."""
    work = _Assembly(staging)
    work.by_number()
    work.by_decision()
    work.by_likeness()
    work.by_remainder()
    work.known(batch)
    return work.store()


class _Assembly:
    def __init__(self, staging: Staging) -> None:
        self.staging = staging
        self.people = Groups()
        self.rows: list[tuple[int, dict[str, int]]] = []  # row, role → node
        self.ids: dict[int, int] = {}  # top → hash of its ID number
        self.names: list[str] = []  # of each node
        self.keys: dict[int, int] = {}  # hash of what identifies → node
        self.selves: dict[int, int] = {}  # row → node of its person
        self.guardians: list[tuple[dict[str, int], str, str]] = []
        self.away: list[tuple[int, str, str]] = []
        # Of each row its kind, village, and (node, hash of a phone).
        self.told: list[tuple[str, str, list[tuple[int, int]]]] = []
        self.parents_by_name: dict[tuple[str, str], set[int]] = {}
        self.calls: dict[int, int] = {}  # node → hash of the first phone, if there is no number
        self.registry: dict[int, int] = {}  # top → person's key
        self.taken: list[int] = []

    # ------------------------------------------------------------------------------- the passes
    def by_number(self) -> None:
        """Reads all rows, and notes what the other passes ask for."""
        blind = vault().blind
        for row in self.staging.rows(LIVE):
            nodes: dict[str, int] = {}
            calls: list[tuple[int, int]] = []
            village = row.fields.get("village_code") or ""
            told = parts(row)
            for role, said in told.items():
                node = nodes[role] = self.people.new()
                self.names.append(names.bare(said.get("name") or ""))
                number = valid_id(
                    row.fields, row.problems, f"{role}.id_number" if role else "id_number"
                )
                if number:
                    self._numbered(node, blind("id", number))
                calls += [(node, blind("phone", phone)) for phone in said.get("phones") or ()]
            self.rows.append((row.id, nodes))
            self.selves[row.id] = nodes[""]
            self.told.append((row.kind, village, calls))
            if row.kind == "away_period":
                self.away.append((nodes[""], self.names[nodes[""]], village))
            if "guardian" in nodes:
                relation = told["guardian"].get("relation_code") or ""
                self.guardians.append((nodes, relation, village))

    def _numbered(self, node: int, exact: int) -> None:
        self.ids[node] = exact
        other = self.keys.setdefault(hash(("id", exact)), node)
        if other != node and same_sound(self.names[node], self.names[other]):
            self._join(node, other)

    def by_decision(self) -> None:
        found = self.staging.db.execute(
            "SELECT staged, other, within, certain, decision FROM candidate"
            " WHERE decision = 'same' OR (certain AND decision = '') ORDER BY decision, id"
        )
        for row, other, within, _certain, decision in found.fetchall():
            node = self.selves.get(row)
            if node is None:
                continue
            if not within:
                self.registry.setdefault(self.people.top(node), other)
            elif other in self.selves:
                self._join(node, self.selves[other], sure=decision == "same")

    def by_likeness(self) -> None:
        for (_, nodes), (kind, village, calls) in zip(self.rows, self.told, strict=True):
            for node, exact in calls:
                self.calls.setdefault(node, exact)
                self._alike(("call", self.names[node], exact), node)
            if kind in COUPLE and village:
                self._couple(nodes, COUPLE[kind], village)
        self.told.clear()

    def _couple(self, nodes: dict[str, int], roles: tuple[str, str], village: str) -> None:
        husband, wife = (nodes.get(role) for role in roles)
        for node in (husband, wife):
            if node is not None and self.names[node]:
                self.parents_by_name.setdefault((self.names[node], village), set()).add(node)
        if husband is None or wife is None:
            return
        both = (self.names[husband], self.names[wife], village)
        if all(both):
            self._alike(("husband", *both), husband)
            self._alike(("wife", *both), wife)

    def by_remainder(self) -> None:
        """Guardians who are a parent or the siblings' one; people away whose children are here."""
        for nodes, relation, village in self.guardians:
            guardian = nodes["guardian"]
            parents = [nodes[role] for role in ("father", "mother") if role in nodes]
            same = [node for node in parents if self.names[node] == self.names[guardian]]
            if same and (not relation or relation in PARENTS):
                self._join(guardian, same[0])
            elif parents:
                top = self.people.top(parents[0])
                self._alike(("guardian", self.names[guardian], top, village), guardian)
        for node, name, village in self.away:
            tops = {self.people.top(n) for n in self.parents_by_name.get((name, village), ())}
            if len(tops) == 1:
                self._join(node, tops.pop())

    def _alike(self, key: tuple[Any, ...], node: int) -> None:
        if self.names[node]:
            self._join(node, self.keys.setdefault(hash(key), node))

    def _join(self, a: int, b: int, *, sure: bool = False) -> None:
        """One person, unless two different ID numbers speak against it and nobody decided so."""
        first, second = self.people.top(a), self.people.top(b)
        if first == second:
            return
        ids = self.ids.get(first), self.ids.get(second)
        if None not in ids and ids[0] != ids[1] and not sure:
            return
        top = self.people.join(first, second)
        known = next((exact for exact in ids if exact is not None), None)
        if known is not None:
            self.ids[top] = known
        keys = [self.registry[t] for t in (first, second) if t in self.registry]
        if keys:
            self.registry[top] = keys[0]

    # ----------------------------------------------------------------------------- the registry
    def known(self, batch: Import) -> None:
        """Which of these people have a file that this user handles."""
        handled = Person.objects.handled_by(batch.actor)
        near = reachable(batch.actor, set(self.registry.values()))
        self.registry = {top: key for top, key in self.registry.items() if key in near}
        if not handled.exists():
            return
        tops = {self.people.top(node) for node in range(len(self.people.above))}
        apart = self._kept_apart()
        wanted: dict[int, list[int]] = {}
        for top in tops & self.ids.keys():
            wanted.setdefault(self.ids[top], []).append(top)
        found = list(self._asked(Identity.objects.filter(kind="id"), "exact", wanted))
        near = reachable(batch.actor, {key for _, key, _ in found})
        standing = Identity.objects.standing({exact for exact, _, _ in found})
        self.taken = list(standing.values_list("exact", flat=True))
        for exact, key, name in found:
            for top in wanted[exact] if key in near else ():
                if top not in apart and same_sound(names.bare(name), self.names[top]):
                    self.registry.setdefault(top, key)
        self._called_in_registry(handled, tops - apart)
        self._away_in_registry(handled)
        self._kin_in_registry()

    def _kin_in_registry(self) -> None:
        """Relatives and carers of the same name whom the person's file has already."""
        files: dict[int, list[dict[str, int]]] = {}
        for _, nodes in self.rows:
            key = self.registry.get(self.people.top(nodes[""]))
            if key is not None and len(nodes) > 1:
                files.setdefault(key, []).append(nodes)
        for some in chunks(files, AT_ONCE):
            near: dict[tuple[int, str], int] = {}
            for rows, column in (
                (Kinship.objects.current(), "relative"),
                (Guardianship.objects.current(), "guardian"),
            ):
                found = rows.filter(person__in=some)
                for person, key, name in found.values_list("person", column, f"{column}__name"):
                    near.setdefault((person, names.bare(name)), key)
            for person in some:
                for nodes in files[person]:
                    self._same_kin(person, nodes, near)

    def _same_kin(
        self, person: int, nodes: dict[str, int], near: dict[tuple[int, str], int]
    ) -> None:
        for role, node in nodes.items():
            key = near.get((person, self.names[node]))
            if role and key is not None and self.names[node]:
                self.registry.setdefault(self.people.top(node), key)

    def _kept_apart(self) -> set[int]:
        """Rows of which somebody said that they are new people."""
        said = self.staging.db.execute(
            "SELECT staged FROM candidate WHERE NOT within AND decision = 'new'"
        )
        return {self.people.top(self.selves[row]) for (row,) in said if row in self.selves}

    def _called_in_registry(self, visible: Any, tops: set[int]) -> None:
        calls: dict[int, list[int]] = {}
        own = {self.people.top(node) for node in self.selves.values()}
        away = {self.people.top(node) for node, *_ in self.away}
        for node, exact in self.calls.items():
            top = self.people.top(node)
            if top in tops and top not in self.registry and (top not in own or top in away):
                calls.setdefault(exact, []).append(top)
        numbers = Contact.objects.filter(person__in=visible.values("pk"))
        for exact, key, name in self._asked(numbers, "exact", calls):
            for top in calls[exact]:
                if names.bare(name) == self.names[top]:
                    self.registry.setdefault(top, key)

    def _away_in_registry(self, visible: Any) -> None:
        """People away who are the one parent or spouse of that name in the village."""
        wanted: dict[str, list[tuple[int, str]]] = {}
        for node, name, village in self.away:
            top = self.people.top(node)
            if village and name and top not in self.registry and top not in self.ids:
                wanted.setdefault(name, []).append((top, village))
        relatives = visible.filter(kin_of__in=Kinship.objects.current())
        for some in chunks(wanted, AT_ONCE):
            found: dict[tuple[str, str], set[int]] = {}
            people = relatives.filter(name__in=some).values_list("name", "place__code", "pk")
            for name, village, key in people:
                found.setdefault((name, village), set()).add(key)
            for name in some:
                for top, village in wanted[name]:
                    if len(keys := found.get((name, village), set())) == 1:
                        self.registry.setdefault(top, next(iter(keys)))

    @staticmethod
    def _asked(rows: Any, column: str, wanted: Iterable[int]) -> Iterator[tuple[int, int, str]]:
        """(value, person's key, name) of the rows with one of these values."""
        for some in chunks(wanted, AT_ONCE):
            found = rows.filter(**{f"{column}__in": some}).order_by("person")
            yield from found.values_list(column, "person", "person__name")

    # ------------------------------------------------------------------------------- the result
    def store(self) -> Assembled:
        families = Groups(len(self.people.above))
        for _, nodes in self.rows:
            tops = [self.people.top(node) for node in nodes.values()]
            for top in tops[1:]:
                families.join(tops[0], top)
        with self.staging.writing() as db:
            db.execute("DELETE FROM known")
            db.execute("DELETE FROM difference")
            db.executemany(
                "UPDATE staged SET people = ?, family = ? WHERE id = ?",
                (
                    (
                        " ".join(f"{role}:{self.people.top(n)}" for role, n in nodes.items()),
                        families.top(self.people.top(nodes[""])),
                        row,
                    )
                    for row, nodes in self.rows
                ),
            )
            known = {self.people.top(top): key for top, key in self.registry.items()}
            db.executemany("INSERT INTO known VALUES (?, ?)", known.items())
        people = len({self.people.top(node) for node in range(len(self.people.above))})
        return Assembled(people, known, self.taken)


def same_sound(one: str, other: str) -> bool:
    """Equal or homophones, or one of them is not known."""
    return not one or not other or one == other or names.pinyin(one) == names.pinyin(other)

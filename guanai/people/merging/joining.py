"""Two files become one.

Every row of every room that points at the file that goes points at the one that stays afterwards:
which columns these are the models themselves say, so that later rooms are covered. What is sealed
stays as it is, for the key of the file that goes comes along (`Person.sealed_key`). Entries that
say no more than another are folded into it; of what can stand once the person who merges chooses,
and the other goes into the history. All is noted for the undo.
"""

from __future__ import annotations

import copy
import datetime as dt
import json
from collections.abc import Iterator, Mapping
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from guanai.audit.models import record
from guanai.core.broken import RuleBroken
from guanai.organisations.models import User
from guanai.people import names
from guanai.people.conflicts import Values, key_of
from guanai.people.erasing import names_person, tombstone
from guanai.people.evaluating import evaluate
from guanai.people.importing.erasing import pointing_at_people
from guanai.people.merging.comparing import LEFT, RIGHT, SIDES, Pair, says_no_more
from guanai.people.merging.journal import Journal, packed
from guanai.people.models import (
    Confirmation,
    DuplicateProposal,
    Guardianship,
    Import,
    Kinship,
    LedgerLine,
    Merge,
    Person,
    RoundLine,
    SearchToken,
    Status,
)
from guanai.people.models.closing import CLOSED
from guanai.people.models.imports import OVER

PROJECTED = (LedgerLine, SearchToken, Status)  # found anew from the files
DECIDED = ("outcome", "why", "decided_by_id", "decided_at")
SEALED_AS = "merge.steps"
COLUMNS = ("name", "pinyin", "sex", "born", "born_precision", "died", "ethnicity", "care_form",
           "details")  # fmt: skip
Choices = Mapping[str, str]  # key of a fact or a clash → the side that stands


def refuse(pair: Pair) -> None:
    """Raises RuleBroken for files that cannot be one now."""
    if pair.related:
        raise RuleBroken(
            "merge.related",
            _("One file names the other as kin or guardian. Take that out first if it is wrong."),
        )
    for batch in Import.objects.exclude(state__in=OVER):
        if any(names_person(batch, key) for key in pair.people):
            raise RuleBroken(
                "merge.import", _("An import that is not finished names one of them. Finish it.")
            )


def scoped(person: Person) -> Iterator[QuerySet[Any]]:
    """The person's rows of today that carry the path of the file."""
    for link in pointing_at_people():
        columns = {field.name for field in link.model._meta.concrete_fields}
        if "path" in columns and link.name == "person" and link.model not in PROJECTED:
            rows: QuerySet[Any] = link.model._meta.base_manager.filter(person=person)
            yield rows.filter(until=None) if "until" in columns else rows


@transaction.atomic
def merge(
    proposal: DuplicateProposal,
    stays: str,
    choices: Choices,
    versions: Mapping[str, int],
    *,
    sure: bool = False,
    by: User,
) -> Merge:
    """The two files of the proposal become the one of the side that stays.

    `versions`: of both files when they were shown. `sure`: what speaks for two persons was read.
    Raises Conflict if one was changed meanwhile, and RuleBroken.
    """
    held = {p.pk: p.hold() for p in sorted((proposal.left, proposal.right), key=lambda p: p.pk)}
    sides = {LEFT: held[proposal.left_id], RIGHT: held[proposal.right_id]}
    for side in SIDES:
        if sides[side].erased_at is not None or not sides[side].open_to_change(by):
            raise RuleBroken("merge.closed", _("One of the files cannot be changed by you."))
        if sides[side].closed_on:
            raise RuleBroken("file.closed", CLOSED)
        if sides[side].transfers.waiting().exists():
            raise RuleBroken("file.in_transfer", _("A handing over waits: withdraw it first."))
        sides[side].refuse_later(versions[side])
    pair = Pair(sides[LEFT], sides[RIGHT])
    refuse(pair)
    if not sure and any(pair.warnings()):
        raise RuleBroken("merge.unsure", _("Read what speaks for two persons, and confirm it."))
    gone = sides[LEFT if stays == RIGHT else RIGHT]
    joining = _Joining(pair, sides[stays], gone, choices)
    before = packed(proposal, DECIDED)
    proposal.decide("same", by=by)
    joining.journal.note_change(proposal, before)
    return joining.join(proposal, by)


class _Joining:
    def __init__(self, pair: Pair, kept: Person, gone: Person, choices: Choices) -> None:
        self.pair, self.kept, self.gone, self.choices = pair, kept, gone, choices
        self.journal = Journal()
        self.values: Values = {"merged": [None, gone.file_number]}

    def join(self, proposal: DuplicateProposal, by: User) -> Merge:
        kept, gone, journal = self.kept, self.gone, self.journal
        self.fold()
        self.choose()
        self.state()
        self.ledgers()
        self.order()
        self.checklists()
        self.quarters()
        self.proposals(proposal)
        for link in pointing_at_people():
            if link.model not in (*PROJECTED, DuplicateProposal):
                journal.move(link, gone.pk, kept.pk)
        self.fold_links()
        self.bury()
        self.ask()
        steps = json.dumps({"keys": len(bytes(gone.sealed_key)), "steps": journal.steps})
        kept.sealed_key = bytes(kept.sealed_key) + bytes(gone.sealed_key)
        kept.version = max(kept.version, gone.version)
        kept.save(update_fields=["sealed_key"])
        merged = Merge.objects.create(
            person=kept,
            gone=gone,
            proposal=proposal,
            by=by,
            version=kept.version + 1,
            sealed_steps=kept.sealer.seal(steps, SEALED_AS),
        )
        record("people.person.merged", by=by, subject=gone)
        kept.tell(self.values, "person.merge", by=by)
        evaluate([kept.pk])
        return merged

    def takes(self, key: str, suggested: str) -> bool:
        """Whether the left file's stands."""
        return self.choices.get(key, suggested) == LEFT

    def fold(self) -> None:
        for row, into in self.pair.folded.items():
            self.values[key_of(row.KIND, row.uid)] = [row.facts(), into.facts()]
            self.journal.take_out(row)

    def choose(self) -> None:
        for key, clash in self.pair.clashes.items():
            stands, other = clash.left, clash.right
            if not self.takes(key, clash.suggested):
                stands, other = other, stands
            self._set_aside(stands, other)

    def _set_aside(self, stands: Any, other: Any) -> None:
        """A second ID number stays as another document; what began earlier ends; the rest goes
        into the history."""
        key = key_of(other.KIND, other.uid)
        if other.KIND == "identity":
            self.values[key_of(other.KIND, other.uid, "kind")] = ["id", "other"]
            self.journal.change(other, kind="other")
        elif other.since and stands.since and other.since < stands.since:
            last = stands.since - dt.timedelta(days=1)
            self.values[key_of(other.KIND, other.uid, "until")] = [None, last.isoformat()]
            self.journal.change(other, until=last)
        else:
            self.values[key] = [other.facts(), None]
            self.journal.take_out(other)

    def state(self) -> None:
        """What the person's own row says: of both what only one says, else what was chosen."""
        left = self.kept == self.pair.left
        wanted: dict[str, Any] = {}
        for key, (a, b) in self.pair.facts.items():
            mine, theirs = (a, b) if left else (b, a)
            if mine == theirs or theirs is None:
                continue
            takes_mine = mine is not None and self.takes(key, self.pair.better(key)) == left
            if not takes_mine:
                wanted[key] = theirs
            self.values[key] = [theirs, mine] if takes_mine else [mine, theirs]
        after, before = copy.copy(self.kept), self.kept.name
        after.fill(wanted)
        after.verify()
        self.journal.change(self.kept, **{name: getattr(after, name) for name in COLUMNS})
        if self.kept.household_id is None:
            self.journal.change(self.kept, household_id=self.gone.household_id)
            self.kept.refresh_from_db(fields=["household"])
        if self.kept.name != before:
            self.kept.index_name(before)

    def ledgers(self) -> None:
        """Once in each ledger, since the earlier day."""
        mine, theirs = self.pair.standing
        if self.kept == self.pair.right:
            mine, theirs = theirs, mine
        standing = {row.group: row for row in mine if row.until is None}
        for row in theirs:
            other = standing.get(row.group)
            if other is None or row.until is not None:
                continue
            late = row if other.since <= row.since else other
            self.values[f"registration.{row.group}"] = [late.since.isoformat(), None]
            self.journal.take_out(late)

    def order(self) -> None:
        """Phones of the file that stays are called first; current rows carry its path."""
        ranks = [row.rank for side in self.pair.rows["contact"] for row in side
                 if row.person == self.kept]  # fmt: skip
        for row in (row for side in self.pair.rows["contact"] for row in side):
            if row.person == self.gone and row not in self.pair.folded:
                self.journal.change(row, rank=row.rank + max(ranks, default=-1) + 1)
        for rows in scoped(self.gone):
            for row in rows.filter(path=self.gone.path):
                self.journal.change(row, path=self.kept.path)

    def checklists(self) -> None:
        """What was done by either list is done."""
        mine = {row.age: row for row in self.kept.checkups.all()}
        for row in self.gone.checkups.filter(age__in=mine):
            one = mine[row.age]
            ended = one.finished_at or row.finished_at
            self.journal.change(one, done=row.done | one.done, finished_at=ended)
            self.journal.take_out(row)

    def quarters(self) -> None:
        """Once on the list of each quarter; who confirmed either file has seen the person."""
        for model in (Confirmation, RoundLine):
            mine = {row.quarter: row for row in model.objects.filter(person=self.kept)}
            for row in model.objects.filter(person=self.gone, quarter__in=mine):
                if isinstance(row, RoundLine) and row.confirmed:
                    self.journal.change(mine[row.quarter], confirmed=True)
                self.journal.take_out(row)

    def proposals(self, own: DuplicateProposal) -> None:
        """What was asked and decided about the file that goes holds for the one that stays."""
        kept, gone = self.kept.pk, self.gone.pk
        rows = DuplicateProposal.objects.filter(Q(left=gone) | Q(right=gone))
        for row in rows.exclude(pk=own.pk).exclude(outcome="same"):
            other = row.left_id if row.right_id == gone else row.right_id
            left, right = min(kept, other), max(kept, other)
            twin = DuplicateProposal.objects.filter(left=left, right=right).first()
            if twin is None:
                self.journal.change(row, left_id=left, right_id=right)
            elif twin.outcome == "" and row.outcome:
                self.journal.take_out(twin)
                self.journal.change(row, left_id=left, right_id=right)
            else:
                self.journal.take_out(row)

    def fold_links(self) -> None:
        """Others who named both files name one person once."""
        for model, far in ((Kinship, "relative"), (Guardianship, "guardian")):
            rows: dict[int, list[Any]] = {}
            for row in model.objects.filter(**{far: self.kept}).order_by("pk"):
                others = rows.setdefault(row.person_id, [])
                if any(says_no_more(row, other) for other in others):
                    self.journal.take_out(row)
                else:
                    others.append(row)

    def ask(self) -> None:
        """Whether relatives who stand twice now are one person as well."""
        for one, other in self.pair.doubles:
            left, right = sorted((one.pk, other.pk))
            rows = DuplicateProposal.objects.filter(left=left, right=right)
            if not rows.exists():
                rows.propose({(left, right): (0.5, ["same_name", "same_family"])})
                self.journal.made(rows.get())

    def bury(self) -> None:
        """Of the file that goes a tombstone stays, by which old links and numbers are followed."""
        gone, told = self.gone, tombstone(self.gone)
        tokens = SearchToken.objects.filter(token__in=names.tokens(gone.name), path=gone.path)
        tokens.filter(person=gone).delete()  # has no index by person
        LedgerLine.objects.filter(person=gone).delete()
        Status.objects.filter(person=gone).delete()
        columns = {f.attname: told[f.name] for f in Person._meta.concrete_fields if f.name in told}
        Person.objects.filter(pk=gone.pk).update(sealed_key=columns.pop("sealed_key"))
        self.journal.change(gone, **{k: getattr(v, "pk", v) for k, v in columns.items()})

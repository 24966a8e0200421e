"""What this room tells an auditor: its words in the log, hints, its part of the yearly audit."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from guanai.audit.models import Entry
from guanai.audit.words import Facts, sentence
from guanai.core.crypto import vault
from guanai.core.registries import Chapter, Doubt
from guanai.core.words import StrOrPromise
from guanai.organisations.models import Member, User
from guanai.people.labels import KINDS, label
from guanai.people.models import Contact, DuplicateProposal, Guardianship, Kinship, Person
from guanai.people.models.looks import Review
from guanai.people.models.person import GROUPS

_OF_FILES: dict[str, StrOrPromise] = {
    "add": _("entered into a file: %s"),
    "correct": _("corrected in a file: %s"),
    "withdraw": _("withdrew from a file: %s"),
    "strike": _("struck out of a ledger: %s"),
}
ACTS: dict[str, StrOrPromise | Callable[[Facts], str]] = {
    "people.person.enter": _("opened files: %(files)s"),
    "people.person.household": _("changed the household"),
    "people.person.move": _("moved the file to another place"),
    "people.person.close": _("closed a file"),
    "people.person.reopen": _("opened a closed file again"),
    "people.registration.keep": _("let somebody stay in a ledger after a status ended"),
    "people.waiting.ask": _("changed what waits for the township (%(part)s)"),
    "people.waiting.confirmed": _("confirmed a change of a village"),
    "people.waiting.refused": _("did not confirm a change of a village"),
    "people.waiting.withdrawn": _("took back a change that waited"),
    "people.transfer.propose": _("proposed to hand a file over"),
    "people.transfer.returned": _("sent a handing over back"),
    "people.transfer.withdrawn": _("withdrew a handing over"),
    "people.transfer.print": _("printed the record of a handing over"),
    "people.difficulty.forget": _("forgot difficulties that had run out"),
    "people.checklist.confirm": _("confirmed what a checklist asks"),
    "people.life.rule": _("set a rule about the life of files: %(name)s, %(days)s days"),
    "people.advance.year": _("began a school year: %(pupils)s pupils"),
    "people.advance.school": _("took pupils over: %(pupils)s pupils"),
    "people.advance.prepare": _("began to prepare a school year"),
    "people.advance.plan": _("changed the plan of a school year"),
    "people.advance.drop": _("threw the plan of a school year away"),
    "people.advance.undo": _("took a school year or change of school back"),
    "people.schooling.advance": _("schooling passed on"),
    "people.schooling.turn_back": _("schooling was taken back"),
    "people.person.erase": _("destroyed the file (%(why)s)"),
    "people.person.list": _("listed people at the command line, %(files)s people"),
    "people.person.export": _("exported the ledger, %(files)s people (%(group)s, %(kind)s)"),
    "people.person.card": _("printed contact cards, %(files)s people"),
    "people.person.print": _("printed the file"),
    "people.duplicate.search": _(
        "looked for duplicates: %(people)s files compared, %(pairs)s pairs, %(new)s new"
    ),
    "people.duplicate.list": _("listed possible duplicates at the command line, %(pairs)s pairs"),
    "people.duplicate.different": _("said that two files are not the same person: %(apart)s"),
    "people.person.merge": _("merged another file into this one"),
    "people.person.merged": _("merged this file into another one"),
    "people.person.unmerge": _("undid the merge of two files"),
    "people.person.apart": _("had two files again out of this one"),
    "people.change.revert": _("undid the own last change of a file"),
    "people.savedview.keep": _("kept a view of a ledger"),
    "people.savedview.drop": _("dropped a view of a ledger"),
    "people.exportform.keep": _("changed a form of exports, %(columns)s columns"),
    "people.exportform.drop": _("dropped a form of exports"),
    "people.legal_basis.enter": _("entered a legal basis: %(number)s"),
    "people.legal_basis.end": _("ended a legal basis: %(number)s"),
    "people.definition.set": _("set the numbers of the definition %(definition)s"),
    "people.practice.set": _("set how the county does checks and visits"),
    "people.confirmation.add": _("confirmed files for the quarterly check %(quarter)s: %(files)s"),
    "people.confirmation.take_back": _("took a confirmation of the check %(quarter)s back"),
    "people.round.close": _("kept the list of the quarterly check %(quarter)s: %(files)s"),
    "people.round.export": _("took the quarterly check %(quarter)s out, %(files)s people"),
    "people.finding.raise": _("raised a finding about a carer"),
    "people.finding.decide": _("decided on a finding about a carer"),
    "people.look.state": _("said for what a file is looked at"),
    "people.look.emergency": _("opened a file in an emergency"),
    "people.look.review": _("reviewed an emergency access: %(verdict)s"),
    "people.import.begin": _("began an import, %(files)s rosters"),
    "people.import.repair": _("repaired a row of an import"),
    "people.import.accept": _("accepted rows of an import as they are"),
    "people.import.leave_out": _("left a row of an import out"),
    "people.import.take_in": _("took a row of an import in"),
    "people.import.decide": _("decided who a row of an import is about"),
    "people.import.read_again": _("had a roster read again"),
    "people.import.confirm": _("confirmed an import"),
    "people.import.publish": _("wrote rows of an import: %(rows)s"),
    "people.import.flip": _("made an import visible"),
    "people.import.done": _("finished an import"),
    "people.import.cancel": _("called an import off"),
    "people.import.roll_back": _("took the rows of an import back that was called off"),
    "people.import.undo": _("began to take an import back"),
    "people.import.undone": _("took an import back"),
    "people.import.rejected": _("took the rows of an import that were not written, %(rows)s rows"),
}


HOW: dict[str, StrOrPromise] = {
    "transfer": _("handing over looked at"),
    "pair": _("compared with another file"),
}
CODES: dict[str, dict[Any, Any]] = {
    "group": dict(GROUPS),
    "verdict": dict(Review.VERDICTS),
    "apart": dict(DuplicateProposal.WHYS),
}


def _of_file(text: StrOrPromise, kind: StrOrPromise) -> Callable[[Facts], str]:
    return lambda _facts: str(text) % kind


def _changed(facts: Facts) -> str:
    names: list[Any] = facts.get("facts", [])
    return str(_("changed in a file: %s")) % "、".join(label(name) for name in names)


ACTS["people.person.change"] = _changed
ACTS |= {
    f"people.{kind}.{verb}": _of_file(text, title)
    for kind, title in KINDS.items()
    for verb, text in _OF_FILES.items()
}


def own_kin(user: User, files: set[int]) -> set[int]:
    """Those of the files that are the account's own or its relatives', by name or by phone."""
    kin = Kinship.objects.filter(Q(person__in=files) | Q(relative__in=files))
    care = Guardianship.objects.filter(Q(person__in=files) | Q(guardian__in=files))
    links = {*kin.values_list("person", "relative"), *care.values_list("person", "guardian")}
    near = Person.objects.filter(pk__in={*files, *(key for link in links for key in link)})
    phones = {member.phone for member in Member.objects.filter(user=user)} - {""}
    exact = [blind for number in phones for blind in vault().blinds("phone", number)]
    reached = Contact.objects.filter(exact__in=exact).values("person")
    named = near.filter(Q(name=user.name) | Q(pk__in=reached)).values_list("pk", flat=True)
    same = set(named)
    return files & {*same, *(key for link in links if same & {*link} for key in link)}


def outside(user: User, files: set[int]) -> set[int]:
    """Those that the account's posts and grants do not open (any more)."""
    seen = Person.objects.visible_to(user).filter(pk__in=files)
    return files - set(seen.values_list("pk", flat=True))


def emergencies(since: dt.datetime, until: dt.datetime) -> Iterator[tuple[Any, ...]]:
    """Accesses and what reviewers found."""
    acts = Entry.objects.filter(at__gte=since, at__lt=until)
    yield ACTS["people.look.emergency"], acts.filter(action="people.look.emergency").count()
    reviews = acts.filter(action="people.look.review").values_list("facts", flat=True)
    for verdict, count in sorted(Counter(facts["verdict"] for facts in reviews).items()):
        yield sentence("people.look.review", {"verdict": verdict}), count


def destroyed(since: dt.datetime, until: dt.datetime) -> Iterator[tuple[Any, ...]]:
    acts = Entry.objects.filter(action="people.person.erase", at__gte=since, at__lt=until)
    yield from sorted(
        Counter(facts["why"] for facts in acts.values_list("facts", flat=True)).items()
    )


DOUBTS = [Doubt("kin", own_kin), Doubt("outside", outside)]
CHAPTERS = [
    Chapter(_("Accesses in an emergency"), (_("act"), _("times")), emergencies, rank=40),
    Chapter(_("Files destroyed"), (_("why"), _("files")), destroyed, rank=60),
]

"""Lists that leave the house: .xlsx, CSV and PDF in a form's columns, and contact cards.

Whoever exports passes the same door as a page; how much left is audited, and for every minor it is
logged that the file was read (未成年人网络保护条例 art. 36).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import IO, Any

from django.core.exceptions import PermissionDenied
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from guanai.core.broken import RuleBroken
from guanai.core.documents.cards import Size, render_cards
from guanai.core.documents.layout import SheetLayout
from guanai.core.documents.paper import print_sheet
from guanai.core.documents.sheet import write_csv, write_xlsx
from guanai.core.words import StrOrPromise
from guanai.organisations.models import Organisation, Place, User
from guanai.organisations.rules import CHILDREN, PERSON_EXPORT, Group
from guanai.people.ledger.cards import card_of
from guanai.people.ledger.dossiers import Whole, read
from guanai.people.ledger.fields import BUILT_IN, FIELDS, FormColumn
from guanai.people.ledger.listing import Listing
from guanai.people.looking import ask_purpose, new_mark, note_taken
from guanai.people.models import ExportForm

TITLES = {
    Group.CHILD: _("Ledger of left-behind children"),
    Group.WOMAN: _("Ledger of left-behind women"),
    Group.ELDER: _("Ledger of left-behind elders"),
    Group.DIFFICULTY: _("Ledger of children in difficulty"),
    Group.MIGRANT: _("Ledger of migrant children"),
}
PRINTED_MOST = 2000  # rows of a PDF: it is laid out in memory
CARDS_MOST = 1000
A3_FROM = 12  # columns from which A3 paper is taken


@dataclass(frozen=True)
class Form:
    code: str
    name: StrOrPromise
    columns: list[FormColumn]


def forms_for(user: User, group: str) -> list[Form]:
    """The forms of a ledger: those brought along, as the county changed them, and its own."""
    stored = {form.code: form for form in ExportForm.objects.visible_to(user).filter(group=group)}
    forms = [
        _stored(stored.pop(form.code)) if form.code in stored else Form(form.code, form.name,
                                                                        form.columns)
        for form in BUILT_IN
        if group in form.groups
    ]  # fmt: skip
    return [*forms, *(_stored(form) for form in stored.values())]


def _stored(form: ExportForm) -> Form:
    columns = [FormColumn(*column) for column in form.columns if column[1] in FIELDS]
    return Form(form.code, form.name, columns)


def form_of(user: User, group: str, code: str) -> Form:
    """Raises RuleBroken if there is no such form."""
    for form in forms_for(user, group):
        if form.code == (code or "ledger"):
            return form
    raise RuleBroken("export.no_form", _("This ledger has no form of that name."))


@dataclass
class Export:
    """What one user takes out of one listing. `how` is the word of the reading log."""

    listing: Listing
    purpose: str = ""  # a key of looks.reasons(): asked of those who do not keep the files
    mark: str = field(default_factory=new_mark)
    minors: list[int] = field(default_factory=list)
    count: int = 0

    def __post_init__(self) -> None:
        """Raises PermissionDenied for a user without the verb, RuleBroken without a purpose."""
        user = self.listing.user
        if not user.has_perm(PERSON_EXPORT):
            user.refused(PERSON_EXPORT, "people.Person")
            raise PermissionDenied
        if self.purpose or self.listing.group in CHILDREN:
            ask_purpose(user, self.purpose)

    def write(self, form: Form, kind: str, file: IO[bytes]) -> int:
        """Write `kind` (xlsx, csv or pdf) into the file; how many rows. Raises RuleBroken."""
        layout, rows = self._layout(form), self._rows(form)
        if kind == "pdf":
            printed = list(islice(rows, PRINTED_MOST + 1))
            if len(printed) > PRINTED_MOST:
                raise RuleBroken("export.too_long", _too_long(PRINTED_MOST))
            file.write(print_sheet(layout, printed).pdf)
        else:
            (write_csv if kind == "csv" else write_xlsx)(layout, rows, file)
        self._tell("people.person.export", "export", form=form.code, kind=kind)
        return self.count

    def cards(self, size: Size, base: str, *, with_back: bool) -> bytes:
        """A contact card for each child as PDF. Raises RuleBroken for too many or none."""
        wholes = list(islice(self._wholes(), CARDS_MOST + 1))
        if len(wholes) > CARDS_MOST:
            raise RuleBroken("export.too_long", _too_long(CARDS_MOST))
        if not wholes:
            raise RuleBroken("export.nobody", _("Nobody stands in this list."))
        issuer = _unit(self.listing.user)
        cards = [card_of(whole, base, issuer, with_back=with_back) for whole in wholes]
        pdf = render_cards(cards, size, with_back=with_back)
        self._tell("people.person.card", "card", kind=size)
        return pdf

    def _wholes(self) -> Iterator[Whole]:
        for lines in self.listing.chunks():
            for whole in read(lines):
                self.count += 1
                if whole.person.counts_as_minor(listed=self.listing.group in CHILDREN):
                    self.minors.append(whole.person.pk)
                yield whole

    def _rows(self, form: Form) -> Iterator[list[Any]]:
        fields = [FIELDS[column.field] for column in form.columns]
        for whole in self._wholes():
            texts = [(one.text(whole), one.number) for one in fields]
            cells = [int(text) if number and text.isdigit() else text for text, number in texts]
            yield [self.count, *cells]

    def _layout(self, form: Form) -> SheetLayout:
        from guanai.core.documents.layout import Column

        number = Column(gettext("No."), 6, "number")
        columns = [number, *(column.sheet() for column in form.columns)]
        place = self.listing.filters.told().get("place") or _area(self.listing.user)
        title = f"{place.name if place else ''}{TITLES[Group(self.listing.group)]}"
        if form.code != "ledger":
            title = f"{title}（{form.name}）"
        return SheetLayout(
            title,
            columns,
            unit=_unit(self.listing.user),
            day=timezone.localdate().isoformat(),
            notes=[gettext("Holds personal data: keep it under lock, pass it to nobody.")],
            mark=self.mark,
            paper="A3" if len(columns) > A3_FROM else "A4",
            frozen=min(3, len(columns)),
        )

    def _tell(self, action: str, how: str, **facts: Any) -> None:
        told = {"group": self.listing.group, "files": self.count, "mark": self.mark, **facts}
        told["path"] = self.listing.filters.place_path
        note_taken(action, self.listing.user, self.minors, how, self.purpose, **told)


def _too_long(most: int) -> str:
    said = _("More than %d people: narrow the list, or take the table as .xlsx.")
    return str(said) % most


def _area(user: User) -> Place | None:
    paths = [area.path for area in user.scope.areas]
    return Place.objects.filter(path=paths[0]).first() if len(paths) == 1 else None


def _unit(user: User) -> str:
    """The organisation for which the user fills the form."""
    keys = [seat.organisation for seat in user.seats]
    found = Organisation.objects.filter(pk__in=keys[:1]).first()
    return found.name if found else ""

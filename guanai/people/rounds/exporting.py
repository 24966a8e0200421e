"""A place's quarterly check on paper or as a table."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import IO, Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from guanai.core.broken import RuleBroken
from guanai.core.chunks import chunks
from guanai.core.documents.layout import Column, SheetLayout
from guanai.core.documents.paper import print_sheet
from guanai.core.documents.sheet import write_xlsx
from guanai.organisations.models import Place, User
from guanai.people.ledger.exporting import PRINTED_MOST
from guanai.people.looking import ask_purpose, new_mark, note_taken
from guanai.people.models import Confirmation, Person
from guanai.people.rounds.listing import Figures, Round

AT_ONCE = 1000


def take_out(
    check: Round, place: Place, kind: str, file: IO[bytes], *, by: User, purpose: str
) -> None:
    """Write xlsx or pdf. Raises RuleBroken without a purpose, or if it is too long to print."""
    ask_purpose(by, purpose)
    minors: list[int] = []
    mark = new_mark()
    figures = check.figures(place.path, len(place.path)).get(place.path, Figures())
    layout = _layout(check, place, figures, mark)
    rows = _rows(check, place, by, minors)
    if kind == "pdf":
        printed = list(islice(rows, PRINTED_MOST + 1))
        if len(printed) > PRINTED_MOST:
            said = _("More than %d people: narrow the list, or take the table as .xlsx.")
            raise RuleBroken("export.too_long", said % PRINTED_MOST)
        file.write(print_sheet(layout, printed).pdf)
    else:
        write_xlsx(layout, rows, file)
    told = {"quarter": check.quarter.code, "kind": kind, "mark": mark, "files": figures.listed}
    note_taken("people.round.export", by, minors, "export", purpose, path=place.path, **told)


def _layout(check: Round, place: Place, figures: Figures, mark: str) -> SheetLayout:
    columns = [
        Column(_("No."), 6, "number"),
        Column(_("place"), 16),
        Column(pgettext("person", "name"), 10),
        Column(_("sex"), 6),
        Column(_("birth date"), 12),
        Column(_("state"), 18),
        Column(_("how"), 16),
        Column(_("happened on"), 12, "date"),
        Column(_("entered on"), 12, "date"),
        Column(_("by"), 10),
        Column(_("to be looked at"), 20),
    ]
    numbers = {"listed": figures.listed, "confirmed": figures.confirmed, "late": figures.late}
    notes = [
        _("On the list %(listed)d, confirmed in time %(confirmed)d, late %(late)d.") % numbers,
        _("Holds personal data: keep it under lock, pass it to nobody."),
    ]
    return SheetLayout(
        f"{place} {check.title}",
        columns,
        day=timezone.localdate().isoformat(),
        notes=notes,
        mark=mark,
        frozen=3,
    )


def _rows(check: Round, place: Place, user: User, minors: list[int]) -> Iterator[list[Any]]:
    number = 0
    people = check.people(place.path, "", user).select_related("place").iterator(AT_ONCE)
    for some in chunks(people, AT_ONCE):
        done = Confirmation.objects.of(check.quarter).filter(person__in=some).select_related("by")
        found = {row.person_id: row for row in done}
        for person in some:
            number += 1
            if person.counts_as_minor(listed=True):
                minors.append(person.pk)
            yield [number, *_cells(check, person, found.get(person.pk))]


def _cells(check: Round, person: Person, done: Confirmation | None) -> list[Any]:
    who = [str(person.place), person.name, str(person.get_sex_display()), str(person.birth_date)]
    if done is None:
        return [*who, _("not seen, overdue") if check.overdue else _("not seen"), *[""] * 5]
    state = _("confirmed late") if done.late else _("confirmed")
    entered = timezone.localtime(done.entered_at).replace(tzinfo=None).date()
    flags = [(done.slow, _("entered late")), (done.bulk, _("bulk entry"))]
    said = "、".join(text for flag, text in flags if flag)
    told = [str(done.get_how_display()), done.happened_on, entered, str(done.by), said]
    return [*who, state, *told]

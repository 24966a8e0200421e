"""What the ledger's templates ask for."""

from __future__ import annotations

from typing import Any

from django import template
from django.urls import reverse
from django.utils.formats import localize
from django.utils.html import escape, format_html
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _

from guanai.people import wording
from guanai.people.ledger.columns import Column
from guanai.people.ledger.filters import LedgerFilter
from guanai.people.ledger.listing import KEYS
from guanai.people.ledger.search import Kin
from guanai.people.models import LedgerLine
from guanai.people.models.person import GROUPS
from guanai.people.rules import Have

register = template.Library()


@register.simple_tag
def rows(lines: list[LedgerLine], columns: list[Column], first: int, *, ticks: bool) -> str:
    """The lines of a list. Made here, not in the template, which takes four times as long for fifty
    lines of a dozen cells."""
    opens = reverse("people:file", args=[_ANYBODY])
    meters: dict[int, str] = {}
    heads = [(column, escape(column.title)) for column in columns]
    made = []
    for number, line in enumerate(lines, first):
        uid, name = str(line.person.uid), escape(line.person.name)
        cells = [_tick(uid, name)] if ticks else []
        cells.append(f'<td class="num quiet order">{number}</td>')
        for column, label in heads:
            if column.key == "name":
                link = f'<a href="{opens.replace(_ANYBODY, uid)}">{name}</a>'
                cells.append(f'<td class="name">{link}</td>')
            elif column.key == "haves":
                bits = line.completeness
                meters[bits] = meters.get(bits) or meter(bits)
                cells.append(f'<td data-label="{label}">{meters[bits]}</td>')
            else:
                kind = ' class="num"' if column.number else ""
                cells.append(f'<td{kind} data-label="{label}">{escape(column.text(line))}</td>')
        made.append(f"<tr data-row>{''.join(cells)}</tr>")
    return mark_safe("".join(made))  # noqa: S308 - every value was escaped above


_ANYBODY = "00000000-0000-0000-0000-000000000000"


def _tick(uid: str, name: str) -> str:
    box = f'<input type="checkbox" name="file" value="{uid}" aria-label="{name}">'
    return f'<td class="pick">{box}</td>'


@register.simple_tag
def narrowed(filters: LedgerFilter, **changed: str) -> str:
    """The query with some filters changed, from the first page on."""
    return filters.query(**changed)


@register.simple_tag
def turned(filters: LedgerFilter, page: int, after: str = "", before: str = "") -> str:
    """The query of the page after or before a person."""
    query = filters.query()
    turn = f"after={after}" if after else f"before={before}"
    return f"{query}&{turn}&page={page}" if query else f"{turn}&page={page}"


@register.simple_tag
def heading(column: Column, filters: LedgerFilter) -> str:
    """A head by which the list is sorted, if it can be."""
    told = filters.told()
    cells = format_html("{}", column.title)
    by_this, downwards = told.get("sort", "place") == column.key, bool(told.get("desc"))
    if column.key in KEYS:
        turn = "on" if by_this and not downwards else None
        query = filters.query(sort=column.key, desc=turn)
        arrow = (" ↓" if downwards else " ↑") if by_this else ""
        cells = format_html('<a href="?{}">{}{}</a>', query, column.title, arrow)
    said = "descending" if downwards else "ascending"
    mark = format_html(' aria-sort="{}"', said) if by_this and column.key in KEYS else ""
    return format_html("<th{}{}>{}</th>", ' class="num"' if column.number else "", mark, cells)


def meter(bits: int) -> str:
    """The four haves, said in words to those who hear the page."""
    names = [_("child"), _("parents"), _("village cadre"), _("guardian or kin")]
    parts = [(name, bool(bits & bit)) for name, bit in zip(names, Have, strict=True)]
    missing = [name for name, there in parts if not there]
    said = escape(_("missing: %s") % "、".join(missing) if missing else _("complete"))
    bars = "".join(f'<i class="{"y" if there else ""}"></i>' for _name, there in parts)
    return f'<span class="meter" role="img" aria-label="{said}" title="{said}">{bars}</span>'


@register.simple_tag
def figure(number: int | None) -> Any:
    return "*" if number is None else localize(number, use_l10n=True)


@register.simple_tag
def ledger_name(group: str) -> str:
    return str(dict(GROUPS)[group])  # type: ignore[index]


@register.simple_tag
def relation_word(kin: Kin) -> str:
    return wording.relation(kin.relation)


@register.simple_tag
def relation_of(kin: Kin) -> str:
    """“’s mother”, after the name of the child."""
    return _("'s %s") % (wording.relation(kin.relation) or _("guardian"))

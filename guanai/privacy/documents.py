"""Papers of this room, in Chinese as officials hand them out: blank consents, the county's papers,
copies and answers to requests. Their words stand in `texts`."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterator, Mapping
from importlib.resources import files
from typing import Any

from django.db import transaction
from django.http import Http404, HttpResponse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import override

from guanai.audit.models import note_readings, record
from guanai.core.documents.letter import (
    Block,
    Heading,
    Letter,
    Paragraph,
    Table,
    print_letter,
    write_docx,
)
from guanai.core.web import handed
from guanai.organisations.models import User
from guanai.people import details
from guanai.people.file import File
from guanai.people.models import Person
from guanai.people.presenting import ADULT, OWN, detail_lines, parts
from guanai.people.views.waiting import asked_for
from guanai.people.wording import relation
from guanai.privacy.catalogue import asked_purposes
from guanai.privacy.models import Paper, Request
from guanai.privacy.rules import Word

CHINESE = "zh-hans"
# Where somebody is to be found: only for those who live with the person (design, “never”).
WHEREABOUTS = frozenset({"residence", "contact", "schooling", "away"})
LEVELS = (
    (re.compile("[一二三四五六七八九十]+、"), 1),
    (re.compile("（[一二三四五六七八九十]+）"), 2),
)
TICKED = re.compile(r"〔同意事项表\|(.*)〕")


def respond(make: Callable[[], Letter], kind: str, name: str) -> HttpResponse:
    """The letter as `kind` (pdf or docx). Raises Http404 for any other."""
    if kind not in {"pdf", "docx"}:
        raise Http404
    with override(CHINESE):
        letter = make()
    file = io.BytesIO()
    if kind == "pdf":
        file.write(print_letter(letter).pdf)
    else:
        write_docx(letter, file)
    return handed(file.getvalue(), f"{name}.{kind}")


def unit_of(user: User) -> str:
    return str(user.current_posts[0].organisation) if user.current_posts else ""


def day_of(day: Any) -> str:
    return date_format(day, "DATE_FORMAT")


def text(name: str, **given: str) -> str:
    shipped = (files("guanai.privacy") / f"texts/{name}.txt").read_text("utf-8")
    return shipped.format(**given) if given else shipped


def read(said: str, tables: Mapping[str, list[list[str]]]) -> tuple[str, list[Block]]:
    """Title, and what follows: headings by their numbers, tables in place of their lines."""
    title, _newline, rest = said.strip().partition("\n")
    blocks: list[Block] = []
    for line in filter(None, map(str.strip, rest.split("\n"))):
        level: Any = next((level for shape, level in LEVELS if shape.match(line)), 0)
        ticked = TICKED.fullmatch(line)
        if ticked:
            rows = [[str(one), one.about, ticked[1]] for one in asked_purposes().values()]
            blocks.append(Table(["事项", "说明", "意见"], rows))
        elif line in tables:
            blocks.append(Table(tables[line][0], tables[line][1:]))
        else:
            blocks.append(Heading(line, level) if level else Paragraph(line))
    return title, blocks


def blank(person: Person, paper: str, word: Word, user: User) -> Letter:
    """To be filled by hand: `paper` is consent (the guardian's or one's own) or view."""
    name = paper if paper == "view" else "guardian" if word == Word.GUARDIAN else "own"
    said = text(name, person=f"{person.name}（{person.file_number}）")
    return Letter(*read(said, {}), sign=unit_of(user))


def of_paper(paper: Paper, user: User) -> Letter:
    out = paper.published_at
    sign, date = (unit_of(user), day_of(out)) if out else ("", "")
    return Letter(*read(paper.text, paper.current_tables()), sign=sign, date=date)


def answer_letter(request: Request, user: User) -> Letter:
    """To who asked: what was decided, why, and where to complain."""
    answer = request.answer
    said = text(
        "letter",
        received=day_of(request.received_on),
        number=request.number,
        person=request.person.name,
        kind=request.get_kind_display(),
        outcome=answer.get_outcome_display(),
        reason=answer.reason,
        extension=request.extension,
    )
    to = (request.asked_by or request.person).name
    return Letter(*read(said, {}), to=to, sign=unit_of(user), date=day_of(answer.on))


def copy_of(request: Request, user: User) -> Letter:
    """What the file says about the person, for who asked.

    Nothing about others but name and relation, no notes; where the person is to be found only if
    the answer allows it. What is left out is the same for all, so that it betrays nothing.
    """
    person, found = request.person, request.answer.whereabouts
    file = File.open(person)
    with transaction.atomic():
        record("privacy.request.copy", by=user, subject=request, path=person.path)
    if file.is_child:
        note_readings(user, [person.pk], "copy", reason=request.number)
    kinds = [*(OWN if file.is_child else ADULT), "schooling", "award"]
    kept = [kind for kind in dict.fromkeys(kinds) if found or kind not in WHEREABOUTS]
    told = {"个人信息": list(_person_lines(file, found))}
    for section in parts(file.facts, tuple(kept), frozenset()).filled:
        entries = [*section.now, *section.before]
        told[section.title] = [line for entry in entries for line in entry.lines]
    told["家庭成员"] = [
        (relation(kin.relation), kin.person.name) for kin in file.kin if kin.kinship and kin.stands
    ]
    told["同意情况"] = [(str(row), f"{row.on} {row.state_title}") for row in person.consents.all()]
    # Who is asked for as guardian is another's matter.
    if waiting := asked_for(person, {"", "identity", *(("residence",) if found else ())}):
        told["待乡镇确认的修改"] = waiting
    blocks: list[Block] = []
    for number, (title, lines) in enumerate(told.items(), 1):
        rows = [[str(name), str(value)] for name, value in lines]
        blocks += [Heading(f"{number}. {title}", 3), Table(["项目", "内容"], rows)]
    rest = "涉及他人的信息以及依法应当保密的事项，不在本件范围之内。"
    title = f"个人信息查阅复制件（{person.file_number}）"
    sign, date = unit_of(user), day_of(timezone.localdate())
    return Letter(title, [*blocks, Paragraph(rest)], sign=sign, date=date)


def _person_lines(file: File, found: bool) -> Iterator[tuple[str, str]]:
    person = file.person
    yield from (("姓名", person.name), ("性别", str(person.get_sex_display())))
    yield "出生日期", str(person.birth_date or "")
    for row in file.facts.all("registration"):
        yield "台账", f"{row.get_group_display()} {row.since} – {row.until or ''}"
    if found:
        yield "责任地区", str(person.place)
        yield from ((one.title, f"{one.name} {one.organisation}") for one in file.responsible)
    carers = str(details.BY_KEY["grandparent_care"].label)
    yield from (line for line in detail_lines(file) if found or line[0] != carers)

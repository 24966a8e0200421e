"""The record of a pupil or person who goes to another school, place or county (R14.30)."""

from __future__ import annotations

import io
from typing import Any

from django.db import transaction
from django.http import Http404, HttpResponse
from django.utils.translation import override

from guanai.audit.models import record
from guanai.core.documents.letter import Heading, Letter, Paragraph, Table, print_letter, write_docx
from guanai.core.web import handed
from guanai.organisations.models import User
from guanai.people.file import File
from guanai.people.labels import KINDS
from guanai.people.looking import new_mark
from guanai.people.models import Transfer
from guanai.people.presenting import Entry, care_lines, day_text, detail_lines
from guanai.people.wording import relation

TOLD = ("residence", "contact", "schooling", "health", "hardship", "award")


def respond(row: Transfer, user: User, kind: str) -> HttpResponse:
    """Raises Http404 for another kind than pdf or docx."""
    if kind not in {"pdf", "docx"}:
        raise Http404
    mark = new_mark()
    with transaction.atomic():
        record("people.transfer.print", by=user, subject=row.person, mark=mark)
    with override("zh-hans"):
        letter = _letter(row, user, mark)
    file = io.BytesIO()
    if kind == "pdf":
        file.write(print_letter(letter).pdf)
    else:
        write_docx(letter, file)
    return handed(file.getvalue(), f"transfer-{row.person.file_number}.{kind}")


def _letter(row: Transfer, user: User, mark: str) -> Letter:
    person = row.person
    file = File.open(person, user)
    facts = [
        ("姓名", person.name), ("性别", str(person.get_sex_display())),
        ("出生日期", str(person.birth_date or "")), ("档案编号", person.file_number),
        ("现属地", str(person.place)), ("转出单位", str(row.source)), ("转往", str(row.target)),
        ("转出日期", day_text(row.day)), ("事由", row.opened("why")), *detail_lines(file),
    ]  # fmt: skip
    blocks: list[Any] = [Heading("一、基本情况"), Table(["项目", "内容"], facts)]
    family = [
        (f"{relation(kin.relation)} {kin.person.name}".strip(),
         "、".join(phone.value() for phone in kin.facts.phones) if kin.shown else "",
         "；".join(text for _title, text in care_lines(kin.care)) if kin.care else "")
        for kin in file.kin
    ]  # fmt: skip
    if family:
        blocks += [Heading("二、家庭与监护"), Table(["家庭成员", "电话", "监护情况"], family)]
    told = [(str(KINDS[kind]), Entry.of(one).told) for kind in TOLD for one in file.facts.all(kind)]
    if told:
        blocks += [Heading("三、就学、健康与帮扶记录"), Table(["类别", "记录"], told)]
    blocks += [
        Heading("四、交接"),
        Paragraph("转出单位（盖章）：　　　　　　经办人：　　　　　年　月　日"),
        Paragraph("接收单位（盖章）：　　　　　　经办人：　　　　　年　月　日"),
        Paragraph(f"本表载有未成年人个人信息，请封装交接，专人保管。编号：{mark}"),
    ]
    sign = str(user.current_posts[0].organisation) if user.current_posts else ""
    return Letter("档案转接单", blocks, sign=sign)

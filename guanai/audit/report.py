"""The data-protection audit of a period: figures only, of the log and of the rooms' chapters.

个人信息保护法 art. 54, 未成年人网络保护条例 art. 37. Children under 14 and minors of 14 to 17 stand
apart, by their age on the day of the look.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterator
from typing import IO, Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from guanai.audit.models import Entry, Finding, Reading
from guanai.audit.proving import EMPTIED
from guanai.audit.sealing import CHAINS
from guanai.audit.searching import PERSON, midnight, of, roles_of, rows_of
from guanai.audit.words import HOW, sentence
from guanai.core.dates import age_on
from guanai.core.documents.letter import Block, Heading, Letter, Paragraph, Table, write_docx
from guanai.core.registries import Chapter, chapters

Rows = Iterator[tuple[Any, ...]]
YOUNG, ADULT = 14, 18
CHUNK = 5000
NUMBERS = [*"一二三四五六七八九十", *(f"十{one}" for one in "一二三四五六七八九")]


def looks(since: dt.datetime, until: dt.datetime) -> Rows:
    """Month, role, how → looks at files under 14, 14–17, of other or unknown age."""
    told: Counter[tuple[str, int, str, int]] = Counter()
    born = _births()
    rows = Reading.objects.filter(at__gte=since, at__lt=until)
    for user, person, how, at in rows.values_list("user_id", "person_id", "how", "at").iterator(
        CHUNK
    ):
        day = timezone.localdate(at)
        told[f"{day:%Y-%m}", user, how, _band(born.get(person), day)] += 1
    roles = roles_of({key[1] for key in told})
    summed: Counter[tuple[str, str, str, int]] = Counter()
    for (month, user, how, band), count in told.items():
        summed[month, roles.get(user, "—"), how, band] += count
    for month, role, how in sorted({key[:3] for key in summed}):
        yield month, role, HOW.get(how, how), *(summed[month, role, how, band] for band in range(3))


def _births() -> dict[int, dt.date]:
    subject = of(PERSON)
    if subject is None or not subject.born:
        return {}
    return dict(rows_of(PERSON).exclude(**{subject.born: None}).values_list("pk", subject.born))


def _band(born: dt.date | None, day: dt.date) -> int:
    age = age_on(born, day) if born else ADULT
    return 0 if age < YOUNG else 1 if age < ADULT else 2


def exports(since: dt.datetime, until: dt.datetime) -> Rows:
    """Month, role, what → times and files; every export bears a mark."""
    acts = Entry.objects.filter(at__gte=since, at__lt=until, facts__mark__isnull=False)
    times: Counter[tuple[str, int, str]] = Counter()
    files: Counter[tuple[str, int, str]] = Counter()
    for user, at, action, facts in acts.values_list("user_id", "at", "action", "facts"):
        key = f"{timezone.localdate(at):%Y-%m}", user or 0, action
        times[key] += 1
        files[key] += facts.get("files", 0)
    roles = roles_of({user for _month, user, _action in times})
    for month, user, action in sorted(times):
        key = month, user, action
        yield month, roles.get(user, "—"), sentence(action, {}), times[key], files[key]


def refused(since: dt.datetime, until: dt.datetime) -> Rows:
    acts = Entry.objects.filter(at__gte=since, at__lt=until, refused=True)
    told = Counter(
        (f"{timezone.localdate(at):%Y-%m}", sentence(action, facts))
        for at, action, facts in acts.values_list("at", "action", "facts")
    )
    yield from ((*key, count) for key, count in sorted(told.items()))


def removed(since: dt.datetime, until: dt.datetime) -> Rows:
    acts = Entry.objects.filter(at__gte=since, at__lt=until, action=EMPTIED)
    for at, facts in acts.order_by("at").values_list("at", "facts"):
        yield f"{timezone.localtime(at):%F}", facts["chain"], facts["rows"]


def patterns(since: dt.datetime, until: dt.datetime) -> Rows:
    found = Finding.objects.filter(since__gte=since, since__lt=until)
    rows = [(one.kind, list(one.inquiries.all())) for one in found.prefetch_related("inquiries")]
    for kind, words in Finding.KINDS:
        of_kind = [inquiries for one, inquiries in rows if one == kind]
        results = Counter(str(said[0]) for said in of_kind if said)
        asked = "；".join(f"{result} {count}" for result, count in sorted(results.items()))
        yield words, len(of_kind), sum(map(bool, of_kind)), asked or "—"


def heads(since: dt.datetime, until: dt.datetime) -> Rows:
    """First and last seal of each chain in the period."""
    for model in CHAINS:
        seals = model.SEALS.objects.defer("prints").filter(at__gte=since, at__lt=until)
        for seal in filter(None, (seals.first(), seals.last())):
            yield seal.number, f"{timezone.localtime(seal.at):%F %T}", str(seal), seal.rows


_MONTH, _ROLE, _TIMES = _("month"), _("role"), _("times")
CHAPTERS = [
    Chapter(
        _("Looks at minors' files"),
        (_MONTH, _ROLE, _("how"), _("under 14"), _("14–17"), _("other age or unknown")),
        looks, 20,
    ),
    Chapter(
        _("Exports and prints of lists"),
        (_MONTH, _ROLE, _("what"), _TIMES, _("files")), exports, 30,
    ),
    Chapter(_("Refused attempts"), (_MONTH, _("what"), _TIMES), refused, 35),
    Chapter(
        _("Rows of the log whose time was over"), (_("day"), _("chain"), _("rows")), removed, 65
    ),
    Chapter(
        _("Patterns and what came of them"),
        (_("pattern"), _("found"), _("looked into"), _("result")), patterns, 70,
    ),
    Chapter(
        _("Heads of the chain"), (_("seal"), _("time"), _("short head"), _("rows")), heads, 90
    ),
]  # fmt: skip


def write_report(since: dt.date, until: dt.date, unit: str, file: IO[bytes]) -> None:
    """The days `since` … `until` as .docx."""
    first, last = midnight(since), midnight(until + dt.timedelta(days=1))
    blocks: list[Block] = [
        Paragraph(
            str(
                _(
                    "From %(since)s to %(until)s, drawn from the log and the registry on %(day)s. "
                    "Figures only; whoever signs compares the heads at the end with those on paper."
                )
            )
            % {"since": since, "until": until, "day": timezone.localdate()}
        )
    ]
    told = sorted([*CHAPTERS, *chapters.all()], key=lambda chapter: chapter.rank)
    for number, chapter in enumerate(told):
        rows = [[str(cell) for cell in row] for row in chapter.rows(first, last)]
        head = [str(cell) for cell in chapter.head]
        blocks.append(Heading(f"{NUMBERS[number]}、{chapter.title}"))
        blocks.append(Table(head, rows) if rows else Paragraph(str(_("Nothing in this period."))))
    title = str(_("Audit of the protection of personal information"))
    write_docx(
        Letter(title, blocks, sign=unit, date=f"{timezone.localdate():%Y年%-m月%-d日}"), file
    )

"""Whose word counts, until when, and by when an office answers. Plain functions."""

from __future__ import annotations

import datetime as dt
from enum import StrEnum

from guanai.core.dates import PartialDate, age_on
from guanai.people.rules import ADULT, HEARD_FROM

OWN_WORD = 14  # 个人信息保护法 art. 31: below it the guardian consents
SOON = 30  # days before its end in which a consent is told to be ending
FRIDAY = 5
HEADS = {b"%PDF-": "pdf", b"\xff\xd8\xff": "jpg", b"\x89PNG\r\n\x1a\n": "png"}


class Word(StrEnum):
    """Who says yes or no about a person's data."""

    GUARDIAN = "guardian"
    OWN_TOLD = "own_told"  # the child itself; the guardian is told of it
    OWN = "own"


def whose_word(born: PartialDate | None, on: dt.date, *, listed: bool) -> Word:
    """`listed`: stands in a children's ledger, which tells where the birth date does not. As long
    as somebody may still be under fourteen the guardian is asked."""
    if born is None:
        return Word.GUARDIAN if listed else Word.OWN
    age = age_on(born.last, on)
    if age < OWN_WORD:
        return Word.GUARDIAN
    return Word.OWN_TOLD if age < ADULT else Word.OWN


def is_heard(born: PartialDate | None, on: dt.date, word: Word) -> bool:
    """From eight years on the child is asked too (民法典 art. 19, 未保法 art. 4)."""
    return word == Word.GUARDIAN and born is not None and age_on(born.date, on) >= HEARD_FROM


def last_day(born: PartialDate | None, word: Word, until: dt.date | None) -> dt.date | None:
    """A guardian's yes ends with the day before the child's fourteenth birthday."""
    if word != Word.GUARDIAN or born is None:
        return until
    own = years_after(born.last, OWN_WORD) - dt.timedelta(days=1)
    return min(own, until) if until else own


def years_after(day: dt.date, years: int) -> dt.date:
    """The same day so many years later; after 29 February comes 1 March."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return dt.date(day.year + years, 3, 1)


def workdays_after(day: dt.date, number: int) -> dt.date:
    """Monday to Friday. Holidays are not left out, so that a term never ends too late."""
    for _day in range(number):
        day += dt.timedelta(days=1)
        while day.isoweekday() > FRIDAY:
            day += dt.timedelta(days=1)
    return day


def kind_of(content: bytes) -> str:
    """What a file is by what stands in it: pdf, jpg, png or empty."""
    return next((kind for head, kind in HEADS.items() if content.startswith(head)), "")

"""What can be wrong in a row, and the checks between a person's number, birth date and sex."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from guanai.people.roster import numbers, values

# code: label (English message id)
PROBLEMS: dict[str, str] = {
    "id.checksum": "The ID number's check digit is wrong",
    "id.length": "The ID number has the wrong length",
    "id.precision_lost": "The ID number was stored as a number and lost its last digits",
    "id.birth_mismatch": "Date of birth and ID number differ",
    "id.sex_mismatch": "Sex and ID number differ",
    "birth.unparseable": "The date of birth cannot be read",
    "birth.future": "The date of birth is in the future",
    "name.missing": "The name is missing",
    "place.unknown": "The place is unknown or stands for several",
    "phone.invalid": "The phone number is not valid",
    "sex.unknown": "The sex is unknown",
    "relation.unknown": "The relation is unknown",
}


@dataclass(frozen=True, slots=True)
class Problem:
    """A problem of one field: its code, the raw cell, and a repair worth offering or None."""

    code: str
    field: str
    raw: str
    hint: str | None = None


def cell_of(field: str, cells: Mapping[str, str]) -> str | None:
    """The target whose raw cell a person must repair for a problem of ``field``."""
    role, _, part = field.partition(".")
    parts = ("contact", "person", "name")
    near = [field, *(f"{role}.{other}" for other in parts), f"parent.{part}", "parent.contact",
        f"both.{part}", role, "away_range", "aid"]  # fmt: skip
    return next((target for target in near if target in cells), None)


def same_day(a: str, b: str) -> bool:
    """Equal as far as both go: 2014-05 and 2014-05-06 are the same."""
    return a.startswith(b) or b.startswith(a)


def check_identity(
    cells: Mapping[str, str], number: numbers.IdNumber, as_of: date, found: list[Problem]
) -> tuple[str | None, int | None]:
    """(birth date, sex) of the row's person; what does not agree is added to ``found``.

    A valid number decides over the birth cell; the sex cell decides over the number.
    """
    return _birth(cells, number, as_of, found), _sex(cells, number, found)


def _birth(
    cells: Mapping[str, str], number: numbers.IdNumber, as_of: date, found: list[Problem]
) -> str | None:
    raw = cells.get("birth_date", "")
    said = values.day(raw, as_of.year)
    told = str(said.value) if said.value else None
    if said.code:
        found.append(Problem("birth.unparseable", "birth_date", raw, number.birth))
    elif told and told > as_of.isoformat():
        hint = number.birth or _swapped(told, as_of)
        found.append(Problem("birth.future", "birth_date", raw, hint))
    elif told and number.birth and not _agrees(raw, told, number):
        found.append(Problem("id.birth_mismatch", "birth_date", raw, number.birth))
    return number.birth or told


def _agrees(raw: str, told: str, number: numbers.IdNumber) -> bool:
    """A lunar day never agrees with the number's, and need not."""
    near = same_day(told, number.birth or "") or _tenth(told, number)
    return near or values.LUNAR.search(raw) is not None


def _tenth(told: str, number: numbers.IdNumber) -> bool:
    """2015.10 typed as a number becomes 2015.1: January may have been October."""
    return (
        len(told) == len("2015-01")
        and told.endswith("-01")
        and number.birth == f"{told[:5]}10{(number.birth or '')[7:]}"
    )


def _swapped(told: str, as_of: date) -> str | None:
    """2102 for 2012: two digits of the year changed places."""
    swapped = told[0] + told[2] + told[1] + told[3:]
    return swapped if "1900" < swapped <= as_of.isoformat() else None


def _sex(cells: Mapping[str, str], number: numbers.IdNumber, found: list[Problem]) -> int | None:
    raw = cells.get("sex", "")
    said = values.sex(raw).value
    if not isinstance(said, int):
        if number.sex is None and "sex" in cells:
            found.append(Problem("sex.unknown", "sex", raw))
        return number.sex
    if number.sex and number.sex != said:
        found.append(Problem("id.sex_mismatch", "sex", raw, "男" if number.sex == 1 else "女"))
    return said

"""From the raw cells of one row to fields and problems. The same path reads a file and a repair."""

import re
from collections.abc import Callable, Mapping
from datetime import date

from guanai.people.roster import numbers, situations, values
from guanai.people.roster.checks import Problem, check_identity
from guanai.people.roster.context import (
    Context,
    class_only,
    grade_and_class,
    grade_only,
    school_and_class,
)
from guanai.people.roster.places import GROUP, PlaceIndex
from guanai.people.roster.situations import Parents, parents, state_of

Fields = dict[str, object]

TEXTS = {"school", "head_teacher", "score", "personality", "hobby", "health", "education", "skills",
    "living", "unit", "job", "specialty", "employer"}  # fmt: skip
SIMPLE: dict[str, Callable[[str], object]] = {
    **dict.fromkeys(TEXTS, values.plain),
    "work_place": values.plain,
    "head_teacher": values.name,
    "ethnicity": values.ethnicity,
    "political_status": values.party,
    "self_care": values.self_care,
    "children_count": values.count,
    "elders_supported": values.count,
    "children_away_count": values.count,
    "capacity": values.whole,
    "boarding": values.tick,
    "single_parent": values.tick,
    "parents_divorced": values.tick,
    "wish.age": values.age_range,
    "wish.sex": lambda raw: values.sex(raw).value,
    "guardian.age": values.whole,
    "guardian.health": values.plain,
    "husband.name": values.name,
    "father.name": values.name,
    "mother.name": values.name,
}
DATES = {"health_check_date", "away_from", "away_to", "husband.away_since",
    "father.away_since", "mother.away_since"}  # fmt: skip
PHONES = {"phones", "guardian.phones", "caregiver.phones", "husband.phones", "father.phones",
    "mother.phones"}  # fmt: skip
IDS = {"guardian.id_number", "husband.id_number", "father.id_number", "mother.id_number"}
RELATIONS = {"guardian.relation_code", "caregiver.relation_code"}
ROLES = ("guardian", "caregiver", "husband", "father", "mother")
CARERS = {"guardian.name", "guardian.person", "caregiver.name", "caregiver.person"}
WHEREABOUTS = {"father.work_place", "mother.work_place", "husband.work_place",
    "father.state", "mother.state"}  # fmt: skip
PAIR = 2
TWO = re.compile(r"[、,，/／;；\s]+|(?<=\d{11})")
ANYWHERE = re.compile(
    r"就近|服从|不限|均可|都可|都行|任意|随意|无要求|没要求|听从|安排|皆可|不定|无所谓|本地|附近|全县"
)
LOW = re.compile(r"低保")
POOR = re.compile(r"建档|贫困|脱贫|监测|建卡")
DENIED = re.compile(r"非(?:低保|贫困|建档)|不是|未享受|不享受")
# The word in a child's row may say what the child is to the guardian.
REVERSED = {**dict.fromkeys(("40", "41", "42", "43", "44"), "60"),
    **dict.fromkeys(("20", "21", "22", "23", "30", "31", "32", "33"), "50"),
    **dict.fromkeys(("93", "94", "95", "96"), "80")}  # fmt: skip


# Beside an elder, a pair of words ends with the younger one, who is the carer.
PAIRS = {"父子": "20", "母子": "20", "父女": "30", "母女": "30", "婆媳": "38", "公媳": "38",
    "翁婿": "28", "祖孙": "40", "爷孙": "40", "婆孙": "40"}  # fmt: skip


def read_cells(
    kind: str, cells: Mapping[str, str], context: Context, places: PlaceIndex, as_of: date
) -> tuple[Fields, list[Problem]]:
    """(nested fields, problems) of one row; ``cells`` has the raw text of every mapped target."""
    return _Row(kind, cells, context, places, as_of).read()


class _Row:
    def __init__(
        self, kind: str, cells: Mapping[str, str], context: Context, places: PlaceIndex, as_of: date
    ) -> None:
        self.kind, self.context, self.places, self.as_of = kind, context, places, as_of
        self.cells = _parent_named(cells) if "parent.name" in cells else cells
        self.fields: Fields = {}
        self.problems: list[Problem] = []

    def read(self) -> tuple[Fields, list[Problem]]:
        self._identity()
        self._place()
        for target, raw in self.cells.items():
            self._one(target, raw)
        if self.kind == "child":
            self._child()
        return self.fields, self.problems

    def put(self, target: str, value: object) -> None:
        head, _, tail = target.partition(".")
        if tail:
            self._of(head)[tail] = value
        else:
            self.fields[head] = value

    def _of(self, role: str) -> dict[str, object]:
        inner = self.fields.setdefault(role, {})
        assert isinstance(inner, dict)  # noqa: S101 - targets never mix a field and a group
        return inner

    def found(self, code: str | None, target: str, raw: str, hint: str | None = None) -> None:
        if code:
            self.problems.append(Problem(code, target, raw, hint))

    def _one(self, target: str, raw: str) -> None:
        if target in SIMPLE:
            self.put(target, SIMPLE[target](raw))
        elif target in HOW:
            HOW[target](self, target, raw)

    def phones(self, target: str, raw: str) -> None:
        reading = numbers.phones(raw)
        self.put(target, list(reading.value) if isinstance(reading.value, list) else [])
        self.found(reading.code, target, raw, reading.hint)

    def number(self, target: str, raw: str) -> None:
        number = numbers.id_number(raw)
        self.put(target, number.value)
        self.found(number.code, target, raw, number.hint)

    def relation(self, target: str, raw: str) -> None:
        reading = values.relation(raw)
        code = reading.value
        if self.kind == "elder" and values.compact(raw) in PAIRS:
            code = PAIRS[values.compact(raw)]
        if self.kind == "child" and isinstance(code, str):
            code = self._reversed(code)
        self.put(target, code)
        self.found(reading.code, target, raw)

    # ------------------------------------------------------------- several things in one cell
    def both(self, target: str, raw: str) -> None:
        """王强、李梅 of 父母姓名: only two pieces can be told apart."""
        two = [piece for piece in TWO.split(raw.strip()) if piece]
        if len(two) == PAIR:
            for role, piece in zip(("father", "mother"), two, strict=True):
                self._one(f"{role}.{target.removeprefix('both.')}", piece)

    def away_range(self, _target: str, raw: str) -> None:
        start, end = values.span(raw) or (raw, "")
        self._one("away_from", start)
        self._one("away_to", end)

    def wish(self, _target: str, raw: str) -> None:
        pieces = re.split(r"[,，、;；/\s]+", raw)
        named = [p for p in pieces if self.places.resolve(p, None)]
        self._one("wish.sex", next((p for p in pieces if values.sex(p).value), ""))
        self._one("wish.age", next((p for p in pieces if values.age_range(p)), ""))
        self._one("wish.place_code", next(iter(named), ""))

    def contact(self, target: str, raw: str) -> None:
        """王强 19900001234, or 王强/19900001234/广东东莞/2024.3."""
        role = target.removesuffix(".contact")
        pieces = [piece.strip() for piece in re.split(r"[/／;；|\n]", raw)]
        if len(pieces) > PAIR and role in {"father", "mother"}:
            self._one(f"{role}.name", pieces[0])
            for piece in pieces[1:]:
                part = "away_since" if values.day(piece).value else "work_place"
                part = "phones" if re.search(r"\d{7}", piece) else part
                if not values.is_missing(piece):
                    self._one(f"{role}.{part}", piece)
            return
        digits = re.search(r"[\d１-９*]", raw)
        cut = digits.start() if digits else len(raw)
        self._one(f"{role}.name", values.CONTACT_TAIL.sub("", raw[:cut]))
        self._one(f"{role}.phones", raw[cut:])

    def carer(self, target: str, raw: str) -> None:
        """王秀英（奶奶）, 奶奶王秀英, 王秀英19900001234: what has no column of its own."""
        role = target.partition(".")[0]
        name, relation, phone = values.carer(raw)
        self.put(f"{role}.name", name)
        if phone and f"{role}.phones" not in self.cells:
            self._one(f"{role}.phones", phone)
        asked = target.endswith(".person")
        if f"{role}.relation_code" not in self.cells and (relation or asked):
            self._one(f"{role}.relation_code", relation)

    def day(self, target: str, raw: str) -> None:
        """A column 外出时间 may hold the return too."""
        if values.is_missing(raw) and self.fields.get(target):
            return  # the range in 外出时间 told it
        said = values.day(raw, self.as_of.year)
        span = values.span(raw) if said.code else None
        self.put(target, values.day(span[0]).value if span else said.value)
        if span and target == "away_from" and values.is_missing(self.cells.get("away_to", "")):
            self.put("away_to", values.day(span[1]).value)

    # ------------------------------------------------------------------- the person of the row
    def _identity(self) -> None:
        cells = self.cells
        if "name" in cells:
            name = values.name(cells["name"])
            self.put("name", name)
            if name is None:
                self.found("name.missing", "name", cells["name"])
        raw = cells.get("id_number", "")
        number = numbers.id_number(raw)
        if "id_number" in cells:
            self.put("id_number", number.value)
            self.found(number.code, "id_number", raw, number.hint)
        birth, sex = check_identity(cells, number, self.as_of, self.problems)
        if "id_number" in cells or "birth_date" in cells:
            self.put("birth_date", birth)
        if "id_number" in cells or "sex" in cells or self.kind == "woman":
            self.put("sex", sex or (2 if self.kind == "woman" else None))

    def _place(self) -> None:
        known = self.context.place
        is_village = bool(known) and self.places.level(known or "") == "village"
        if "village_code" not in self.cells and "township" not in self.cells:
            if is_village and self.kind != "helper":
                self.put("village_code", known)
            return
        raw = self.cells.get("village_code", "")
        town = self.cells.get("township", "")
        within = self.places.resolve(town, None) if town else None
        within = within or known
        if values.is_missing(raw):
            self.put("village_code", known if is_village else None)
            return
        code = self.places.resolve(raw, within)
        if code is None and is_village and GROUP.match(values.compact(raw)):
            code = known
        if code is None or self.places.level(code) != "village":
            code = None
            self.found("place.unknown", "village_code", raw)
        self.put("village_code", code)

    def wished_place(self, _target: str, raw: str) -> None:
        code = None
        if not values.is_missing(raw) and not ANYWHERE.search(raw):
            code = self.places.resolve(raw, None)
            self.found(None if code else "place.unknown", "wish.place_code", raw)
        self.put("wish.place_code", code)

    # ---------------------------------------------------------------------- low income, poverty
    def aid(self, target: str, raw: str) -> None:
        text = values.compact(raw)
        ticked = values.tick(raw)
        low = bool(LOW.search(text)) and not DENIED.search(text)
        poor = bool(POOR.search(text)) and not DENIED.search(text)
        if target == "aid":
            yes = bool(ticked) and not low and not poor
            self.put("low_income", None if yes else low)
            self.put("poverty_registered", None if yes else poor)
        elif low or poor:
            self.put(target, low if target == "low_income" else poor)
        else:
            self.put(
                target, ticked if ticked is not None else bool(re.search(r"[类级档]|享受", text))
            )

    # -------------------------------------------------------------------------- child's own parts
    def _reversed(self, code: str) -> str:
        """爷孙 told from the child's side: 孙子 means a grandparent, which one by the ID number."""
        number = numbers.id_number(self.cells.get("guardian.id_number", ""))
        told = REVERSED.get(code, code)
        if number.sex and told != code and told in {"50", "60"}:
            paternal = code in {"41", "42", "20", "30"}
            if told == "50" or paternal:
                return told[0] + str(number.sex)
            return told[0] + str(number.sex + 2) if code in {"43", "44"} else told
        return told

    def whereabouts(self, target: str, raw: str) -> None:
        role, part = target.split(".")
        state, place = situations.whereabouts(raw)
        if part == "work_place":
            self.put(target, place)
        if role != "husband":
            self.put(f"{role}.state", state or self._of(role).get("state"))

    def _child(self) -> None:
        self._grade()
        if "school" not in self.cells and self.context.school:
            self.put("school", self.context.school)
        if "head_teacher" not in self.cells and self.context.head_teacher:
            self.put("head_teacher", self.context.head_teacher)
        self._school(self.cells.get("school", ""))
        raw = self.cells.get("parents")
        both = parents(raw) if raw is not None else Parents()
        if raw is not None and "parents_divorced" not in self.cells:
            self.put("parents_divorced", both.divorced)
        for role, state in (("father", both.father), ("mother", both.mother)):
            self._state(role, state, asked=raw is not None)

    def _state(self, role: str, combined: str | None, *, asked: bool) -> None:
        """The parent's own column first, then the word on both, then a note behind the name."""
        inner = self.fields.get(role, {})
        assert isinstance(inner, dict)  # noqa: S101
        named = self.cells.get(f"{role}.name") or self.cells.get(f"{role}.contact", "")
        note = state_of(values.name_note(named))
        state = inner.get("state") or combined or note
        if asked or state or "state" in inner:
            self.put(f"{role}.state", state)

    def _school(self, raw: str) -> None:
        """清溪小学三年级2班 in the column of the school."""
        school, rest = school_and_class(raw)
        if rest:
            self.put("school", school or self.context.school)
            for key, value in zip(("grade", "class"), grade_and_class(rest), strict=True):
                if value and not self.fields.get(key):
                    self.put(key, value)

    def _grade(self) -> None:
        cells, context = self.cells, self.context
        grade, number = context.grade, context.class_number
        if "grade" in cells:
            grade, number = grade_only(cells["grade"]), number or grade_and_class(cells["grade"])[1]
        if "class" in cells:
            number = class_only(cells["class"])
            grade = grade_and_class(cells["class"])[0] or grade
        if grade or "grade" in cells:
            self.put("grade", grade)
        if number or "class" in cells:
            self.put("class", number)


HOW: dict[str, Callable[[_Row, str, str], None]] = {
    **dict.fromkeys(PHONES, _Row.phones),
    **dict.fromkeys(IDS, _Row.number),
    **dict.fromkeys(WHEREABOUTS, _Row.whereabouts),
    **dict.fromkeys(DATES, _Row.day),
    **dict.fromkeys(RELATIONS, _Row.relation),
    **dict.fromkeys((f"{role}.contact" for role in ROLES), _Row.contact),
    **dict.fromkeys(("low_income", "poverty_registered", "aid"), _Row.aid),
    **dict.fromkeys(("both.name", "both.phones"), _Row.both),
    **dict.fromkeys(CARERS, _Row.carer),
    "away_range": _Row.away_range,
    "wish": _Row.wish,
    "wish.place_code": _Row.wished_place,
}


def _parent_named(cells: Mapping[str, str]) -> dict[str, str]:
    """One parent per row: parent.* become father.* or mother.*, by relation or ID number."""
    relation = values.relation(cells.get("parent.relation_code", "")).value
    number = numbers.id_number(cells.get("parent.id_number", ""))
    role = {"51": "father", "52": "mother", "57": "father", "58": "mother"}.get(str(relation))
    role = role or {1: "father", 2: "mother"}.get(number.sex or 0)
    out = {k: v for k, v in cells.items() if not k.startswith("parent.")}
    if role:
        for target, raw in cells.items():
            if target.startswith("parent.") and target != "parent.relation_code":
                out[f"{role}.{target.split('.')[1]}"] = raw
    return out

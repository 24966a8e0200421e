"""Which column fills which field: proposed from the titles, checked against the values."""

# Thresholds of a judgement by eye are plainest where they are used:
# ruff: noqa: PLR2004

import hashlib
import re
from collections import Counter
from collections.abc import Mapping as Lookup
from collections.abc import Sequence
from dataclasses import dataclass, field
from statistics import median

from guanai.people.roster import numbers, values
from guanai.people.roster.kinds import OWN_WORDS, guess_kind, kind_of, target_of
from guanai.people.roster.layout import Table
from guanai.people.roster.situations import parents, state_of
from guanai.people.roster.targets import TARGETS
from guanai.people.roster.titles import Title, is_own, read_titles


@dataclass(frozen=True)
class Mapping:
    """Column index (0-based) to target; "sex=男" is a column whose ticks mean 男.

    ``confidence`` is 0 to 1; ``unmapped`` names the columns that are read by nobody.
    ``signature`` is the same for every table with these titles.
    """

    kind: str
    columns: dict[int, str]
    confidence: float = 1.0
    unmapped: dict[int, str] = field(default_factory=dict)
    signature: str = ""


NEXT_TO_ROLE = {"phones", "id_number", "work_place", "away_from", "relation", "age", "health",
    "situation", "contact", "village_code", "place_hint", "employer", "name"}  # fmt: skip
# Somebody whose columns are not ours: a bare 电话 beside them is theirs.
STRANGERS = {"other", "helper", "guardian", "caregiver", "child"}


def signature(titles: Sequence[tuple[str, ...]]) -> str:
    """A short name of a layout: its titles in order, without spaces."""
    text = "|".join("/".join(values.compact(part) for part in parts) for parts in titles)
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def propose(
    table: Table,
    kind: str | None = None,
    remembered: Lookup[str, Mapping] | None = None,
) -> Mapping:
    """The mapping that a person confirmed for this layout before, or our best proposal."""
    key = signature(table.titles)
    if remembered and key in remembered and kind in {None, remembered[key].kind}:
        return remembered[key]
    return _Proposal(table, kind or guess_kind(table)).mapping(key)


ALONE = {"single_parent", "parents_divorced", "boarding"}
AID = re.compile(r"低保|脱贫|贫困|监测户|建档|一般户|一般农户|特困")
PLACE_RANK = (r"^(?:所在|所属)?(?:行政)?村", r"村|社区", r"现|居住|家庭", r"地址|住址", r"")


class _Proposal:
    """The work of one proposal: titles to targets, from left to right, then what is doubtful."""

    def __init__(self, table: Table, kind: str) -> None:
        self.table, self.kind = table, kind
        self.columns: dict[int, str] = {}
        self.of_others: set[int] = set()
        self.last, self.last_at = "", -9
        self.titles = [read_titles(parts) for parts in table.titles]
        self.sample = list(zip(*table.sample, strict=False)) if table.sample else []
        self.roles = {t.role for t in self.titles if t}
        self.counts = Counter(t for t in self.titles if t)

    def mapping(self, key: str) -> Mapping:
        self._by_titles()
        self._kinds()
        self._options()
        self._settle_parent()
        self._by_values()
        unmapped = {
            i: "/".join(parts)
            for i, parts in enumerate(self.table.titles)
            if parts and i not in self.columns
        }
        return Mapping(self.kind, self.columns, self._confidence(unmapped), unmapped, key)

    def values(self, column: int) -> list[str]:
        """What stands in a column of the sample, missing ones left out."""
        cells = self.sample[column] if column < len(self.sample) else ()
        return [cell for cell in cells if not values.is_missing(cell)]

    # ------------------------------------------------------------------------ by titles
    def _by_titles(self) -> None:
        for i, title in enumerate(self.titles):
            if title is None or title.attribute == "-":
                continue
            role = title.role or self._foreign(i, title)
            if not role and title.attribute in NEXT_TO_ROLE and not is_own(self.table.titles[i]):
                role = self._inherited(title, i - self.last_at)
            target = target_of(self.kind, Title(role, title.attribute))
            if target:
                self._take(i, target)
            elif role:
                self.of_others.add(i)
            self._remember(i, title, role, target)

    def _remember(self, i: int, title: Title, role: str, target: str | None) -> None:
        """Whose the columns to the right may be; what is bare and unknown beside them is theirs."""
        if title.attribute == "head_teacher":
            role = "other"
        beside = i - self.last_at == 1 and (title.attribute == "relation" or not target)
        if role not in {"", "parents"}:
            self.last, self.last_at = role, i
        elif beside:
            self.last_at = i

    def _foreign(self, i: int, title: Title) -> str:
        """老人电话 in a table of children is somebody else's."""
        if title.attribute not in {"id_number", "phones"}:
            return ""
        kind = kind_of(self.table.titles[i][-1])
        return "other" if kind and self.kind in OWN_WORDS and kind != self.kind else ""

    def _inherited(self, title: Title, distance: int) -> str:
        """Whose a column without a role is: 电话 right of 父亲姓名 is the father's."""
        last, beside, twice = self.last, distance == 1, self.counts[title] > 1
        phones = title.attribute == "phones"
        if not last or target_of(self.kind, Title(last, title.attribute)) is None:
            theirs = phones or (twice and title.attribute == "id_number")
            return last if beside and theirs and last in STRANGERS else ""
        own = target_of(self.kind, title)
        taken = own is None or own in self.columns.values()
        guardians = title.attribute == "health" and last == "guardian"
        carers = phones and self.kind == "elder"
        return last if taken or (beside and (twice or guardians or carers)) else ""

    def _take(self, i: int, target: str) -> None:
        before = next((c for c, t in self.columns.items() if t == target), None)
        if before is None:
            self.columns[i] = target
        elif target.endswith(".work_place") and target_of(self.kind, self._state_of(target)):
            self.columns.setdefault(i, target.replace("work_place", "state"))
        elif self._rank(i, target) < self._rank(before, target):
            del self.columns[before]
            self.columns[i] = target

    def _kinds(self) -> None:
        """A column that says of each row whether it is a child, a woman or an elder."""
        for i, parts in enumerate(self.table.titles):
            cells = self.values(i)
            kinds = [kind for cell in cells if (kind := kind_of(cell))]
            titled = bool(parts) and re.search(r"类别|类型|类$|对象|人员", parts[-1])
            free = i not in self.columns or (len(set(kinds)) > 1 and self.columns[i] != "name")
            if titled and len(kinds) > 0.8 * len(cells) and free:
                self.columns = {c: t for c, t in self.columns.items() if c != i} | {i: "kind"}
                return

    @staticmethod
    def _state_of(target: str) -> Title:
        return Title(target.split(".", maxsplit=1)[0], "situation")

    def _rank(self, i: int, target: str) -> int:
        """The lower, the surer is this column the one that fills the target."""
        text = values.compact("".join(self.table.titles[i][-1:]))
        patterns: tuple[str, ...] = ("",)
        if target.endswith(("village_code", "place_code")):
            patterns = PLACE_RANK
        elif target in {"name", "id_number"}:
            patterns = (OWN_WORDS.get(self.kind, r"^姓名$"), r"^(?:姓名|身份证号?码?)$", r"")
        elif target.endswith(".name"):
            patterns = (r"姓名|名字", r"^[^谁]*$", r"")  # 照看人姓名 rather than 由谁照看
        return next(n for n, pattern in enumerate(patterns) if re.search(pattern, text))

    def _options(self) -> None:
        """性别 over 男 and 女, with ticks beneath: each column is one answer."""
        groups: dict[tuple[str, ...], list[int]] = {}
        for i, parts in enumerate(self.table.titles):
            if len(parts) > 1:
                groups.setdefault(parts[:-1], []).append(i)
        for upper, group in groups.items():
            title = read_titles(upper)
            target = self._option_target(title) if title else None
            if target and len(group) > 1 and self._all_ticks(group):
                for i in group:
                    option = self.table.titles[i][-1]
                    own = target_of(self.kind, read_titles((option,)) or Title("", "-"))
                    self.columns[i] = own if own in ALONE else f"{target}={option}"
        for i, target in self.columns.items():
            option = "".join(self.table.titles[i][-1:])
            if target == "parents" and any(parents(option)[:2]) and self._all_ticks([i]):
                self.columns[i] = f"parents={option}"

    def _option_target(self, title: Title) -> str | None:
        if title.role == "parents":
            return "parents" if self.kind == "child" else None
        return target_of(self.kind, title) if title.attribute not in {"", "-"} else None

    def _all_ticks(self, group: list[int]) -> bool:
        cells = [c for i in group if i < len(self.sample) for c in self.sample[i]]
        ticks = [values.tick(cell) for cell in cells]
        return any(ticks) and None not in ticks

    def _settle_parent(self) -> None:
        """家长 is the guardian, unless there are guardians too: then a row tells of one parent."""
        mine = {i: t for i, t in self.columns.items() if t.startswith("parent.")}
        others = set(self.columns.values()) - set(mine.values())
        away = bool({"parent.work_place", "parent.away_since", "parent.state"} & set(mine.values()))
        named = not set(mine.values()) <= {"parent.phones"}
        single = named and (
            "guardian.name" in others or away or "parent.relation_code" in mine.values()
        )
        for i, target in mine.items():
            guardian = "guardian." + target.split(".")[1]
            if not single and guardian in TARGETS[self.kind] and guardian not in others:
                self.columns[i] = guardian

    # ------------------------------------------------------------------------ by values
    def _by_values(self) -> None:
        children = self.kind == "child" and "kind" not in self.columns.values()
        for i, target in list(self.columns.items()):
            if target == "id_number" and children and self._adults(i):
                del self.columns[i]
                self._give_left(i, "id_number")
            elif target == "parents" and self._aids(i):
                self._put(i, "aid")
            elif target.endswith(".name") and self._situations(i):
                self._put(i, target.replace(".name", ".state"))
        for i, title in enumerate(self.titles):
            if i in self.columns or i in self.of_others:
                continue
            if title is None or title == Title("", "phones"):
                self._by_look(i)

    def _put(self, i: int, target: str) -> None:
        if target in TARGETS[self.kind] and target not in self.columns.values():
            self.columns[i] = target

    def _adults(self, i: int) -> bool:
        births = [b for v in self.values(i) if (b := numbers.id_number(v).birth)]
        return len(births) >= 3 and median(int(b[:4]) for b in births) < 2000

    def _aids(self, i: int) -> bool:
        """家庭情况 may be that of the parents or the household's poverty."""
        cells = self.values(i)
        return sum(bool(AID.search(cell)) for cell in cells) > len(cells) * 0.3

    def _situations(self, i: int) -> bool:
        cells = self.values(i)
        said = [c for c in cells if state_of(c)]
        return len(cells) >= 3 and len(said) > len(cells) * 0.3

    def _give_left(self, i: int, part: str) -> None:
        for j in range(i - 1, -1, -1):
            title = self.titles[j]
            if title and title.role:
                target = f"{title.role}.{part}"
                if target in TARGETS[self.kind] and target not in self.columns.values():
                    self.columns[i] = target
                return

    def _by_look(self, i: int) -> None:
        """A column whose title says nothing, but whose values can only be one thing."""
        cells = self.values(i)
        if len(cells) < 3:
            return
        for target, is_one in LOOKS.items():
            if sum(map(is_one, cells)) < 0.8 * len(cells):
                continue
            if target in TARGETS[self.kind] and target not in self.columns.values():
                self.columns[i] = target
            elif target in {"id_number", "phones"}:
                self._give_left(i, target)
            return

    def _confidence(self, unmapped: Lookup[int, str]) -> float:
        doubtful = [i for i in unmapped if self.titles[i] is None and self.values(i)]
        share = len(self.columns) / max(1, len(self.columns) + len(doubtful))
        named = "name" in self.columns.values()
        known = {"id_number", "birth_date"} & set(self.columns.values())
        return round(share * (1.0 if named else 0.4) * (1.0 if known else 0.7), 2)


def _is_id(cell: str) -> bool:
    return numbers.id_number(cell).birth is not None


def _is_sex(cell: str) -> bool:
    return cell.strip() in {"男", "女"}


def _is_phone(cell: str) -> bool:
    return bool(numbers.phones(cell).value) and not _is_id(cell)


LOOKS = {"id_number": _is_id, "sex": _is_sex, "phones": _is_phone}

"""Where the tables of a sheet are: headers of one to three levels, repeated blocks, what the
titles around them say, and which rows hold no data."""

# Thresholds of a judgement by eye are plainest where they are used:
# ruff: noqa: PLR2004

import re
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice, pairwise

from guanai.people.roster import values
from guanai.people.roster.context import Context
from guanai.people.roster.reading import Cell, Range, Row, Sheet, text_of
from guanai.people.roster.titles import read_title

SAMPLE = 150
MOST_LEVELS = 4
OLD_NAME = re.compile(r"旧表|旧版|旧$|^旧|作废|备份|废弃|草稿|历史|^old|copy|副本")
DOUBTFUL_NAME = re.compile(
    OLD_NAME.pattern
    + r"|说明|示例|样例|样表|范例|模板|字典|代码表|选项|数据源|下拉|参数|填写|须知"
    + r"|(?:汇总|统计)表?$"
)
AUTOMATIC = re.compile(r"(?:列|字段|[Cc]olumn|F)\d+")
NUMBER = re.compile(r"\s*(?:\d+(?:\.\d+)?\s*$|.*\d{6})")
DATA_LIKE = re.compile(r"\d{6,}|^\d+(?:\.\d+)?$|^\d{2,4}[.\-/年]\d|^[√✓×是否男女]$")


@dataclass
class Table:
    """One header and the rows under it. Rows are 0-based sheet rows; ``end`` is exclusive.

    ``titles`` has, for each column, the header's texts from the top level down. ``sample`` are
    the texts of the first data rows. ``headings`` are texts around the table with a weight.
    ``width`` is that of one of several equal tables side by side, 0 if there is but one.
    """

    sheet: str
    header: tuple[int, int]
    titles: list[tuple[str, ...]]
    start: int
    end: int
    sample: list[list[str]]
    headings: list[tuple[str, int]]
    above: list[str]
    merges: list[Range] = field(default_factory=list)
    context: Context = field(default_factory=Context)
    width: int = 0


@dataclass(frozen=True)
class Ignored:
    """A sheet without data for us: hidden, empty, notes, old, no header."""

    sheet: str
    reason: str


def find_tables(sheet: Sheet, file_name: str = "") -> list[Table] | Ignored:
    """The tables of one sheet in order, or why there is none."""
    if sheet.hidden:
        return Ignored(sheet.name, "hidden")
    scan = _Scan(sheet, file_name)
    scan.run()
    if not scan.tables:
        return Ignored(sheet.name, "no_header" if scan.filled else "empty")
    return scan.tables


class _Scan:
    """One pass over a sheet that finds headers and gathers samples."""

    def __init__(self, sheet: Sheet, file_name: str) -> None:
        self.sheet, self.file_name = sheet, file_name
        self.tables: list[Table] = []
        self.filled = False
        self.pending: deque[tuple[int, list[str]]] = deque(maxlen=40)
        self.merges_at: dict[int, list[Range]] = {}
        for merge in sheet.merges:
            self.merges_at.setdefault(merge[0], []).append(merge)

    def run(self) -> None:
        rows = enumerate(self.sheet.rows)
        number = -1
        ahead: deque[tuple[int, Row]] = deque()
        while True:
            while len(ahead) < MOST_LEVELS and (item := next(rows, None)) is not None:
                ahead.append(item)
            if not ahead:
                break
            number, row = ahead.popleft()
            self._row(number, row, ahead)
        if self.tables:
            self.tables[-1].end = number + 1

    def _row(self, number: int, row: Row, ahead: deque[tuple[int, Row]]) -> None:
        table = self.tables[-1] if self.tables else None
        if table and number < table.start:
            return
        if _may_be_header(row):
            texts = [text_of(cell).strip() for cell in row]
            if is_header(texts):
                self._begin(number, texts, ahead)
                return
        if table and len(table.sample) < SAMPLE:
            texts = [text_of(cell) for cell in row]
            if sum(map(bool, texts)) > 1:
                table.sample.append(texts)
        if table is None or _few(row):
            texts = [text_of(cell).strip() for cell in row]
            self.filled |= any(texts)
            self.pending.append((number, texts))

    def _begin(self, number: int, texts: list[str], ahead: deque[tuple[int, Row]]) -> None:
        levels = [texts]
        first = number
        if self.pending and self.pending[-1][0] == number - 1:
            upper = self.pending[-1][1]
            if self._is_group_row(number - 1, upper):
                levels.insert(0, upper)
                first = number - 1
                self.pending.pop()
        last = self._last_level(first, number, levels, ahead)
        for n, row in islice(ahead, last - number):
            del n
            levels.append([text_of(cell).strip() for cell in row])
        titles = join_levels(levels, self._merges(first, last), first)
        width = side_by_side(titles)
        start = last + 1
        if len(ahead) > last - number and _is_numbering(ahead[last - number][1]):
            start += 1
        if self.tables:
            self.tables[-1].end = first
        above = [text for _, row in self.pending for text in row if text]
        headings = [(text, 3) for text in above[-12:]]
        headings += [(self.sheet.name, 2), (self.file_name, 2)]
        self.pending.clear()
        self.tables.append(
            Table(
                self.sheet.name, (first, last), titles[:width or None], start, start, [],
                headings, above, self.sheet.merges, width=width,
            )
        )  # fmt: skip

    def _merges(self, first: int, last: int) -> list[Range]:
        return [m for row in range(first, last + 1) for m in self.merges_at.get(row, [])]

    def _is_group_row(self, number: int, texts: list[str]) -> bool:
        """A level above the titles: several short words, none with a colon, or merged groups."""
        filled = [t for t in texts if t]
        if len(filled) < 2 or any(":" in t or "：" in t or len(t) > 20 for t in filled):
            return False
        wide = [m for m in self.merges_at.get(number, []) if m[3] > m[1]]
        return bool(wide) or sum(read_title(t) is not None for t in filled) * 2 >= len(filled)

    def _last_level(
        self, first: int, number: int, levels: list[list[str]], ahead: deque[tuple[int, Row]]
    ) -> int:
        deepest = max((m[2] for m in self._merges(first, number)), default=number)
        if number < deepest < number + MOST_LEVELS:
            return deepest
        wide = [m for m in self._merges(number, number) if m[3] > m[1]]
        last = number
        for n, row in islice(ahead, 2):
            below = [text_of(cell).strip() for cell in row]
            if not _is_sub_header(levels[-1], below, wide):
                break
            last = n
            if not wide:
                break
        return last


def _few(row: Row) -> bool:
    return sum(cell not in ("", None) for cell in row) <= 3


def _may_be_header(row: Row) -> bool:
    """Cheap: no number, and two title words, among the first cells."""
    first = list(islice((cell for cell in row if cell not in ("", None)), 8))
    texts = [cell for cell in first if isinstance(cell, str) and len(cell) <= 30]
    if len(texts) < len(first) - 1 or any(map(NUMBER.match, texts)):
        return False
    return sum(read_title(text) is not None for text in texts) >= 2


def is_header(texts: Sequence[str]) -> bool:
    """At least three cells are titles of different things, most cells are, and none is data."""
    filled = [t for t in texts if t and not AUTOMATIC.fullmatch(t)]
    if any(DATA_LIKE.search(t) and read_title(t) is None for t in filled):
        return False
    titles = {t for t in filled if read_title(t) is not None}
    meanings = {read_title(t) for t in titles}
    return len(meanings) >= 3 and len(titles) >= 3 and len(titles) * 2 >= len(set(filled))


def _is_sub_header(upper: list[str], below: list[str], wide: list[Range]) -> bool:
    filled = [(i, t) for i, t in enumerate(below) if t]
    if len(filled) < 2:
        return False
    if wide:
        under = {c for m in wide for c in range(m[1], m[3] + 1)}
        if all(i in under for i, _ in filled) and not any(_is_value(t) for _, t in filled):
            return True
    gaps = sum(not upper[i] for i, _ in filled if i < len(upper))
    titles = sum(read_title(t) is not None for _, t in filled)
    has_data = any(_is_value(t) for _, t in filled)
    return gaps >= 1 and titles * 2 >= len(filled) and not has_data


def _is_value(text: str) -> bool:
    return bool(re.search(r"\d{4,}|^\d+$", text)) or text in {"√", "是", "否"}


def _is_numbering(row: Row) -> bool:
    """The row of column numbers under a header: 1 2 3 …, 甲 乙 丙 …, (1) (2) …"""
    texts = [values.compact(text_of(cell)).strip("()栏") for cell in row]
    filled = [t for t in texts if t]
    if len(filled) < 3:
        return False
    numbers = [int(t) for t in filled if t.isdigit() and len(t) < 4]
    others = [t for t in filled if not t.isdigit()]
    rising = all(b == a + 1 for a, b in pairwise(numbers))
    return (
        rising
        and len(numbers) >= 2
        and all(re.fullmatch(r"[甲乙丙丁戊己庚辛A-Z]", t) for t in others)
    )


def join_levels(levels: list[list[str]], merges: list[Range], first: int) -> list[tuple[str, ...]]:
    """The texts over each column, from the top level down, merged ones spread."""
    width = max(map(len, levels))
    grid = [row + [""] * (width - len(row)) for row in levels]
    covered: set[tuple[int, int]] = set()
    for top, left, bottom, right in merges:
        level = top - first
        if not 0 <= level < len(grid):
            continue
        for r in range(level, min(bottom - first, len(grid) - 1) + 1):
            for c in range(left, min(right, width - 1) + 1):
                grid[r][c] = grid[level][left]
                covered.add((r, c))
    for r in range(len(grid) - 1):
        _bleed(grid, r, covered)
    return [_distinct([row[c] for row in grid]) for c in range(width)]


def side_by_side(titles: list[tuple[str, ...]]) -> int:
    """The width of one table if the same titles follow again to the right, else 0."""
    named = [c for c, parts in enumerate(titles) if parts and read_title(parts[-1])]
    if len(named) < 4 or len(set(titles)) > len(titles) / 2 + 1:
        return 0
    for width in range(2, (len(titles) + 1) // 2 + 1):
        pieces = [titles[c : c + width] for c in range(0, len(titles), width)]
        first = [parts for parts in pieces[0] if parts]
        if len(first) > 1 and all([p for p in piece if p] == first for piece in pieces):
            return width
    return 0


def _bleed(grid: list[list[str]], r: int, covered: set[tuple[int, int]]) -> None:
    """A group's word without a merge stands over the columns to its right that have none."""
    for c in range(1, len(grid[r])):
        below, left_below = grid[r + 1][c], grid[r + 1][c - 1]
        if (r, c) not in covered and not grid[r][c] and below and left_below:
            grid[r][c] = grid[r][c - 1]


def _distinct(parts: list[str]) -> tuple[str, ...]:
    out: list[str] = []
    for part in parts:
        text = " ".join(part.split())
        if text and text not in out:
            out.append(text)
    return tuple(out)


# ------------------------------------------------------------------------------ kinds of rows
FOOTER = re.compile(
    r"^(?:填[表报]|制[表单]|审[核批]|复核|经办|负责|单位负责|主管|注|备注|说明|附|联系人|联系电话|报送|分管|村主任|校长|审签|统计|日期|签[字章名]|盖章)"
    r"[^：:]{0,12}[：:]|^注[：:、]|^(?:说明|备注|注)\s*[：:1１一]|^\*|^※|^填表说明"
)
TOTAL = re.compile(r"^(?:合计|总计|小计|共计|累计|总人数|本页|本村共|共\d+[人名户]|总数)")
LABELLED = re.compile(r"^[^：:\d]{1,8}[：:]\s*\S")
UNSIGNED = re.compile(r"^[^：:\d]{2,14}[：:]$")
EXAMPLE = re.compile(
    r"^(?:例|示例|样例|例如|范例|填写示例|填写范例|例子|参考|样板)[：:]?\d*$|^(?:例如?|示例|样例)[：:]|[（(](?:示?例|样例|范例)[）)]$"
)
HINT = re.compile(
    r"必填|选填|文本|格式|自动|下拉|一致|代码表|位数字|^\d+位|填写|按.{0,8}填|示例|^如[：:]?|[男是有]/[女否无]|XX"
)


def row_reason(row: Sequence[Cell]) -> str | None:
    """Why a row is surely no data: blank, total, footer, example, caption; None if it may be."""
    filled = list(islice(_texts(row), 4))
    if not filled:
        return "blank"
    reason = next((reason for reason, tells in REASONS.items() if tells(filled)), None)
    alone = len(set(filled)) == 1 and len(set(_texts(row))) == 1
    return "caption" if not reason and (alone or all(map(LABELLED.match, filled))) else reason


def _is_footer(filled: list[str]) -> bool:
    unsigned = len(filled) > 1 and all(map(UNSIGNED.match, filled))
    return unsigned or FOOTER.match(filled[0]) is not None


REASONS: dict[str, Callable[[list[str]], bool]] = {
    "total": lambda filled: any(TOTAL.match(values.compact(text)) for text in filled[:3]),
    "footer": _is_footer,
    "example": lambda filled: any(map(EXAMPLE.search, filled[:2])),
}


def is_hint(row: Sequence[Cell]) -> bool:
    """The row under a header that says how to fill in: 必填, 18位文本, 与户口簿一致."""
    filled = list(_texts(row))
    hints = sum(bool(HINT.search(text)) for text in filled)
    return (
        hints >= 2 and hints * 3 >= len(filled) and not any(re.search(r"\d{11}", t) for t in filled)
    )


def _texts(row: Sequence[Cell]) -> Iterator[str]:
    return (text for cell in row if cell not in ("", None) and (text := text_of(cell).strip()))

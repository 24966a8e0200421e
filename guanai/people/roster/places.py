"""Names of places as people write them, resolved to codes within what is already known."""

import re
from collections.abc import Iterable

from guanai.people.roster.values import compact

VILLAGE_SUFFIX = re.compile(
    r"^(?:(?:行政)?村|社区|居委会|街道)?"
    r"(?:居委会|居民委员会|村委会|村民委员会|村委|民委员会|委会|委员会|党总支|党支部|支部)?"
)
GROUP = re.compile(
    r"^(?:第?[\d一二三四五六七八九十]+(?:村民|生产)?(?:小组|组|社|队|号|屯|$)|村民小组|小组)"
)
OFFICE = re.compile(r"^(?:人民政府|政府|党委|街道办事处|街道办|办事处|机关)?$")
SEAT = re.compile(r"^(?:人民政府|政府|党委|街道办事处|街道办|办事处)")
TOWN_TAIL = re.compile(
    r"(?:(?:彝|苗|回|傣|壮|白|藏|瑶|侗|满|土家|哈尼|傈僳|布依|纳西|拉祜|蒙古|佤|畲|水|羌|黎)族)*(?:自治)?(?:镇|乡|街道)$"
)
VILLAGE_TAIL = re.compile(r"(?:社区|村|居委会)$")
NOISE = re.compile(r"[（(][居村][)）]|[,，、;；/\\|\-—_.。:：]+")
UNDECIDED = ""
REMEMBERED = 200_000


class PlaceIndex:
    """The places of one county (or more): rows of (code, name, level, parent code).

    ``level`` is county, township or village; other levels are only links of the tree.
    """

    def __init__(self, places: Iterable[tuple[str, str, str, str | None]]) -> None:
        self._parent: dict[str, str] = {}
        self._level: dict[str, str] = {}
        self._towns: dict[str, list[str]] = {}
        self._villages: dict[str, list[str]] = {}
        self._upper: dict[str, list[str]] = {}
        self._cache: dict[tuple[str, str | None], str | None] = {}
        for code, name, level, parent in places:
            self._parent[code] = parent or ""
            self._level[code] = level
            self._enter(code, compact(name), level)
        self._add_old_names()
        names = sorted([n for n in self._towns if TOWN_TAIL.search(n)], key=len, reverse=True)
        self._town_names = re.compile("|".join(map(re.escape, names)) or r"(?!)")
        uppers = sorted(self._upper, key=len, reverse=True)
        self._upper_names = re.compile("|".join(map(re.escape, uppers)) or r"(?!)")
        self._longest = max(map(len, self._villages), default=0)

    def _enter(self, code: str, name: str, level: str) -> None:
        tail = {"township": TOWN_TAIL, "village": VILLAGE_TAIL}.get(level)
        into = {"township": self._towns, "village": self._villages}.get(level, self._upper)
        stem = tail.sub("", name) if tail else name
        words = {name, stem} if len(stem) > 1 else {name}
        if level == "township" and stem != name:
            words.add(stem + name[-1])  # 红岩彝族乡 is 红岩乡 in daily use
        for word in words:
            into.setdefault(word, []).append(code)

    def _add_old_names(self) -> None:
        """清溪乡 became 清溪镇 and is written as before, if no other has that name."""
        towns = list(self._towns.items())
        for name, codes in towns:
            stem = TOWN_TAIL.sub("", name)
            for old in {f"{stem}镇", f"{stem}乡"} - {n for n, _ in towns}:
                if stem != name:
                    self._towns[old] = codes

    # ------------------------------------------------------------------------ the tree
    def level(self, code: str) -> str:
        return self._level.get(code, "")

    def township(self, code: str | None) -> str | None:
        """The township that a place is or lies in."""
        while code and self._level.get(code) != "township":
            code = self._parent.get(code)
        return code or None

    def _lies_in(self, code: str, scope: str) -> bool:
        at: str | None = code
        while at:
            if at == scope:
                return True
            at = self._parent.get(at)
        return False

    # ----------------------------------------------------------------------- resolving
    def resolve(self, text: str, within: str | None = None) -> str | None:
        """The place that ``text`` names, searched within a place; None if unknown or undecided.

        A township written in the text itself decides before ``within``. A name that stands for
        several places in the scope is left undecided.
        """
        key = (text, within)
        if key not in self._cache:
            if len(self._cache) > REMEMBERED:
                self._cache.clear()
            self._cache[key] = self._resolve(text, within)
        return self._cache[key]

    def _resolve(self, text: str, within: str | None) -> str | None:
        bare = NOISE.sub("", compact(text))
        if bare in self._level:
            return bare
        rest, scope = self._strip_upper(bare, within)
        town = self._town_names.match(rest)
        if town:
            return self._in_town(rest[town.end() :], self._towns[town.group()], scope)
        if not rest:
            return scope if rest != bare else None
        return self._without_town(rest, within, scope)

    def _without_town(self, rest: str, within: str | None, scope: str | None) -> str | None:
        known = self.township(within)
        found = self._village(rest, known or scope)
        if known is None and rest in self._towns:
            return self._only(self._towns[rest], scope)
        if found is None:
            found = self._after_stem(rest, scope)
        return found or None

    def _strip_upper(self, text: str, within: str | None) -> tuple[str, str | None]:
        """Cut 云南省某市云岭县 in front of what matters; what was cut narrows the scope."""
        scope = within if within and self.township(within) is None else None
        end = 0
        for match in self._upper_names.finditer(text):
            scope, end = self._only(self._upper[match.group()], scope) or scope, match.end()
        town = self._town_names.search(text, end)
        if town and text[end : town.start()].endswith(("省", "市", "州", "县", "区", "旗")):
            end = town.start()
        return text[end:], scope

    def _in_town(self, rest: str, towns: list[str], scope: str | None) -> str | None:
        inside = [t for t in towns if scope is None or self._lies_in(t, scope)]
        if OFFICE.match(rest):
            return inside[0] if len(inside) == 1 else None
        rest = SEAT.sub("", rest)
        found = {self._village(rest, town) for town in inside} - {None, UNDECIDED}
        return found.pop() if len(found) == 1 else None

    def _after_stem(self, text: str, scope: str | None) -> str | None:
        """清溪戈奎村: the township's short name, then a village of it."""
        for length in range(2, len(text)):
            towns = self._towns.get(text[:length], [])
            found = {self._village(text[length:], town) for town in towns} - {None, UNDECIDED}
            if len(found) == 1:
                return found.pop()
        return None

    def _village(self, text: str, scope: str | None) -> str | None:
        """A village code, None if no village of the scope is named, UNDECIDED if several are."""
        for length in range(min(len(text), self._longest), 0, -1):
            codes = self._villages.get(text[:length])
            if codes is None or not self._fits(text[length:], text[:length]):
                continue
            inside = [c for c in codes if scope is None or self._lies_in(c, scope)]
            if inside:
                return inside[0] if len(inside) == 1 else UNDECIDED
        return None

    @staticmethod
    def _fits(rest: str, stem: str) -> bool:
        suffix = VILLAGE_SUFFIX.match(rest)
        used = suffix.end() if suffix else 0
        named = bool(used) or VILLAGE_TAIL.search(stem) is not None
        return not rest[used:] or named or GROUP.match(rest) is not None

    def _only(self, codes: list[str], scope: str | None) -> str | None:
        inside = [c for c in codes if scope is None or self._lies_in(c, scope)]
        return inside[0] if len(inside) == 1 else None

    # ------------------------------------------------------------------ inside a sentence
    def find(self, sentence: str, within: str | None = None) -> str | None:
        """The smallest place named anywhere in a title; full names only, None if undecided."""
        text = compact(sentence)
        towns = {m.group() for m in self._town_names.finditer(text)}
        scope = within
        if len(towns) == 1:
            scope = self._only(self._towns[towns.pop()], None) or within
        elif len(towns) > 1:
            return within
        named = [
            code
            for name, codes in self._villages.items()
            if VILLAGE_TAIL.search(name) and name in text and not self._inner(name, text)
            for code in codes
            if scope is None or self._lies_in(code, scope)
        ]
        if len(named) == 1:
            return named[0]
        return scope if not named or self.township(scope) else within

    def _inner(self, name: str, text: str) -> bool:
        """Is the name only a part of a longer village name in the text?"""
        return any(name in other and name != other and other in text for other in self._villages)

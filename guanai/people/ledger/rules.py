"""How a line of the ledger sums up a file, as plain functions."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from guanai.people.rules import GRANDPARENTS, PARENTS

GUARDIAN_KINDS = ("grandparent", "parent", "other", "none")
# Both away; one away and the other unable to care (国发〔2016〕13号, “另一方无监护能力”); one away;
# nobody away; not known.
PARENTS_STATES = ("both", "unable", "one", "none", "unknown")

# Of several states of one person the gravest is said; “away” stands before illness, since it is
# what a ledger of those left behind is about.
_GRAVITY = (
    *("dead", "missing", "lost", "prison", "detox", "restricted", "deported", "revoked"),
    *("away", "disabled", "ill", "home"),
)
UNABLE = frozenset(_GRAVITY) - {"away", "home"}


def gravest(states: Iterable[str]) -> str:
    """The one state to say of a relative; empty if nothing is known."""
    return min(states, key=_GRAVITY.index, default="")


def parents_state(father: str, mother: str) -> str:
    """One of PARENTS_STATES."""
    states = [father, mother]
    if states == ["away", "away"]:
        return "both"
    if "away" in states:
        other = mother if father == "away" else father
        return "unable" if other in UNABLE else "one"
    return "none" if all(states) else "unknown"


def guardian_kind(relation: str | None) -> str:
    """One of GUARDIAN_KINDS; `relation` is None if there is no guardian."""
    if relation is None:
        return "none"
    if relation in GRANDPARENTS:
        return "grandparent"
    return "parent" if relation in PARENTS else "other"


def bits(kinds: Sequence[str], held: Iterable[str]) -> int:
    """The kinds held, as bits in the order of `kinds`."""
    return sum(1 << kinds.index(kind) for kind in set(held))


HEALTH_CLASSES = ("healthy", "frail", "ill", "disabled")
_WELL = re.compile("健康|良好|正常|无病")
_FRAIL = re.compile("体弱|较弱|一般|虚弱|营养")


def health_class(condition: str, disability: str) -> str:
    """One of HEALTH_CLASSES by a roster's words; empty where nothing is known (plan 13)."""
    if disability or not condition:
        return "disabled" if disability else ""
    if _FRAIL.search(condition):
        return "frail"
    return "healthy" if _WELL.search(condition) else "ill"

"""Draws docs/asvs.md from docs/asvs.yaml, and names what is wrong with the data.

python -m tools.asvs [--check]   with --check nothing is written; exit 1 if anything is wrong
"""

from __future__ import annotations

import re
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parent.parent
DATA, PAGE = ROOT / "docs/asvs.yaml", ROOT / "docs/asvs.md"
STATES = ("met", "partly", "no", "n/a")
KEYS = {"ids", "asks", "state", "where", "tests", "why"}
CHAPTERS = [
    *("encoding and injection", "input and logic", "browser", "services", "files", "signing in"),
    *("sessions", "permissions", "self-contained tokens", "OAuth", "cryptography"),
    *("encrypted connections", "configuration", "data protection", "architecture and code"),
    *("logs and errors", "WebRTC"),
]
HEAD = """# OWASP ASVS 5.0: how Guanai stands

Drawn by `python -m tools.asvs` from [asvs.yaml](asvs.yaml); change that file. The numbers are those of
the [Application Security Verification Standard](https://owasp.org/www-project-application-security-verification-standard/)
5.0.0, levels 1 and 2; what each asks is said in our own words and shortened: the standard's text
counts. It is our own judgement, not an audit by others. A test checks that every file and every test
named here is there.

"""  # noqa: E501 - the address


def spread(ids: str) -> list[str]:
    """“V1.2.1-3 V2.1.1” as single ids."""
    found = []
    for part in ids.split():
        stem, _dot, numbers = part.rpartition(".")
        first, _dash, last = numbers.partition("-")
        found += [f"{stem}.{n}" for n in range(int(first), int(last or first) + 1)]
    return found


class Table:
    """The data, whole: a row for every requirement."""

    def __init__(self) -> None:
        data: dict[str, Any] = yaml.safe_load(DATA.read_text("utf-8"))
        self.tests: dict[str, str] = data["tests"]
        self.levels = {one: level for level, ids in data["levels"].items() for one in spread(ids)}
        self.rows: dict[str, dict[str, Any]] = dict(data["rows"])
        for group in data["groups"]:
            self.rows |= dict.fromkeys(spread(group["ids"]), group)

    def named(self, row: dict[str, Any]) -> list[str]:
        """Node ids of its tests."""
        whole = (self.tests.get(name, name) for name in row.get("tests", []))
        return [re.sub(r"^(\w+)/", r"guanai/\1/tests/", name) for name in whole]

    def faults(self) -> list[str]:
        unlike = sorted(set(self.levels) ^ set(self.rows))
        found = [f"{one}: not in both lists" for one in unlike]
        for one, row in self.rows.items():
            found += [f"{one}: {fault}" for fault in self._faults(row)]
        return found

    def _faults(self, row: dict[str, Any]) -> list[str]:
        found = [f"no file {file}" for file in row.get("where", []) if not (ROOT / file).exists()]
        for node in self.named(row):
            file, _colons, name = node.partition("::")
            text = (ROOT / file).read_text("utf-8") if (ROOT / file).exists() else ""
            if f"def {name}(" not in text:
                found.append(f"no test {node}")
        if row["state"] not in STATES or set(row) - KEYS:
            found.append(f"{row['state']}, {sorted(set(row) - KEYS)}")
        if row["state"] == "met" and not row.get("where"):
            found.append("met, but where?")
        if not row.get("why") and (row["state"] != "met" or not row.get("tests")):
            found.append("why?")
        return found

    def counts(self) -> str:
        lines = ["| level | " + " | ".join(STATES) + " | all |", "|---" * 6 + "|"]
        for level in (1, 2):
            ids = [one for one, its in self.levels.items() if its == level]
            states = Counter(self.rows[one]["state"] for one in ids)
            lines.append(
                f"| {level} | " + " | ".join(str(states[s]) for s in STATES) + f" | {len(ids)} |"
            )
        return "\n".join(lines)

    def page(self) -> str:
        parts = [HEAD, self.counts(), "\n"]
        for number, chapter in enumerate(CHAPTERS, 1):
            ids = sorted((i for i in self.levels if i.startswith(f"V{number}.")), key=_order)
            parts.append(
                f"\n## V{number}: {chapter}\n\n| | L | asks that | state | where, by which test |\n"
            )
            parts.append("|---|---|---|---|---|\n")
            parts += [self._line(one) for one in ids]
        return "".join(parts)

    def _line(self, one: str) -> str:
        row = self.rows[one]
        said = [row["why"]] if row.get("why") else []
        said += [f"`{name}`" for name in [*row.get("where", []), *self.named(row)]]
        told = "<br>".join(said).replace("|", "\\|")
        return f"| {one} | {self.levels[one]} | {row['asks']} | {row['state']} | {told} |\n"


def _order(one: str) -> list[int]:
    return [int(number) for number in one[1:].split(".")]


def main() -> int:
    table = Table()
    faults = table.faults()
    if not faults and "--check" not in sys.argv:
        PAGE.write_text(table.page(), "utf-8")
    elif not faults and PAGE.read_text("utf-8") != table.page():
        faults = ["docs/asvs.md is not what docs/asvs.yaml says: python -m tools.asvs"]
    print("\n".join(faults) or table.counts())
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())

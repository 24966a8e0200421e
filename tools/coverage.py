"""Which requirements of docs/requirements.md the tests name, a line per plan.

python -m tools.coverage [--missing]   exit 1 if a test names a requirement that is not there
"""

from __future__ import annotations

import io
import re
import sys
from collections import defaultdict
from contextlib import redirect_stdout
from pathlib import Path

import pytest

LISTED = re.compile(r"^- (R(\d\d|X)\.\d+)\b", re.MULTILINE)
ROOT = Path(__file__).resolve().parent.parent


class Collector:
    """A pytest plugin that keeps which tests name which requirement."""

    def __init__(self) -> None:
        self.tests: dict[str, list[str]] = defaultdict(list)

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        for item in items:
            for mark in item.iter_markers("requirement"):
                for name in mark.args:
                    self.tests[name].append(item.nodeid)


def main() -> int:
    listed = LISTED.findall((ROOT / "docs/requirements.md").read_text("utf-8"))
    collector = Collector()
    said = io.StringIO()
    with redirect_stdout(said):
        code = pytest.main(["--collect-only", "-q"], [collector])
    if code != pytest.ExitCode.OK:
        print(said.getvalue())
        return int(code)
    unknown = sorted(set(collector.tests) - {name for name, _plan in listed})
    for name in unknown:
        print(f"{name} is not a requirement: {', '.join(collector.tests[name])}")
    for plan in sorted({plan for _name, plan in listed}):
        names = [name for name, of in listed if of == plan]
        covered = [name for name in names if name in collector.tests]
        print(f"plan {plan}: {len(covered)} of {len(names)}  {' '.join(covered)}")
        if "--missing" in sys.argv:
            print(f"  missing: {' '.join(name for name in names if name not in covered)}")
    total = sum(name in collector.tests for name, _plan in listed)
    print(f"all plans: {total} of {len(listed)}")
    return 1 if unknown else 0


if __name__ == "__main__":
    sys.exit(main())

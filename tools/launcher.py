"""Puts the command `guanai` beside the Python that runs this, bound to this checkout.

An editable install would do the same but fetches a build tool from the network.
"""

from __future__ import annotations

import stat
import sys
import sysconfig
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def main() -> None:
    (Path(sysconfig.get_path("purelib")) / "guanai.pth").write_text(f"{ROOT}\n", "utf-8")
    launcher = Path(sysconfig.get_path("scripts")) / "guanai"
    launcher.write_text(
        f"#!{sys.executable}\nfrom guanai.core.cli import main\n\nmain()\n", encoding="utf-8"
    )
    launcher.chmod(launcher.stat().st_mode | stat.S_IXUSR | stat.S_IXGRP | stat.S_IXOTH)


if __name__ == "__main__":
    main()

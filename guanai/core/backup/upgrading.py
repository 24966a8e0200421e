"""Bringing a home up to a newer Guanai, and back: a backup of its state before is made first."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _

from guanai import __version__
from guanai.core.backup.load import load
from guanai.core.backup.plan import SUFFIX, name_now
from guanai.core.backup.write import write
from guanai.core.broken import RuleBroken
from guanai.core.command import migrate_all, note

BEFORE = "before-"
HALF = "half-"  # of a state that an upgrade left which was killed: no way back leads there
BEGUN = "upgrade-begun"  # stands while one goes on


def upgrade() -> Path:
    """Back up, then bring the tables up to date; the backup. What fails leaves all as before."""
    folder = settings.HOME.path / "backups"
    folder.mkdir(exist_ok=True, mode=0o700)
    begun = folder / BEGUN
    backup = folder / f"{HALF if begun.exists() else BEFORE}{__version__}-{name_now()}"
    write(backup)
    begun.touch()
    try:
        migrate_all()
    except BaseException:
        back(backup)
        if backup.name.startswith(BEFORE):
            begun.unlink()
        raise
    begun.unlink()
    note("core.upgrade", version=__version__)
    return backup


def newest() -> Path:
    """The backup of the last upgrade. Raises RuleBroken if there is none."""
    found = sorted((settings.HOME.path / "backups").glob(f"{BEFORE}*{SUFFIX}"))
    if not found:
        raise RuleBroken("upgrade.none", _("No upgrade of this home left a backup."))
    return max(found, key=lambda file: file.stat().st_mtime_ns)


def back(backup: Path) -> dict[str, Any]:
    """Tables and rows as they were before an upgrade; the manifest. What came since is lost."""
    return load(backup, replace=True, upgrade=False)

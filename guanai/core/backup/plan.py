"""The daily backup: where it goes, how many stay, how the last one ended. Kept beside the database,
so that it is still known when the database is lost."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tempfile
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any, Self

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _

from guanai.core.backup.write import write
from guanai.core.broken import RuleBroken
from guanai.core.command import note
from guanai.core.home import write_secret

SUFFIX = ".guanai"
DAY = 24 * 3600  # seconds
LATE_DAYS = 2  # after which the system administrator is warned


@dataclass(frozen=True)
class Plan:
    """`folder`: empty if nothing is planned. The rest tells of the last one that was made."""

    folder: str = ""
    keep: int = 14
    made_at: str = ""
    file: str = ""
    rows: int = 0
    size: int = 0
    verified: bool = False
    error: str = ""

    @classmethod
    def of_home(cls) -> Self:
        try:
            kept: dict[str, Any] = json.loads(_file().read_text("utf-8"))
        except FileNotFoundError:
            return cls()
        return cls(**kept)

    def save(self) -> None:
        write_secret(_file(), json.dumps(asdict(self), ensure_ascii=False, indent=1).encode())

    @property
    def at(self) -> datetime | None:
        """When the last good one was made; None if there is none."""
        return datetime.fromisoformat(self.made_at) if self.made_at else None

    @property
    def late(self) -> bool:
        """Whether a broken disk would lose days of work."""
        old = self.at is None or (timezone.now() - self.at).days >= LATE_DAYS
        return old or bool(self.error)

    @property
    def same_disk(self) -> bool:
        """One broken disk would take both."""
        try:
            return Path(self.folder).stat().st_dev == settings.HOME.path.stat().st_dev
        except OSError:
            return False


def set_plan(folder: Path, keep: int) -> Plan:
    """Back up into this folder every morning from now on. Raises RuleBroken if that cannot be."""
    if not folder.is_dir() or not os.access(folder, os.W_OK):
        raise RuleBroken("backup.folder", _("%s is no folder that can be written to.") % folder)
    plan = replace(Plan.of_home(), folder=str(folder.resolve()), keep=keep, error="")
    plan.save()
    return plan


def end_plan() -> None:
    replace(Plan.of_home(), folder="").save()


def back_up_by_plan() -> None:
    """Make it, prove it by a restore, remove the oldest; what goes wrong is kept to be shown."""
    plan = Plan.of_home()
    if not plan.folder:
        return
    target = Path(plan.folder) / name_now()
    _sweep(target.parent)
    try:
        manifest = write(target)
        verify(target)
    except (OSError, RuleBroken) as error:
        said = error.message if isinstance(error, RuleBroken) else error.strerror or str(error)
        replace(plan, error=said).save()
        note("core.backup.failed")
        return
    done(manifest, target, verified=True)
    for old in _made_by_plan(Path(plan.folder))[plan.keep :]:
        old.unlink(missing_ok=True)


def _sweep(folder: Path) -> None:
    """Remove what a killed backup left half written; one of today may still be at work."""
    for part in folder.glob(f"*{SUFFIX}.*.part"):
        if timezone.now().timestamp() - part.stat().st_mtime > DAY:
            part.unlink(missing_ok=True)


def done(manifest: dict[str, Any], target: Path, *, verified: bool) -> None:
    """Note that a backup was made."""
    rows = sum(table["rows"] for table in manifest["tables"])
    size = target.stat().st_size
    now = timezone.now().isoformat(timespec="seconds")
    plan = replace(Plan.of_home(), made_at=now, file=str(target), rows=rows, size=size)
    replace(plan, verified=verified, error="").save()
    note("core.backup.write", rows=rows, verified=verified)


def verify(file: Path) -> None:
    """Restore it into a scratch home and check that home, the chain of the log included.

    Raises RuleBroken with what was found.
    """
    with tempfile.TemporaryDirectory(prefix="verify.", dir=settings.HOME.path) as folder:
        scratch = Path(folder) / "home"
        scratch.mkdir()
        (scratch / "keys").symlink_to(settings.HOME.keys)
        env = {k: v for k, v in os.environ.items() if k != "DATABASE_URL"}
        env["GUANAI_HOME"] = str(scratch)
        for act in (("restore", str(file)), ("check", "--quick")):
            ran = subprocess.run(  # noqa: S603 - our own commands
                [sys.executable, "-m", "guanai", *act],
                cwd=settings.BASE_DIR,
                env=env,
                capture_output=True,
                text=True,
                check=False,
            )
            if ran.returncode:
                said = (ran.stdout + ran.stderr).strip()[-300:]
                raise RuleBroken("backup.unproved", _("The backup is no good: %s") % said)


def name_now() -> str:
    """Of a file for now, such as 539901-20261123-0630.guanai."""
    county = settings.HOME.county_code[:6]
    return f"{county}-{timezone.localtime():%Y%m%d-%H%M%S}{SUFFIX}"


def _made_by_plan(folder: Path) -> list[Path]:
    """Newest first; nobody else's files."""
    ours = re.compile(rf"{settings.HOME.county_code[:6]}-\d{{8}}-\d{{6}}{re.escape(SUFFIX)}")
    return sorted((f for f in folder.iterdir() if ours.fullmatch(f.name)), reverse=True)


def _file() -> Path:
    path: Path = settings.HOME.path / "backups.json"
    return path

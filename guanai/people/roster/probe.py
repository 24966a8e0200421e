"""Try a doubtful workbook in a process of its own first: this file is that process's program.

A broken or malicious .xls can make the reader ask for all memory, which ends the process at once
and cannot be caught (seen with single wrong bytes in the container's header). The trial has a
limit of memory and time; only a book that it could read is read here.
"""

import subprocess
import sys
from contextlib import suppress
from pathlib import Path

from python_calamine import CalamineError, CalamineWorkbook, SheetTypeEnum

ENDINGS = {".xls", ".xlsx", ".xlsm"}
MEMORY = 3 << 29  # five times what 100,000 rows of 25 columns take
SECONDS = 120
PROTECTED, DAMAGED = 3, 4


def open_book(path: Path) -> CalamineWorkbook:
    """Open by content. The reader goes by a path's ending, but only so it says what is wrong."""
    with path.open("rb") as f:
        zipped = f.read(2) == b"PK"
        ending = path.suffix.lower()
        if ending in ENDINGS and (ending == ".xls") != zipped:
            return CalamineWorkbook.from_path(path)
        f.seek(0)
        return CalamineWorkbook.from_filelike(f)


def try_book(path: Path) -> str | None:
    """None if the book can be read, else file.protected or file.damaged."""
    try:
        done = subprocess.run(  # noqa: S603 - our own interpreter and file, no shell
            [sys.executable, "-I", __file__, str(path)],
            capture_output=True,
            timeout=SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return "file.damaged"
    if done.returncode == 0:
        return None
    return "file.protected" if done.returncode == PROTECTED else "file.damaged"


def main(path: Path) -> int:
    """Read the whole book within a limit of memory."""
    with suppress(ImportError, ValueError, OSError):  # Windows has no limits, macOS not all
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    try:
        book = open_book(path)
        for sheet in book.sheets_metadata:
            if sheet.typ is SheetTypeEnum.WorkSheet:
                book.get_sheet_by_name(sheet.name)
    except CalamineError as error:
        return PROTECTED if "assword" in str(error) else DAMAGED
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))

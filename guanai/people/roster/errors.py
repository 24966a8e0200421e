"""What can be wrong with a roster file as a whole: a code, where, and how to cure it."""

from dataclasses import dataclass

# code: (message, cure). English message ids; whoever shows them translates and fills in the
# parameters {file} {sheet} {row} {column} {limit} {found}.
MESSAGES: dict[str, tuple[str, str]] = {
    "file.missing": (
        "The file {file} is not there.",
        "Choose the file again; it may have been moved or renamed.",
    ),
    "file.empty": (
        "The file {file} is empty.",
        "Open it on your computer; if it shows nothing there, ask the sender for it again.",
    ),
    "file.too_large": (
        "The file {file} is too large ({found} bytes; at most {limit}).",
        "Split it into several files, for example one per township.",
    ),
    "file.unknown_type": (
        "The file {file} is not a table ({found}).",
        "Open it, copy the table into Excel or WPS and save it as .xlsx.",
    ),
    "file.protected": (
        "The file {file} is protected by a password.",
        "Open it in Excel or WPS with its password, remove the password and save it again.",
    ),
    "file.damaged": (
        "The file {file} is damaged or was not copied completely.",
        "Copy or download it again; or open it in Excel or WPS and save it as a new .xlsx.",
    ),
    "file.bomb": (
        "The file {file} unpacks to far more than it should ({found} bytes; at most {limit}).",
        "Open it in Excel or WPS, copy only the table into a new file and import that.",
    ),
    "file.encoding": (
        "The text of {file} is neither UTF-8 nor GB18030 (line {row}).",
        "Open it in Excel or WPS and save it as .xlsx.",
    ),
    "sheet.too_large": (
        "The sheet “{sheet}” in {file} is too large ({found}; at most {limit}).",
        "Delete the empty rows and columns beside and under the table, or split the file.",
    ),
    "sheet.none": (
        "No table with a header was found in {file}.",
        "The header must name the columns, for example 姓名, 身份证号. Check the sheets.",
    ),
    "formula.no_value": (
        "The cell {column}{row} of sheet “{sheet}” in {file} holds a formula without its result.",
        "Open the file in Excel or WPS, let it calculate, and save it.",
    ),
    "formula.text": (
        "The cell in row {row}, column {column} of {file} begins like a formula; read as text.",
        "If it should be a number or a date, write the value itself into the cell.",
    ),
}


@dataclass(frozen=True)
class Place:
    """Where in a file: 1-based row, column by letter; empty where it does not apply."""

    file: str = ""
    sheet: str = ""
    row: int | None = None
    column: str = ""


class RosterError(Exception):
    """A file that cannot be read as a roster; ``code`` is a key of MESSAGES."""

    def __init__(self, code: str, place: Place, *, found: str = "", limit: str = "") -> None:
        self.code = code
        self.place = place
        self.params: dict[str, str] = {
            "file": place.file,
            "sheet": place.sheet,
            "row": str(place.row or ""),
            "column": place.column,
            "found": found,
            "limit": limit,
        }
        super().__init__(self.message)

    @property
    def message(self) -> str:
        """The English text, for logs and the command line."""
        return MESSAGES[self.code][0].format(**self.params)

    @property
    def cure(self) -> str:
        return MESSAGES[self.code][1].format(**self.params)

"""National value sets as small CSV files: ``codes.relation.name("61", "zh")`` is 祖父.

Each file has code, zh, en and words (other ways people write it, parted by ``|``). Sources:
GB/T 2261.1-2003 (sex), GB/T 3304-1991 (ethnicity), GB/T 4761-2008 (relation), GB/T 4658-2006
(education, in its groups).
"""

import csv
from collections.abc import Iterator
from importlib.resources import files


class CodeSet:
    """One value set, read when first used."""

    def __init__(self, name: str) -> None:
        self._file = name
        self._names: dict[str, dict[str, str]] = {}
        self._codes: dict[str, str] = {}

    def _load(self) -> None:
        text = (files(__name__) / f"{self._file}.csv").read_text(encoding="utf-8")
        for row in csv.DictReader(text.splitlines()):
            code = row["code"]
            self._names[code] = {"zh": row["zh"], "en": row["en"]}
            for word in (code, row["zh"], row["en"], *row["words"].split("|")):
                self._codes.setdefault(word, code)
        self._codes.pop("", None)

    def name(self, code: str, language: str = "zh") -> str:
        """What a code is called in ``zh`` or ``en``; KeyError for a code not in the set."""
        if not self._names:
            self._load()
        return self._names[code][language]

    def code(self, word: str) -> str | None:
        """The code of a word that people use for it, or of the code itself; None if unknown."""
        if not self._names:
            self._load()
        return self._codes.get(word)

    def choices(self, language: str = "zh") -> list[tuple[str, str]]:
        """(code, name) in the order of the standard."""
        return [(code, self._names[code][language]) for code in self]

    def __iter__(self) -> Iterator[str]:
        if not self._names:
            self._load()
        return iter(self._names)


sex = CodeSet("sex")
ethnicity = CodeSet("ethnicity")
relation = CodeSet("relation")
education = CodeSet("education")

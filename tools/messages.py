"""Collects message ids into each app's zh_Hans catalogue and compiles it, without gettext.

python -m tools.messages [--check]   with --check nothing is written; exit 1 names what is missing
"""

from __future__ import annotations

import io
import sys
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

from babel.messages.catalog import Catalog
from babel.messages.extract import extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.conf import settings
from django.utils.translation.template import templatize

ROOT = Path(__file__).resolve().parent.parent
KEYWORDS = {
    "_": None,
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
}
# Tables of words that are not marked in the code; “Father: name” is two messages.
TABLES = {
    "organisations": (("guanai.organisations.kinds", "TITLES"),),
    "people": (
        ("guanai.people.roster.checks", "PROBLEMS"),
        ("guanai.people.roster.errors", "MESSAGES"),
        ("guanai.people.roster.targets", "TARGETS"),
    ),
}


def words(value: Any) -> Iterator[str]:
    """Every text in a table of words."""
    if isinstance(value, str):
        yield from value.split(": ")
    elif not isinstance(value, int):
        for one in value.values() if isinstance(value, dict) else value:
            yield from words(one)


def collect(app: Path) -> Catalog:
    """Every message id of an app's code and templates."""
    catalog = Catalog(locale="zh_Hans", project="Guanai", fuzzy=False)
    sources = [p for p in sorted(app.rglob("*.py")) if "tests" not in p.parts]
    sources += [p for p in sorted(app.rglob("templates/**/*")) if p.is_file()]
    for path in sources:
        if "migrations" in path.parts:
            continue
        text = path.read_text("utf-8")
        if path.suffix != ".py":
            text = "\n".join(line.strip() for line in templatize(text).splitlines())
        for _line, message, _comments, context in extract(
            "python", io.BytesIO(text.encode()), keywords=KEYWORDS, options={"encoding": "utf-8"}
        ):
            catalog.add(message, context=context)
    for module, name in TABLES.get(app.name, ()):
        for message in words(getattr(import_module(module), name)):
            catalog.add(message)
    return catalog


def catalogue_file(app: Path) -> Path:
    return app / "locale/zh_Hans/LC_MESSAGES/django.po"


def refresh(app: Path) -> tuple[Catalog, list[str]]:
    """The catalogue with today's ids and the translations it had; and the ids without one."""
    found = collect(app)
    file = catalogue_file(app)
    if file.exists():
        known = read_po(io.BytesIO(file.read_bytes()), locale="zh_Hans")
        for message in found:
            old = known.get(message.id, message.context) if message.id else None
            if old is not None:
                message.string = old.string
    missing = [str(m.id) for m in found if m.id and not all(_texts(m.string))]
    return found, missing


def _texts(string: str | tuple[str, ...] | list[str] | None) -> list[str]:
    return [string or ""] if not isinstance(string, (list, tuple)) else list(string)


def main() -> int:
    if not settings.configured:
        settings.configure(USE_I18N=True)
    check = "--check" in sys.argv
    lacking = 0
    for app in sorted(p.parent for p in ROOT.glob("guanai/*/apps.py")):
        catalog, missing = refresh(app)
        for message in missing:
            print(f"{app.name}: no Chinese for {message!r}")
        lacking += len(missing)
        if not check and len(catalog):
            write(app, catalog)
    return 1 if check and lacking else 0


def write(app: Path, catalog: Catalog) -> None:
    file = catalogue_file(app)
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("wb") as stream:
        write_po(stream, catalog, sort_output=True, no_location=True, omit_header=False, width=100)
    text = file.read_text("utf-8")
    lines = [li for li in text.splitlines() if not li.startswith(('"POT-', '"PO-Rev', '"Gener'))]
    file.write_text("\n".join(lines) + "\n", "utf-8")
    with file.with_suffix(".mo").open("wb") as stream:
        write_mo(stream, catalog)


if __name__ == "__main__":
    sys.exit(main())

"""Compiles the translation catalogues where the compiled file is missing or older."""

from __future__ import annotations

import os
from pathlib import Path

PACKAGE = Path(__file__).resolve().parent.parent


def compile_stale() -> None:
    """Call before Django loads translations; costs a few file times when all is fresh."""
    for source in PACKAGE.glob("*/locale/*/LC_MESSAGES/django.po"):
        target = source.with_suffix(".mo")
        if target.exists() and target.stat().st_mtime >= source.stat().st_mtime:
            continue
        from babel.messages.mofile import write_mo
        from babel.messages.pofile import read_po

        part = target.with_suffix(f".{os.getpid()}")
        with source.open("rb") as text, part.open("wb") as compiled:
            write_mo(compiled, read_po(text))
        part.replace(target)

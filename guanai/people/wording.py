"""Codes of the national value sets in the reader's language."""

from __future__ import annotations

from django.utils.functional import lazy
from django.utils.translation import get_language

from guanai.core import codes
from guanai.core.words import StrOrPromise


def name_of(codeset: codes.CodeSet, code: str) -> str:
    """What the code is called; the code itself if it is none of the set's."""
    language = "en" if (get_language() or "").startswith("en") else "zh"
    try:
        return codeset.name(code, language)
    except KeyError:
        return code


_lazily = lazy(name_of, str)


def choices(codeset: codes.CodeSet) -> list[tuple[str, StrOrPromise]]:
    """(code, name) for a form's field."""
    return [(code, _lazily(codeset, code)) for code in codeset]


def relation(code: str) -> str:
    """GB/T 4761: 51 is father, 父."""
    return name_of(codes.relation, code) if code else ""

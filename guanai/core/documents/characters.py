"""What has to happen to a text before it may stand in a file that somebody else's program opens."""

import re

# XML 1.0 cannot carry these; tab and line ends stay.
_UNWRITABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
# OWASP, CSV injection: also the full-width forms, which Excel in Chinese and Japanese takes.
_FORMULA_STARTS = frozenset("=+-@\t\r\n＝＋－＠|%")
NEUTRAL = "'"


def clean(text: str) -> str:
    """Without control characters and lone surrogates, which no XML or PDF can carry."""
    return text if text.isalnum() else _UNWRITABLE.sub("", text)


def starts_formula(text: str) -> bool:
    """Whether a spreadsheet might run this text instead of showing it, also after blanks."""
    return text[:1] in _FORMULA_STARTS or text.lstrip()[:1] in _FORMULA_STARTS if text else False


def neutral(text: str) -> str:
    """The text with an apostrophe before it if it might be run as a formula."""
    return NEUTRAL + text if starts_formula(text) else text

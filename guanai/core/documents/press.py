"""Typst, the PDF press: its fonts, the data's way in, and characters that no font has."""

import json
import os
import re
import subprocess
import sys
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any, Literal, NamedTuple

import typst

from guanai.core.documents.characters import clean

_TEMPLATES = Path(__file__).parent / "templates"
# PDF/A-2u: text stays searchable in the archive, and a glyph that no font has is an error.
_STANDARD: Literal["a-2u"] = "a-2u"
_FONT = "Noto Sans CJK SC"
_NAMED_IN_SOURCE = re.compile(r'#"\\u\{([0-9a-f]+)\}"')
# Some symbol font draws something for these, never what the writer meant.
_PRIVATE = re.compile("[\ue000-\uf8ff\U000f0000-\U0010ffff]")
# These change or join their neighbours and have no shape of their own.
_SHAPELESS = re.compile(
    "[\\s\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff\U000e0000-\U000e0fff]"
)
_LARGE = 20_000  # letters of data: a dozen cards, half a hundred rows
_shown: set[str] = set()  # characters already tried on this machine's fonts


class Printed(NamedTuple):
    """A PDF, and the names (〔U+2CC56〕) that stand in it for characters no font has."""

    pdf: bytes
    unprintable: list[str]


def press(template: str, data: Any) -> Printed:
    """Set `data` (what JSON can hold) in `templates/<template>`.

    Data reaches the template as JSON (bytes as a list of numbers) and is never read as typst
    source.
    """
    text = json.dumps(_cleaned(data), ensure_ascii=False, default=list, separators=(",", ":"))
    missing = unprintable(text)
    for character in missing:
        text = text.replace(character, name_of(character))
    set_here_or_there = _set_in_child if len(text) > _LARGE else _set
    return Printed(set_here_or_there(template, text), [name_of(c) for c in missing])


def unprintable(text: str) -> list[str]:
    """The characters of `text` that neither our font nor this machine's can show, sorted."""
    private = set(_PRIVATE.findall(text))
    new = {c for c in set(text) - _shown - private if not _SHAPELESS.match(c)}
    missing = _tried(new)
    _shown.update(new - missing)
    return sorted(missing | private)


def name_of(character: str) -> str:
    return f"〔U+{ord(character):04X}〕"


def _set(template: str, text: str) -> bytes:
    pdf = _compiler((_TEMPLATES / template).read_bytes()).compile(
        format="pdf", sys_inputs={"data": text}, pdf_standards=_STANDARD, pdf_tags=False
    )
    if not isinstance(pdf, bytes):
        raise TypeError("A PDF is one file.")
    return pdf


def _set_in_child(template: str, text: str) -> bytes:
    """Typst keeps what it laid out for ten more compilations; a child gives its memory back."""
    command = [sys.executable, "-m", __name__, template]
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run(  # noqa: S603 - our own module; the data goes in by a pipe
        command, input=text.encode(), stdout=subprocess.PIPE, check=True, env=environment
    )
    return done.stdout


def _tried(characters: set[str]) -> set[str]:
    """Those of the characters that typst cannot set: its PDF/A check names them in its error."""
    if not characters:
        return set()
    source = f'#set text(font: "{_FONT}", lang: "zh", region: "cn")\n' + "\n".join(
        f'#"\\u{{{ord(character):x}}}"' for character in characters
    )
    try:
        _compiler(source.encode()).compile(format="pdf", pdf_standards=_STANDARD)
    except typst.TypstError as error:
        named = {chr(int(code, 16)) for code in _NAMED_IN_SOURCE.findall(error.diagnostic)}
        if not named:
            raise
        return named
    return set()


def _compiler(source: bytes) -> typst.Compiler:
    return typst.Compiler(source, root=str(_TEMPLATES), font_paths=_fonts())


@cache
def _fonts() -> typst.Fonts:
    """Our font from its wheel first; the machine's fonts for what it lacks."""
    return typst.Fonts(font_paths=[str(files("noto_cjk_sans_otc"))])


def _cleaned(data: Any) -> Any:
    if isinstance(data, str):
        return clean(data)
    if isinstance(data, dict):
        return {key: _cleaned(value) for key, value in data.items()}
    return [_cleaned(part) for part in data] if isinstance(data, list | tuple) else data


if __name__ == "__main__":
    sys.stdout.buffer.write(_set(sys.argv[1], sys.stdin.buffer.read().decode()))

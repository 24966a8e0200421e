"""How a name sounds and by which of its parts it is found. No Django here."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

# Spaces and the dots in minority names (吉克·阿木) say nothing about who it is.
NOISE = re.compile(r"[\s·•．・‧∙⋅.]+")
# Surnames read otherwise than the same characters elsewhere.
SURNAMES = {
    "单": "shan", "曾": "zeng", "解": "xie", "仇": "qiu", "查": "zha", "盖": "ge", "区": "ou",
    "朴": "piao", "缪": "miao", "翟": "zhai", "覃": "qin", "冼": "xian", "员": "yun", "洗": "xian",
    "种": "chong", "黑": "he", "乐": "yue", "尉": "wei", "繁": "po", "召": "shao", "折": "she",
    "尉迟": "yu chi", "万俟": "mo qi", "长孙": "zhang sun", "令狐": "ling hu", "单于": "chan yu",
    "澹台": "tan tai",
}  # fmt: skip
_sounds: dict[str, str] = {}


def bare(name: str) -> str:
    """The name without spaces and dots, Latin letters small."""
    return NOISE.sub("", name).lower()


@lru_cache(maxsize=1000)  # a bulk write asks several times for the same few names
def syllables(name: str) -> Sequence[str]:
    """Toneless pinyin, a syllable each character; what is no hanzi stays, a run of it as one."""
    text = bare(name)
    for length in (2, 1):
        if len(text) > length and text[:length] in SURNAMES:
            return [*SURNAMES[text[:length]].split(), *_read(text[length:])]
    return _read(text)


def _read(text: str) -> list[str]:
    found: list[str] = []
    joins = False
    for char in text:
        plain = char < "\u2e80"
        if plain and joins:
            found[-1] += char
        else:
            found.append(char if plain else _sounds.get(char) or _learn(char))
        joins = plain
    return found


def _learn(char: str) -> str:
    from pypinyin import lazy_pinyin

    sound: str = lazy_pinyin(char, v_to_u=False)[0]
    _sounds[char] = sound
    return sound


def pinyin(name: str) -> str:
    """Sort key and homophone key: “wang xiao ming”."""
    return " ".join(syllables(name))[:120]


def tokens(name: str) -> list[str]:
    """Endings of the name in hanzi, pinyin and initials; every part begins one of them.

    王小明: 王小明, 小明, 明, wangxiaoming, xiaoming, wxm, xm. The last syllable alone is a token
    only if it is the whole given name (王明: ming).
    """
    text, sounds = bare(name), syllables(name)
    words = NOISE.split(name.lower())  # John Smith is found by smith
    found = ["".join(words[at:]) for at in range(len(words))]
    found += [text[at:] for at in range(len(text))] if sounds != [text] else []
    count = len(sounds)
    found += ["".join(sounds[at:]) for at in range(max(1, count - 1 + (count == 2)))]  # noqa: PLR2004
    initials = "".join(sound[0] for sound in sounds)
    found += [initials[at:] for at in range(count - 1)]
    return list(dict.fromkeys(token[:120] for token in found if token))

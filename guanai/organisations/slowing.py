"""How long a sign-in waits after wrong tries, and what a device is called. No Django here.

Nobody is ever locked out: whoever guesses is slowed in a lane of his own, which is an account seen
from one address. A device from which the account was signed in before has a lane to itself, so
nobody elsewhere can get in its way.
"""

from __future__ import annotations

FREE, FREE_KNOWN = 5, 10  # wrong tries without a wait, from an address and from a known device
LONGEST, LONGEST_KNOWN = 300, 60  # seconds
FIRE = 50  # wrong tries in a day at one account or from one address: no free ones any more
MEMORY = 24 * 3600  # seconds after which wrong tries are forgotten

BROWSERS = {
    "MicroMessenger": "微信",
    "DingTalk": "钉钉",
    "Edg": "Edge",
    "HuaweiBrowser": "华为浏览器",
    "MiuiBrowser": "小米浏览器",
    "Firefox": "Firefox",
    "Chrome": "Chrome",
    "Safari": "Safari",
}
SYSTEMS = {
    "OpenHarmony": "HarmonyOS",
    "Android": "Android",
    "iPhone": "iPhone",
    "iPad": "iPad",
    "Windows": "Windows",
    "Mac OS": "Mac",
    "Linux": "Linux",
}


def pause(failures: int, *, known: bool, under_fire: bool) -> int:
    """Seconds from the last wrong try to the next that is looked at."""
    free = FREE_KNOWN if known else 1 if under_fire else FREE
    if failures < free:
        return 0
    longest = LONGEST_KNOWN if known else LONGEST
    return min(5 << min(failures - free, 10), longest)


def device(agent: str) -> str:
    """“Chrome · Windows” of a User-Agent header; “” if it says neither."""
    named = (
        next((name for mark, name in marks.items() if mark in agent), "")
        for marks in (BROWSERS, SYSTEMS)
    )
    return " · ".join(filter(None, named))

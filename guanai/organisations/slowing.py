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

BROWSERS = ("MicroMessenger", "DingTalk", "Edg", "Firefox", "Chrome", "Safari")
SYSTEMS = ("OpenHarmony", "Android", "iPhone", "iPad", "Windows", "Mac OS", "Linux")
CALLED = {"MicroMessenger": "微信", "DingTalk": "钉钉", "Edg": "Edge", "Mac OS": "Mac"}


def pause(failures: int, *, known: bool, under_fire: bool) -> int:
    """Seconds from the last wrong try to the next that is looked at."""
    free = FREE_KNOWN if known else 1 if under_fire else FREE
    if failures < free:
        return 0
    longest = LONGEST_KNOWN if known else LONGEST
    return min(5 << min(failures - free, 10), longest)


def device(agent: str) -> str:
    """“Chrome · Windows” of a User-Agent header; “” if it says neither."""
    marks = (next((mark for mark in many if mark in agent), "") for many in (BROWSERS, SYSTEMS))
    return " · ".join(CALLED.get(mark, mark) for mark in marks if mark)

"""The demo: the fictional county 云岭县, the same for everybody on the same day.

Everybody in it is invented: ID numbers under the unassigned code 539901, phones 1990000xxxx.
"""

CODE = "539901000000"
PASSWORD = "guanai-demo"  # noqa: S105 - of the demo's accounts, printed on start, loopback only

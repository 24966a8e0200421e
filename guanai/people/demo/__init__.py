"""The demo: the fictional county 云岭县, the same for everybody on the same day.

Everybody in it is invented: ID numbers under the unassigned code 539901, phones 1990000xxxx.
"""

from guanai.people.demo.filling import CODE, PASSWORD, fill_county, fill_people

__all__ = ["CODE", "PASSWORD", "fill_county", "fill_people"]

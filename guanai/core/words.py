"""The type of texts that are shown: as they are, or translated when somebody looks."""

from typing import TYPE_CHECKING

from django.utils.functional import Promise

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise as StrOrPromise  # noqa: PLC0414 - given on
else:
    StrOrPromise = str | Promise

"""The one backend: sign-in by allauth, permission from current posts."""

from __future__ import annotations

from allauth.account.auth_backends import AuthenticationBackend
from django.db.models import Model

from guanai.organisations.models import User


class PostBackend(AuthenticationBackend):  # type: ignore[misc]
    """Verbs come from the roles of today's posts; rows are narrowed by `visible_to` before."""

    def has_perm(self, user_obj: object, perm: str, obj: Model | None = None) -> bool:
        if not (isinstance(user_obj, User) and user_obj.is_active and perm in user_obj.verbs):
            return False
        if obj is None or ".view_" in perm:
            return True
        # A row seen by many may be kept by few: such a model says by whom, or its file does.
        says = obj if hasattr(obj, "open_to_change") else getattr(obj, "person", None)
        keeper = getattr(says, "open_to_change", None)
        return keeper is None or bool(keeper(user_obj))

"""Sessions in a table of our own: each row knows whose it is, on which device and since when.

What a session holds is sealed under the session key, for it may hold the secret of a second factor
that is being set up. It ends when nobody used it for a while, and at last some hours after sign-in.
"""

from __future__ import annotations

import base64
import datetime as dt
import json
import time
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore as DatabaseStore
from django.utils import timezone
from django.utils.crypto import salted_hmac

from guanai.core.crypto import Sealer, Unreadable
from guanai.core.uid import new_uid
from guanai.organisations.models import Session, User

MINUTE = dt.timedelta(minutes=1)  # between two notes that a session is in use


@lru_cache(maxsize=1)
def _sealer() -> Sealer:
    return Sealer(salted_hmac("guanai.session", "seal", algorithm="sha256").digest())


class SessionStore(DatabaseStore):
    """`seen` and `lacks_factor` stand in the row alone: noting them rewrites no session data."""

    seen: dt.datetime | None = None
    lacks_factor = False

    @classmethod
    def get_model_class(cls) -> type[Session]:
        from guanai.organisations.models import Session

        return Session

    def encode(self, session_dict: dict[str, Any]) -> str:
        sealed = _sealer().seal(json.dumps(session_dict), "session")
        return base64.b64encode(sealed).decode()

    def decode(self, session_data: str | bytes) -> dict[str, Any]:
        try:
            text = _sealer().open(base64.b64decode(session_data), "session")
        except (Unreadable, ValueError):  # of an older version, or another session key
            return {}
        held: dict[str, Any] = json.loads(text)
        return held

    def begin(self, user: User, device: str) -> None:
        """Somebody has just signed in."""
        self["began"], self["uid"] = int(time.time()), str(new_uid())
        self["at_work"] = bool(user.current_posts)
        self["device"], self["limits"] = device, settings.SESSION_LIMITS[user.reaches_wide]
        self.lacks_factor = user.lacks_factor()

    def note_use(self, user: User) -> None:
        """Once a minute: it is in use, and whether the user's role has come to need a factor."""
        now = timezone.now()
        if self.lacks_factor or self.seen is None or now - self.seen >= MINUTE:
            self.lacks_factor, self.seen = user.lacks_factor(), now
            rows: Any = self.model.objects
            rows.filter(pk=self.session_key).update(
                seen=now, expire_date=self.get_expiry_date(), lacks_factor=self.lacks_factor
            )

    @property
    def idle(self) -> int:
        """Seconds without use after which it ends."""
        limit: int = self.get("limits", settings.SESSION_LIMITS[False])[0]
        return limit

    def get_session_cookie_age(self) -> int:
        """Seconds from now to its end."""
        most = self.get("limits", settings.SESSION_LIMITS[False])[1]
        now = int(time.time())
        left: int = self.get("began", now) + most - now
        return min(self.idle, left)

    def cycle_key(self) -> None:
        self.pop("uid", None)  # for a moment there are two rows
        super().cycle_key()

    def _get_session_from_db(self) -> Any:
        row = super()._get_session_from_db()  # type: ignore[misc]
        if row is not None:
            self.seen, self.lacks_factor = row.seen, row.lacks_factor
        return row

    def create_model_instance(self, data: dict[str, Any]) -> Any:
        if SESSION_KEY in data:
            data.setdefault("began", int(time.time()))
            data.setdefault("uid", str(new_uid()))
        row: Any = super().create_model_instance(data)
        row.user_id, row.device = data.get(SESSION_KEY), data.get("device", "")
        row.uid = data.get("uid") or new_uid()
        row.began = dt.datetime.fromtimestamp(data.get("began", time.time()), dt.UTC)
        row.seen, row.lacks_factor = timezone.now(), self.lacks_factor
        return row

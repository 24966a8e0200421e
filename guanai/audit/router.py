"""On SQLite the log of readings has a database file of its own, so that looking never waits."""

from __future__ import annotations

from typing import Any

from django.conf import settings


class ReadLogRouter:
    def _apart(self, model_name: str | None, app_label: str) -> bool:
        apart = app_label == "audit" and model_name in {"reading", "readingseal"}
        return apart and "reads" in settings.DATABASES

    def db_for_read(self, model: Any, **_: Any) -> str | None:
        apart = self._apart(model._meta.model_name, model._meta.app_label)
        return "reads" if apart else None

    db_for_write = db_for_read

    def allow_migrate(
        self, db: str, app_label: str, model_name: str | None = None, **_: Any
    ) -> bool | None:
        if self._apart(model_name, app_label):
            return db == "reads"
        return False if db == "reads" else None

"""Changes of the tables that a killed process leaves done and noted, or not begun."""

from __future__ import annotations

from typing import Any

from django.db.migrations import executor


class MigrationExecutor(executor.MigrationExecutor):
    """Django notes a migration after its transaction whenever indexes or keys are made at its end:
    killed between, the tables are there and the next start makes them again. Here they are made,
    and the migration is noted, before the transaction ends."""

    def apply_migration(
        self, state: Any, migration: Any, fake: bool = False, fake_initial: bool = False
    ) -> Any:
        if fake or fake_initial:
            return super().apply_migration(state, migration, fake, fake_initial)
        with self.connection.schema_editor(atomic=migration.atomic) as editor:
            state = migration.apply(state, editor)
            while editor.deferred_sql:
                editor.execute(editor.deferred_sql.pop(0), None)
            self.record_migration(migration)  # type: ignore[call-arg]  # its stub is of before 5.2
        return state

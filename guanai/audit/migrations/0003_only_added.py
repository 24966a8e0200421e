"""From the first seal on the database itself refuses to change or remove a row of the log; a row is
removed only while a seal stands open for it (guanai/audit/keeping.py)."""

from django.db import migrations

SAID = "rows of the audit are only ever added"
SQLITE = [
    """CREATE TRIGGER {table}_unchanged BEFORE UPDATE ON {table}
    WHEN EXISTS (SELECT 1 FROM {table}seal) BEGIN SELECT RAISE(ABORT, '{said}'); END""",
    """CREATE TRIGGER {table}_kept BEFORE DELETE ON {table} WHEN EXISTS (SELECT 1 FROM {table}seal)
    AND NOT EXISTS (SELECT 1 FROM {table}seal WHERE "open")
    BEGIN SELECT RAISE(ABORT, '{said}'); END""",
]
POSTGRESQL = [
    """CREATE OR REPLACE FUNCTION {table}_kept() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
      IF NOT EXISTS (SELECT 1 FROM {table}seal) THEN RETURN COALESCE(NEW, OLD); END IF;
      IF TG_OP = 'DELETE' AND EXISTS (SELECT 1 FROM {table}seal WHERE "open") THEN RETURN OLD;
      END IF;
      RAISE EXCEPTION '{said}';
    END $$""",
    """CREATE TRIGGER {table}_kept BEFORE UPDATE OR DELETE ON {table}
    FOR EACH ROW EXECUTE FUNCTION {table}_kept()""",
]
DROP_SQLITE = ["DROP TRIGGER {table}_unchanged", "DROP TRIGGER {table}_kept"]
DROP_POSTGRESQL = ["DROP FUNCTION {table}_kept CASCADE"]


def run(name, sqlite, postgresql):
    def statements(_apps, editor):
        for text in sqlite if editor.connection.vendor == "sqlite" else postgresql:
            editor.execute(text.format(table=f"audit_{name}", said=SAID))

    return statements


class Migration(migrations.Migration):
    dependencies = [("audit", "0002_trust")]

    operations = [
        migrations.RunPython(
            run(name, SQLITE, POSTGRESQL),
            run(name, DROP_SQLITE, DROP_POSTGRESQL),
            hints={"model_name": name},
        )
        for name in ("entry", "reading")
    ]

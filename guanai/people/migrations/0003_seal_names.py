"""Names of uploaded files stood readable in 0.1.0, and files are called 王小明.xlsx."""

import json

from django.db import migrations

from guanai.core.crypto import vault

NAMING = ("files", "notices", "ignored")


def seal(apps, schema_editor):
    for row in apps.get_model("people", "Import").objects.iterator():
        error = row.error or {}
        told = {word: row.counts.pop(word) for word in NAMING if word in row.counts}
        told |= {"files": told.get("files") or [row.file_name]}
        told |= {"fault": {name: said for name, said in error.items() if name != "code"}}
        row.error = {"code": error["code"]} if error else None
        said = json.dumps(told, ensure_ascii=False)
        row.file_name = vault().sealer(row.sealed_key).seal(said, "import.told").hex()
        row.save()


class Migration(migrations.Migration):
    dependencies = [("people", "0002_trust")]
    operations = [migrations.RunPython(seal)]

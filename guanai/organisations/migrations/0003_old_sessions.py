"""The sessions of 0.1.0 lie in Django's table, unsealed; everybody signs in anew after the upgrade."""

from django.db import migrations


def remove(apps, schema_editor):
    apps.get_model("sessions", "Session").objects.all().delete()


class Migration(migrations.Migration):
    dependencies = [("organisations", "0002_trust"), ("sessions", "0001_initial")]
    operations = [migrations.RunPython(remove, migrations.RunPython.noop)]

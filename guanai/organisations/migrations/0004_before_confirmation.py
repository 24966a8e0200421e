"""Posts and codes of version 0.1.0, which knew no second person, go on as they are."""

from datetime import timedelta
from typing import Any

from django.db import migrations
from django.utils import timezone

CODE_DAYS = 7


def carry_over(apps: Any, _schema: Any) -> None:
    consents = apps.get_model("organisations", "Consent").objects
    posts = apps.get_model("organisations", "Post").objects.select_related("organisation")
    consents.bulk_create(
        consents.model(post=post, kind=post.organisation.kind, path=post.organisation.path)
        for post in posts.filter(consent=None)
    )
    codes = apps.get_model("organisations", "User").objects.filter(password_is_temporary=True)
    codes.update(code_until=timezone.now() + timedelta(days=CODE_DAYS))


class Migration(migrations.Migration):
    dependencies = [("organisations", "0003_old_sessions")]
    operations = [migrations.RunPython(carry_over, migrations.RunPython.noop)]

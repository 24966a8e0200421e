"""Before a checked ID number may stand in one file only: the first file keeps it as checked. The
pair is proposed as one person, so that somebody looks at it."""

from __future__ import annotations

from typing import Any

from django.db import migrations
from django.db.models import Count, Min


def keep_first(apps: Any, _schema: Any) -> None:
    identities = apps.get_model("people", "Identity").objects
    proposals = apps.get_model("people", "DuplicateProposal").objects
    checked = identities.filter(checked=True)
    often = checked.values("exact").annotate(first=Min("pk"), files=Count("pk")).filter(files__gt=1)
    for exact, first in list(often.values_list("exact", "first")):
        keeper = identities.get(pk=first).person_id
        for other in checked.filter(exact=exact).exclude(pk=first):
            identities.filter(pk=other.pk).update(checked=False)
            left, right = sorted((keeper, other.person_id))
            if left != right:
                told = {"probability": 1.0, "reasons": ["same_id"]}
                proposals.get_or_create(left_id=left, right_id=right, defaults=told)


class Migration(migrations.Migration):
    dependencies = [("people", "0001_initial")]
    operations = [migrations.RunPython(keep_first, migrations.RunPython.noop)]

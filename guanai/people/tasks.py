"""Background jobs: shallow, by key, safe to run twice."""

from __future__ import annotations

import subprocess
import sys

from django.conf import settings
from django_tasks import task


@task()
def work_on_import(key: int) -> None:
    """The next step of an import, in a child process."""
    subprocess.run(  # noqa: S603 - our own program
        [sys.executable, "-m", "guanai.people.importing", str(key)],
        cwd=settings.BASE_DIR,
        check=False,
    )


@task()
def evaluate_import(key: int) -> None:
    """Who counts as what among those whom an import brought."""
    from guanai.people.evaluating import evaluate_import
    from guanai.people.models import Import

    evaluate_import(Import.objects.get(pk=key))


@task()
def evaluate_everybody() -> None:
    """After a definition got other numbers."""
    from guanai.people.evaluating import evaluate_all

    evaluate_all()


@task()
def link_person(key: int) -> None:
    """Who else a person may be for whom a file was opened."""
    from guanai.people.linking.likely import link
    from guanai.people.models import Person

    link(Person.objects.get(pk=key))


@task()
def advance(key: int) -> None:
    """The steps of a school year or of a change of school."""
    from guanai.people.models import Advance

    Advance.objects.select_related("by").get(pk=key).go_on()

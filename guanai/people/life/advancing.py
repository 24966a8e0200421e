"""Does the steps of a school year or of a change of school, or takes them back."""

from __future__ import annotations

from functools import partial

from django.db import transaction

from guanai.core.chunks import chunks
from guanai.core.locks import again
from guanai.core.pace import breathe
from guanai.people.life.telling import tell_all
from guanai.people.models import Advance, AdvanceStep, Person
from guanai.people.models.advances import AT_ONCE


def advance(act: Advance) -> None:
    """Nothing if nothing is left to do."""
    forth = act.state == "working"
    if not act.is_busy:
        return
    left = act.steps.filter(state="") if forth else act.steps.done()
    for keys in chunks(list(left.values_list("pk", flat=True)), AT_ONCE):
        again(partial(_some, act, keys, forth=forth))
        breathe()
    with transaction.atomic():
        act.state = "done" if forth else "undone"
        act.save(update_fields=["state"])
        if not forth:
            _take_posts_back(act)


@transaction.atomic
def _some(act: Advance, keys: list[int], *, forth: bool) -> None:
    wanted = "" if forth else "done"
    steps = list(
        AdvanceStep.objects.filter(pk__in=keys, state=wanted).select_related("before", "after")
    )
    people = Person.objects.select_for_update(no_key=True).in_bulk([s.person_id for s in steps])
    told = []
    for step in steps:
        person = people[step.person_id]
        step.advance = act
        for row in filter(None, (step.before, step.after)):
            row.person = person
        values = step.apply(person) if forth else step.turn_back(person)
        step.state = "kept" if values is None else "done" if forth else "undone"
        if values:
            told.append((person, values))
    AdvanceStep.objects.bulk_update(steps, ["state", "after"])
    tell_all(told, "schooling.advance" if forth else "schooling.turn_back", by=act.by)


def _take_posts_back(act: Advance) -> None:
    from guanai.organisations.models import Post

    held = Post.objects.select_related("organisation")
    found = held.in_bulk([key for pair in act.posts for key in pair])
    for new, before in act.posts:
        if {new, before} <= found.keys():
            found[new].come_back(found[before], by=act.by)

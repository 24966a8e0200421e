"""Saves small changes of people until a file is there, then prints the milliseconds of each."""

from __future__ import annotations

import json
import random
import time
from pathlib import Path

from guanai.organisations.models import User
from guanai.people.models import Person

PAUSE = 0.1  # seconds between two saves
OFFICE = "minzheng"


def main(stop: str) -> None:
    user, rng = User.objects.get(username=OFFICE), random.Random(7)  # noqa: S311
    people = list(Person.objects.visible_to(user).filter(lines__group="child")[:200])
    took: list[float] = []
    while not Path(stop).exists():
        person = rng.choice(people)
        begin = time.perf_counter()
        facts = {"details.interests": f"画画 {len(took)}"}
        person.change(facts, base_version=person.version, by=user)
        took.append((time.perf_counter() - begin) * 1000)
        time.sleep(PAUSE)
    print(json.dumps(took))

"""python -m bench [NAMES …] [--big] [--rows N] [--people N] [--on DATABASE]

Prints the machine and a Markdown table: work, size, figure, bar, processor time, and what stands
beside it. Works in temporary homes only. Without names: everything that takes less than a quarter
of an hour on two quiet cores; --big adds pages at 1,000,000 people.
"""

from __future__ import annotations

import argparse
import datetime as dt
import os
from collections.abc import Callable, Iterator

from bench import homes, measuring
from bench.measuring import Figure

Work = Callable[[argparse.Namespace, str], Iterator[Figure]]
ROWS, PEOPLE, BIG = (10_000, 100_000), 100_000, 1_000_000
BASELINE_ROWS = 10_000


def imports(options: argparse.Namespace, database: str) -> Iterator[Figure]:
    from bench import importing

    for count in options.rows:
        yield from importing.measure(database, count)


def baselines(options: argparse.Namespace, database: str) -> Iterator[Figure]:
    from bench import importing

    yield from importing.baselines(database, min(BASELINE_ROWS, *options.rows))


def pages(options: argparse.Namespace, database: str) -> Iterator[Figure]:
    for people in options.people:
        with homes.fresh(database) as environment:
            spent = measuring.run(environment, "bench.child", "filling", str(people))
            size = f"{people:,} people"
            yield Figure("filling a home by drafts", size, database, spent.wall, "s",
                         busy=spent.busy)  # fmt: skip
            yield from measuring.ask(environment, "bench.child", "pages")


def audit(options: argparse.Namespace, database: str) -> Iterator[Figure]:
    for people in options.people:
        with homes.fresh(database) as environment:
            measuring.run(environment, "bench.child", "filling", str(people))
            yield from measuring.ask(environment, "bench.child", "auditing")


def documents(_options: argparse.Namespace, database: str) -> Iterator[Figure]:
    if database == homes.DATABASES[0]:  # the same on both
        with homes.county(database) as environment:
            yield from measuring.ask(environment, "bench.child", "documents")


def serving(_options: argparse.Namespace, database: str) -> Iterator[Figure]:
    from bench import serving as server

    yield from server.measure(database)


def keys(options: argparse.Namespace, database: str) -> Iterator[Figure]:
    from bench import keys as county_key

    yield from county_key.measure(database, min(options.rows), min(options.people))


def duplicates(options: argparse.Namespace, database: str) -> Iterator[Figure]:
    from bench import duplicates as search

    for people in options.people:
        yield from search.measure(database, people)


WORKS: dict[str, Work] = {
    "import": imports,
    "baselines": baselines,
    "pages": pages,
    "audit": audit,
    "documents": documents,
    "serving": serving,
    "keys": keys,
    "duplicates": duplicates,
}


def parsed() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="bench", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(WORKS))
    parser.add_argument("--big", action="store_true", help=f"pages at {BIG:,} people as well")
    parser.add_argument("--rows", type=int, nargs="*", default=ROWS, help="of the rosters")
    parser.add_argument("--people", type=int, nargs="*", default=[PEOPLE], help="in the registry")
    parser.add_argument("--on", choices=homes.DATABASES, help="only on this database")
    options = parser.parse_args()
    if unknown := set(options.names) - set(WORKS):
        parser.error(f"unknown: {', '.join(unknown)}; there are {', '.join(WORKS)}")
    if options.big:
        options.people = [*options.people, BIG]
    return options


def main() -> None:
    options = parsed()
    with homes.temporary() as home:  # of this process, which only writes rosters
        os.environ["GUANAI_HOME"] = str(home)
        os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
        import django

        django.setup()
        load = ", ".join(f"{value:.1f}" for value in os.getloadavg())
        print(f"{measuring.machine()}; {dt.datetime.now(dt.UTC):%Y-%m-%d}; load {load}\n")
        print(measuring.HEAD, flush=True)
        for name in options.names or WORKS:
            for database in [options.on] if options.on else homes.DATABASES:
                for figure in WORKS[name](options, database):
                    print(figure.line(), flush=True)


if __name__ == "__main__":
    main()

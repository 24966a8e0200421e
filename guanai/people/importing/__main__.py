"""python -m guanai.people.importing KEY: one step in a child process, which gives its memory back
by ending. With --build: the builder beside a writer (importing.building)."""

import os
import sys
from contextlib import ExitStack

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    import django

    django.setup()
    from guanai.core.logs import tell

    sys.excepthook = tell
    if sys.argv[1:] == ["--build"]:
        from guanai.people.importing.building import serve

        serve(sys.stdin.buffer, sys.stdout.buffer)
        sys.exit()
    from guanai.people.importing.tidying import recover
    from guanai.people.importing.work import work

    with ExitStack() as each:
        for argument in sys.argv[1:]:
            each.callback(work, int(argument))
        recover()  # what cannot go on stops nothing else

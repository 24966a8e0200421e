"""python -m guanai.people.importing KEY: one step in a child process, which gives its memory back
by ending."""

import os
import sys

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    import django

    django.setup()
    from guanai.people.importing.publishing import recover
    from guanai.people.importing.work import work

    recover()
    for argument in sys.argv[1:]:
        work(int(argument))

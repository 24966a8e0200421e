"""python -m bench.child NAME [ARGUMENTS …]: calls bench.NAME.main in a process that has Django set
up for the home in its environment; it tells figures on its standard output."""

import sys
from importlib import import_module

import django

if __name__ == "__main__":
    django.setup()
    import_module(f"bench.{sys.argv[1]}").main(*sys.argv[2:])

"""One person, one file: which records and files seem to describe the same person.

`model` says what speaks for and against it, `finding` compares many on DuckDB, `records` brings the
registry there, `search` looks through all of it, `likely` asks before a new file, `wording` tells
the reasons. A find is a proposal: a person decides.
"""

"""From a roster file to live files: read, find duplicates, assemble families, publish, undo.

`Import` carries the verbs; these modules are the process behind them.
"""

"""Two files of one person become one, and two again: docs/decisions/0021-merging.md."""

"""A whole home in one zip: every table as PostgreSQL's COPY text, and the files.

The format is the same from both databases, so that a county moves from SQLite to PostgreSQL by
backup and restore. The county's key is never in it.
"""

from guanai.core.backup.load import load
from guanai.core.backup.write import write

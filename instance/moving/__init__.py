"""From SQLite to PostgreSQL: every row, compared afterwards.

What was copied is committed in batches with how far it came, in tables of its own in PostgreSQL
that go at the end; an interrupted move goes on there. The SQLite file is read and never written.
A file beside it says that it was moved, and no server starts on it as long as that is there.
"""


class MoveRefused(Exception):
    """The SQLite file is as it was. Names tables, columns and ids, never what a row holds."""

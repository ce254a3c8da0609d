"""One check that is taken out, and the test that has to notice."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Removal:
    """`taken_out` stands once in `file`; `instead` takes its place.

    `noticed_by`: the node id of the test that has to fail then, on `database`.
    """

    threat: str
    what: str
    file: str
    taken_out: str
    instead: str
    noticed_by: str
    database: str = "sqlite"

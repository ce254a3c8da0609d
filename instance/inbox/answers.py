"""What a peer reads of its POST: a status, and when to come again."""

from typing import NamedTuple

from instance.errors import Conflict, Unavailable, status_of

_A_MINUTE = 60  # limits count minutes, and so long a fetch that failed has


class Answer(NamedTuple):
    """`retry_after_seconds` is said with 429 and 503."""

    status: int
    retry_after_seconds: int = _A_MINUTE


ACCEPTED = Answer(202)


def of_refusal(error: Exception) -> Answer:
    wait = error.retry_after_seconds if isinstance(error, Unavailable) else _A_MINUTE
    # An event that is illegal in a consult's state is 409 to people here, 403 on the wire.
    return Answer(403 if isinstance(error, Conflict) else status_of(error), wait)

"""What a peer reads of its POST: a status, and when to come again."""

from datetime import UTC, datetime
from math import ceil
from typing import NamedTuple

from federation.errors import KeyNotYet
from instance.errors import Conflict, TooMany, Unavailable, status_of

_LONGEST = 3600  # what a peer waits at most (federation.md 12)
_A_MINUTE = 60  # limits count minutes


class Answer(NamedTuple):
    """`retry_after_seconds` is said with 429 and 503."""

    status: int
    retry_after_seconds: int = _A_MINUTE


ACCEPTED = Answer(202)


def of_refusal(error: Exception) -> Answer:
    wait = _A_MINUTE
    if isinstance(error, TooMany | Unavailable):
        wait = min(error.retry_after_seconds, _LONGEST)
    elif isinstance(error, KeyNotYet) and error.again_at is not None:
        wait = max(1, ceil((error.again_at - datetime.now(UTC)).total_seconds()))
    # An event that is illegal in a consult's state is 409 to people here, 403 on the wire.
    return Answer(403 if isinstance(error, Conflict) else status_of(error), wait)

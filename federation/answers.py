"""What a peer's answer must be before anything in it is read.

Source: F-DOC-4; threats T15 (uploads served as documents), T30 (compressed bombs).
"""

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, NoReturn
from urllib.parse import urlsplit

from federation import documents
from federation.errors import FederationError, FetchFailed
from federation.messages import Response

MAX_BYTES = 1024 * 1024

_MAY_HELP_LATER = frozenset({408, 425, 429})


def refuse(url: str, what: str, *, permanent: bool = True, status: int | None = None) -> NoReturn:
    """FetchFailed; the message says `what` about the host and nothing of the path."""
    host = urlsplit(url).netloc
    raise FetchFailed(f"{host} {what}", permanent=permanent, status=status, host=host)


def usable(response: Response, most: int = MAX_BYTES) -> Response:
    """The answer, if it is a 200 of at most `most` bytes and sent as it is. Else FetchFailed."""
    if response.status != 200:
        permanent = response.status < 500 and response.status not in _MAY_HELP_LATER
        what = f"answered {response.status}"
        refuse(response.url, what, permanent=permanent, status=response.status)
    if response.headers.get("content-encoding", "identity").lower() != "identity":
        refuse(response.url, "answered in an encoding nobody asked for")
    if len(response.body) > most:
        refuse(response.url, "answered too much")
    return response


def activity_in(response: Response) -> dict[str, Any]:
    if not documents.is_activity_type(response.headers.get("content-type")):
        refuse(response.url, "answered something that is not ActivityStreams")
    return _object_in(response)


def json_in(response: Response) -> dict[str, Any]:
    kind = response.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/json" and not kind.endswith("+json"):
        refuse(response.url, "answered something that is not JSON")
    return _object_in(response)


def date_of(response: Response) -> datetime | None:
    """When the answer was sent, by the clock of who sent it."""
    try:
        at = parsedate_to_datetime(response.headers.get("date", ""))
    except (ValueError, TypeError):
        return None
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def _object_in(response: Response) -> dict[str, Any]:
    try:
        return documents.loads(response.body, limit=MAX_BYTES)
    except FederationError as error:
        refuse(response.url, f"answered: {error}", status=200)

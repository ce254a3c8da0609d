"""What a peer, or a request to one, did wrong. Facts only: which HTTP status follows is decided
by the instance. Messages hold ids, hosts and types, never content.
"""

from datetime import datetime

_LONGEST = 200


class FederationError(Exception):
    """The root of everything this package raises on purpose.

    What a peer composed may be part of `message`: no character of it ends a line or hides one.
    """

    def __init__(self, message: str = "") -> None:
        super().__init__(printable(message))


def printable(text: str) -> str:
    """One line that shows every character it has; not longer than an id and some words."""
    text = text[:_LONGEST]
    if text.isprintable():
        return text
    return text.encode("unicode_escape").decode("ascii")


class Malformed(FederationError):
    """Not a document, id or key we read: the sender has to change it, trying again is useless."""


class TooLarge(FederationError):
    """More bytes than F-DOC-1 allows."""


class UnsupportedMedia(FederationError):
    """Not an ActivityStreams media type, or an encoded body."""


class SignatureRefused(FederationError):
    """The request is not proven to come from whom it names: missing, broken, stale or forged."""


class ProofRefused(SignatureRefused):
    """The FEP-8b32 proof inside a document is wrong."""


class KeyUnavailable(SignatureRefused):
    """The key a signature names could not be had, now or for good."""


class KeyNotYet(KeyUnavailable):
    """It may be had later: nobody was asked for it, or nobody was there who could answer.

    `again_at`: nobody is asked before; None where that is not known.
    """

    def __init__(self, message: str = "", *, again_at: datetime | None = None) -> None:
        super().__init__(message)
        self.again_at = again_at


class HostBlocked(FederationError):
    """The host is blocked here. Raised before anything of it is fetched."""


class NotAllowed(FederationError):
    """We know who speaks, and that one may not do this."""


class Impersonation(NotAllowed):
    """A verified `signer` sent as `claimed`, an actor elsewhere, what is not to be handed on (T01).

    `activity_id` is what the sender calls it.
    """

    def __init__(self, message: str, *, signer: str, claimed: str, activity_id: str) -> None:
        super().__init__(message)
        self.signer, self.claimed, self.activity_id = signer, claimed, activity_id


class OriginMismatch(NotAllowed):
    """One origin spoke for another."""


class FetchFailed(FederationError):
    """A request of ours got no usable answer.

    `permanent`: trying again cannot help. `status`: what the peer answered, None if nothing.
    `host`: who was asked in the end, where a redirect led, too; "" where the message alone says it.
    """

    def __init__(
        self, message: str, *, permanent: bool = False, status: int | None = None, host: str = ""
    ) -> None:
        super().__init__(message)
        self.host = host
        self.permanent = permanent
        self.status = status


class UnsafeAddress(FetchFailed):
    """The host is, or resolves to, an address we never connect to (F-DOC-4)."""

    def __init__(self, message: str) -> None:
        super().__init__(message, permanent=True)

"""What can go wrong for a person or a peer, and the one table that turns it into an answer."""

from collections.abc import Mapping, Sequence
from typing import Any

from federation import errors as federation


class CurbsideError(Exception):
    """A refusal a person may read. `shown` is safe to show; `code` is stable for clients."""

    status = 500
    code = "failed"
    shown = "Something went wrong on this server. What you wrote is kept."

    def __init__(self, shown: str | None = None) -> None:
        super().__init__(self.code)
        if shown:
            self.shown = shown


class BadSettings(CurbsideError):
    """The environment does not describe a server. `problems` are lines for the operator."""

    code = "bad_settings"

    def __init__(self, problems: Sequence[str]) -> None:
        super().__init__("These settings need a correction:\n  " + "\n  ".join(problems))
        self.problems = problems


class NotFound(CurbsideError):
    """Unknown or not for this reader: the same answer, so that nobody learns which."""

    status, code = 404, "not_found"
    shown = "There is nothing here, or it is not open to you."


class SignInRequired(CurbsideError):
    status, code = 401, "sign_in_required"
    shown = "Sign in to go on."


class SignatureRequired(CurbsideError):
    """A server asked without a signature that holds, and has to sign here (federation.md 9.3)."""

    status, code = 401, "signature_required"
    shown = "Other servers have to sign what they ask for here."


class NotAllowed(CurbsideError):
    """Known and visible to this person, but not theirs to do."""

    status, code = 403, "not_allowed"
    shown = "Your standing does not allow this."


class Conflict(CurbsideError):
    """The thing changed before the action arrived (domain.md 3.3: 409, version unchanged)."""

    status, code = 409, "conflict"
    shown = "This changed before your action arrived."


class TooMany(CurbsideError):
    status, code = 429, "too_many"
    shown = "Too many tries. Wait 15 minutes."

    def __init__(self, shown: str | None = None, *, retry_after_seconds: int = 900) -> None:
        super().__init__(shown)
        self.retry_after_seconds = retry_after_seconds


class Unavailable(CurbsideError):
    """What is needed to decide is not here yet: asking again in a minute may help."""

    status, code = 503, "unavailable"
    shown = "This cannot be checked at the moment. Try again in a minute."

    def __init__(self, shown: str | None = None, *, retry_after_seconds: int = 60) -> None:
        super().__init__(shown)
        self.retry_after_seconds = retry_after_seconds


class FormRefused(CurbsideError):
    """Some fields cannot be taken as they are. `fields`: field name -> sentence to show."""

    status, code = 422, "form_refused"
    shown = "There is a problem."

    def __init__(self, fields: Mapping[str, str]) -> None:
        super().__init__()
        self.fields = dict(fields)


class SignOnRefused(CurbsideError):
    """The hospital's own sign-in opens nothing. `reason` and `problem`, where there is one: keys
    of `sign_on_words.REFUSALS` and `PROBLEMS`."""

    status, code = 403, "sign_on_refused"
    shown = "Your hospital's sign-in did not let you in."

    def __init__(self, reason: str, problem: str = "") -> None:
        super().__init__()
        self.reason, self.problem = reason, problem


class UserRequired(CurbsideError):
    """An application asked for itself for what only somebody's own can be."""

    status, code = 422, "user_required"
    shown = "This method requires an authenticated user"


class ClientRefused(CurbsideError):
    """An application that asks for a member's yes is not who it says: nobody is sent to it."""

    status, code = 400, "client_refused"
    shown = "This application is not known here. Start again in the application."


class OAuthRefused(CurbsideError):
    """An application does not get what it asked for. `code`: as RFC 6749 calls why.

    `redirect_to`: where the member's browser brings it the answer, if anywhere.
    """

    status, code = 400, "invalid_request"

    def __init__(self, code: str, shown: str, *, status: int = 400, redirect_to: str = "") -> None:
        super().__init__(shown)
        self.code, self.status, self.redirect_to = code, status, redirect_to


class AudienceViolation(CurbsideError):
    """A consult was about to leave its audience (F-CON-2). Nothing goes to anybody."""

    status, code = 500, "audience"
    shown = "This would have left the hospitals chosen for it, so it was not sent. It is kept."

    def __init__(self, rule: str) -> None:
        """`rule`: rule id and ids of things, for the audit and the log."""
        super().__init__()
        self.rule = rule

    def __str__(self) -> str:
        return self.rule


class TrustRefused(CurbsideError):
    """A change to a peer's trust that the rules of federation.md 11 do not have."""

    status, code = 409, "trust"
    shown = "This hospital's state does not allow that step."


# Most specific first: the first class that fits decides.
FEDERATION_STATUS: Sequence[tuple[type[federation.FederationError], int]] = (
    (federation.TooLarge, 413),
    (federation.UnsupportedMedia, 415),
    (federation.Malformed, 400),
    (federation.KeyNotYet, 503),
    (federation.SignatureRefused, 401),
    (federation.HostBlocked, 403),
    (federation.NotAllowed, 403),
)


def status_of(error: Exception) -> int:
    """The HTTP status for an error of ours; 500 for one that is not."""
    if isinstance(error, CurbsideError):
        return error.status
    return next((s for kind, s in FEDERATION_STATUS if isinstance(error, kind)), 500)


def problem(status: int, code: str) -> dict[str, Any]:
    """RFC 9457 body for peers: says what kind of refusal, echoes nothing of the input."""
    return {"type": "about:blank", "status": status, "title": code.replace("_", " ")}

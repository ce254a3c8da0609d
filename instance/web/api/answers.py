"""What every answer to an application has: JSON, who may read it, how often it may ask, and what
went wrong in words (mastodon-api.md 2)."""

from datetime import UTC, datetime
from typing import Any

import orjson
from quart import Response, g
from quart.wrappers.base import BaseRequestWebsocket
from werkzeug.exceptions import HTTPException

from instance.errors import (
    CurbsideError,
    FormRefused,
    NotFound,
    OAuthRefused,
    SignInRequired,
    TooMany,
    Unavailable,
)
from instance.web.api import rates
from instance.web.security_headers import add_missing

JSON = "application/json; charset=utf-8"
INVALID_TOKEN = "The access token is invalid"  # noqa: S105
NOT_FOUND = "Record not found"
OUTSIDE = "This action is outside the authorized scopes"
_OTHERS = ("/oauth/token", "/oauth/revoke", "/oauth/userinfo")
_METADATA = "/.well-known/oauth-authorization-server"
_CORS = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Allow-Methods": "GET, POST, PUT, PATCH, DELETE, OPTIONS",
    "Access-Control-Allow-Headers": "Authorization, Content-Type, Idempotency-Key",
    "Access-Control-Expose-Headers": (
        "Link, X-RateLimit-Limit, X-RateLimit-Remaining, X-RateLimit-Reset, X-Request-Id"
    ),
    "Access-Control-Max-Age": "86400",
}
_ALWAYS = {**_CORS, "Cache-Control": "private, no-store"}
_SENTENCES = {
    400: "This could not be read",
    404: NOT_FOUND,
    408: "This came too slowly",
    413: "This is too large",
    415: "This cannot be read here",
    429: "Too many requests",
}
_CODES = {"can't be blank": "ERR_BLANK", "is too long": "ERR_TOO_LONG"}


def is_api(incoming: BaseRequestWebsocket) -> bool:
    """Whether an application asks: no cookie counts there, and every answer is JSON."""
    path = incoming.path
    return path.startswith("/api/") or path.rstrip("/") in (*_OTHERS, _METADATA)


def may_be_asked(incoming: BaseRequestWebsocket) -> bool:
    """Whether a page of elsewhere may ask: then its browser asks first whether it may."""
    return is_api(incoming) or incoming.path.startswith(("/.well-known/", "/nodeinfo/"))


def answer(document: Any, status: int = 200) -> Response:
    return written(orjson.dumps(document), status)


def written(body: bytes, status: int = 200) -> Response:
    """Of JSON."""
    return Response(body, status, content_type=JSON)


def preflight() -> Response:
    """What a browser asks before a page of elsewhere may ask us."""
    return Response("", 204, headers=_CORS)


def finish(response: Response) -> None:
    """Headers of every answer, refusals too. What somebody signed in reads is kept nowhere."""
    response.headers["Vary"] = "Authorization, Origin"
    more = _ALWAYS
    counted: rates.Counted | None = g.get("rate")
    if counted is not None:
        more = {
            **_ALWAYS,
            "X-RateLimit-Limit": str(counted.limit),
            "X-RateLimit-Remaining": str(counted.remaining),
            "X-RateLimit-Reset": _moment(counted.resets_at),
        }
    add_missing(response.headers, more)


def of_error(error: Exception) -> Response:
    """A refusal in words; the same for what is private and what never was."""
    if isinstance(error, OAuthRefused):
        return problem(error.status, error.code, error_description=error.shown)
    if isinstance(error, FormRefused):
        return _validation(error)
    if isinstance(error, CurbsideError):
        return _of_ours(error)
    code = error.code if isinstance(error, HTTPException) and error.code else 500
    code = 404 if code == 405 else code
    return problem(code, _SENTENCES.get(code, "Something went wrong on this server"))


def problem(status: int, text: str, **more: Any) -> Response:
    return answer({"error": text, **more}, status)


def words(error: CurbsideError) -> str:
    """What is said of a refusal."""
    if isinstance(error, FormRefused):
        said = ", ".join(f"{_name(field)} {text}" for field, text in error.fields.items())
        return f"Validation failed: {said}"
    return NOT_FOUND if isinstance(error, NotFound) else error.shown


def _of_ours(error: CurbsideError) -> Response:
    response = problem(error.status, words(error))
    if isinstance(error, SignInRequired):
        response.headers["WWW-Authenticate"] = 'Bearer realm="Curbside", error="invalid_token"'
    if isinstance(error, TooMany | Unavailable):
        response.headers["Retry-After"] = str(error.retry_after_seconds)
    return response


def _validation(error: FormRefused) -> Response:
    details = {
        field: [{"error": _code(text), "description": text}] for field, text in error.fields.items()
    }
    return problem(422, words(error), details=details)


def _name(field: str) -> str:
    return field.replace("_", " ").capitalize()


def _code(text: str) -> str:
    return next((code for words, code in _CODES.items() if text.startswith(words)), "ERR_INVALID")


def _moment(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")

"""The cookies: who is signed in, and a visitor's form token. And CSRF, which hangs on them.

The session cookie holds a random token whose hash is in the table; the form token is derived from
it, so it ends with the session. A visitor gets a random cookie of no meaning for the sign-in form.
Who knew the password has one until the second step is done; a browser that signed in before and is
not shared has one that lives on (`services.throttle`).
"""

import hashlib
import hmac
import secrets
from datetime import timedelta
from functools import lru_cache
from typing import Any
from urllib.parse import urlsplit

from quart import Request, g, request
from werkzeug.exceptions import BadRequest
from werkzeug.sansio.response import Response

from instance import config
from instance.errors import NotAllowed
from instance.services import throttle
from instance.services.throttle import Source
from instance.web import uploads
from instance.web.requests import network

_FORM_TOKEN = b"curbside form token"
_TOKEN_MOST = 60
_EXPIRED_FORM = "This form is too old. Open the page anew and send it again."


def session_cookie() -> str:
    """Its name. In development the port is in it: cookies ignore ports (federation.md 14)."""
    return _name("session")


def set_session(response: Response, token: str) -> None:
    _set(response, session_cookie(), token)
    for kind in ("visitor", "step", "join"):
        response.delete_cookie(_name(kind), path="/", secure=_is_secure())


def set_step(response: Response, token: str) -> None:
    _set(response, _name("step"), token)


def step_token() -> str:
    return request.cookies.get(_name("step"), "")


def set_joining(response: Response, token: str) -> None:
    """By which somebody who is invited is known until they have an account."""
    _set(response, _name("join"), token)


def joining_token() -> str:
    return request.cookies.get(_name("join"), "")


def set_sign_on(response: Response, token: str) -> None:
    """What a browser carries to the hospital's own sign-in and back, or then to the form to join.

    Coming back from another site it is sent along: Lax, and the way back is a GET.
    """
    _set(response, _name("sign-on"), token)


def sign_on_token() -> str:
    return request.cookies.get(_name("sign-on"), "")


def clear_sign_on(response: Response) -> None:
    response.delete_cookie(_name("sign-on"), path="/", secure=_is_secure())


def set_browser(response: Response, token: str) -> None:
    _set(response, _name("browser"), token, throttle.KNOWN_FOR)


def source(incoming: Request) -> Source:
    """Where a try to sign in comes from."""
    return Source(network(incoming), incoming.cookies.get(_name("browser"), "")[:_TOKEN_MOST])


def clear_session(response: Response) -> None:
    response.delete_cookie(session_cookie(), path="/", secure=_is_secure())


def session_token() -> str | None:
    return request.cookies.get(session_cookie())


def form_token() -> str:
    """The token to print into every form of this page."""
    secret = session_token() if g.get("member") is not None else _visitor()
    return _derive(secret or _visitor())


def keep_visitor(response: Response) -> None:
    """Send a visitor's new cookie along with the page that holds their form token."""
    if "new_visitor" in g:
        _set(response, _name("visitor"), g.new_visitor)


async def require_form_token(incoming: Request) -> None:
    """Every POST of a person: same origin, and the token of their own form (T68).

    Raises NotAllowed; what was typed is still in their browser. BadRequest for a character that
    no text of ours can hold (PostgreSQL refuses it), so that no form meets it later; and for a
    form with files where we take none.
    """
    if not is_same_origin(incoming):
        raise NotAllowed("This form came from another site and was not sent.")
    if incoming.mimetype == "multipart/form-data" and not uploads.takes_files(incoming):
        raise BadRequest
    secret = session_token() if g.get("member") is not None else None
    secret = secret or incoming.cookies.get(_name("visitor"))
    form = await incoming.form
    if any("\0" in name + value for name, value in form.items(multi=True)):
        raise BadRequest
    sent = form.get("csrf_token", "")
    if secret is None or not hmac.compare_digest(sent.encode(), _derive(secret).encode()):
        raise NotAllowed(_EXPIRED_FORM)


def is_same_origin(incoming: Request) -> bool:
    """By Origin where it is sent, else by Sec-Fetch-Site; browsers send one of them with a POST."""
    origin = incoming.headers.get("Origin")
    if origin is not None:
        return origin == config.current().origin
    return incoming.headers.get("Sec-Fetch-Site", "same-origin") == "same-origin"


def _visitor() -> str:
    known = request.cookies.get(_name("visitor"), "")
    if not known and "new_visitor" not in g:
        g.new_visitor = secrets.token_urlsafe(24)
    return known or str(g.new_visitor)


def _derive(secret: str) -> str:
    return hmac.new(secret.encode(), _FORM_TOKEN, hashlib.sha256).hexdigest()


def _name(kind: str) -> str:
    settings = config.current()
    return _named(kind, settings.origin) if settings.is_development else f"__Host-{kind}"


@lru_cache(maxsize=64)
def _named(kind: str, origin: str) -> str:
    return f"{kind}-{urlsplit(origin).port}"


def _is_secure() -> bool:
    return not config.current().is_development


def _set(response: Response, name: str, value: str, lives: timedelta | None = None) -> None:
    flags: dict[str, Any] = {"httponly": True, "secure": _is_secure(), "samesite": "Lax"}
    response.set_cookie(name, value, max_age=lives, path="/", **flags)

"""Who may call a route. Every route carries one of these; a test fails for one that does not."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from functools import wraps
from typing import Concatenate, ParamSpec, TypeVar

from quart import g, request

from federation import authentication
from federation.authentication import Level, Reader
from federation.errors import FederationError, HostBlocked
from instance import config
from instance.errors import NotFound
from instance.models import Member
from instance.outbox import remote, trust
from instance.web import sessions
from instance.web.requests import signed_request

P = ParamSpec("P")
R = TypeVar("R")
View = Callable[P, Awaitable[R]]


def public(view: View[P, R]) -> View[P, R]:
    """Anybody. A form still has to come from our own page (T68)."""

    @wraps(view)
    async def guarded(*args: P.args, **kwargs: P.kwargs) -> R:
        if request.method == "POST":
            await sessions.require_form_token(request)
        return await view(*args, **kwargs)

    return _mark(guarded, "public")


def member(view: Callable[Concatenate[Member, P], Awaitable[R]]) -> View[P, R]:
    """A signed-in member, given to the view; for visitors the page does not exist (404)."""

    @wraps(view)
    async def guarded(*args: P.args, **kwargs: P.kwargs) -> R:
        signed_in = current_member()
        if signed_in is None:
            raise NotFound
        if request.method == "POST":
            await sessions.require_form_token(request)
        return await view(signed_in, *args, **kwargs)

    return _mark(guarded, "member")


def trusted(view: Callable[Concatenate[Reader, P], Awaitable[R]]) -> View[P, R]:
    """A GET signed by a trusted peer; for everybody else there is nothing (404)."""

    @wraps(view)
    async def guarded(*args: P.args, **kwargs: P.kwargs) -> R:
        reader = await signed_reader()
        if reader is None or reader.level is not Level.TRUSTED:
            raise NotFound
        return await view(reader, *args, **kwargs)

    return _mark(guarded, "trusted")


def current_member() -> Member | None:
    found: Member | None = g.get("member")
    return found


async def signed_reader() -> Reader | None:
    """Who signed this GET; None without a signature or with one that does not hold.

    A blocked host finds nothing here, public or not (federation.md 11).
    """
    if "signature" not in request.headers:
        return None
    try:
        return await authentication.authenticate_reader(
            await signed_request(request),
            site=config.current().site,
            trust=trust.DatabaseTrust(),
            keys=remote.directory(),
            now=datetime.now(UTC),
        )
    except HostBlocked as error:
        raise NotFound from error
    except FederationError:
        return None


def _mark(view: View[P, R], guard: str) -> View[P, R]:
    view.__guard__ = guard  # type: ignore[attr-defined]
    return view

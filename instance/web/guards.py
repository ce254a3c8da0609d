"""Who may call a route. Every route carries one of these; a test fails for one that does not."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from functools import wraps
from typing import Concatenate, ParamSpec, TypeVar, cast

from quart import g, redirect, request
from quart.typing import ResponseReturnValue

from federation import authentication
from federation.authentication import Level, Reader
from federation.errors import FederationError, HostBlocked
from instance import config
from instance.errors import (
    NotAllowed,
    NotFound,
    SignatureRequired,
    SignInRequired,
    UserRequired,
)
from instance.models import Member
from instance.outbox import remote, trust
from instance.services import duties, keeping, second_factors
from instance.services.duties import Duty
from instance.services.tokens import Caller
from instance.web import sessions
from instance.web.api import answers, calling
from instance.web.requests import signed_request, wants_activity

P = ParamSpec("P")
R = TypeVar("R")
View = Callable[P, Awaitable[R]]
MemberView = Callable[Concatenate[Member, P], Awaitable[R]]

NO_SECOND_FACTOR = (
    "Consults need a second step at sign-in. Set it up under Account, Security, then send this "
    "again."
)


def public(view: View[P, R]) -> View[P, R]:
    """Anybody. A form still has to come from our own page (T68).

    What a page is to people is a document to servers, for whom `document` holds.
    """

    @wraps(view)
    async def guarded(*args: P.args, **kwargs: P.kwargs) -> R:
        if request.method == "POST":
            await sessions.require_form_token(request)
        elif wants_activity(request):
            await _require_signature()
        return await view(*args, **kwargs)

    return _mark(guarded, "public")


def document(view: View[P, R]) -> View[P, R]:
    """A public document for servers, whatever they accept: where the operator wants it, for those
    who sign (9.3). A blocked server's signature finds nothing."""

    @wraps(view)
    async def guarded(*args: P.args, **kwargs: P.kwargs) -> R:
        await _require_signature()
        return await view(*args, **kwargs)

    return _mark(guarded, "document")


def unsigned(view: View[P, R]) -> View[P, R]:
    """Anybody, always: what a server must read before it can sign to us or check a signature, and
    what an administrator published for all."""
    return _mark(view, "unsigned")


def member(view: MemberView[P, R]) -> View[P, R]:
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


def reader(view: MemberView[P, ResponseReturnValue]) -> View[P, ResponseReturnValue]:
    """A member, for whatever shows or changes consults: with a second factor where it is demanded.

    Who has none is led to where it is set up, before anything is looked for (T66).
    """

    return _mark(member(_secured(view)), "reader")


def moderator(view: MemberView[P, R]) -> View[P, R]:
    """A member who keeps a channel of ours; for everybody else the page does not exist (T72)."""
    return _for_some(view, _keeps_channels, "moderator")


def on_duty(duty: Duty) -> Callable[[MemberView[P, R]], View[P, R]]:
    """A member whose role has this duty (`services.duties`); nobody else learns of the page."""

    async def may(signed_in: Member) -> bool:
        return duties.may(signed_in, duty)

    def guard(view: MemberView[P, R]) -> View[P, R]:
        return _for_some(view, may, "on_duty")

    return guard


def keeps_safe(view: MemberView[P, ResponseReturnValue]) -> View[P, ResponseReturnValue]:
    """A member who may read for patient safety what they take no part in: as a `reader`."""
    return on_duty(Duty.SAFETY)(_secured(view))


def _secured(view: MemberView[P, ResponseReturnValue]) -> MemberView[P, ResponseReturnValue]:

    @wraps(view)
    async def secured(signed_in: Member, *args: P.args, **kwargs: P.kwargs) -> ResponseReturnValue:
        if not second_factors.is_missing(signed_in):
            return await view(signed_in, *args, **kwargs)
        if request.method == "POST":
            raise NotAllowed(NO_SECOND_FACTOR)  # with what was typed, to copy
        if request.blueprint == "streaming":
            raise NotFound
        return redirect("/account/security?for=consults")

    return cast(MemberView[P, ResponseReturnValue], secured)


def admin(view: MemberView[P, R]) -> View[P, R]:
    """A member who looks after dealings with other hospitals."""
    return on_duty(Duty.HOSPITALS)(view)


def administrator(view: MemberView[P, R]) -> View[P, R]:
    """Whoever has a page under Administration."""
    return _for_some(view, administers, "administrator")


def _for_some(
    view: MemberView[P, R],
    may: Callable[[Member], Awaitable[bool]],
    guard: str,
) -> View[P, R]:

    @wraps(view)
    async def guarded(*args: P.args, **kwargs: P.kwargs) -> R:
        signed_in = current_member()
        if signed_in is None or not await may(signed_in):
            raise NotFound
        if request.method == "POST":
            await sessions.require_form_token(request)
        return await view(signed_in, *args, **kwargs)

    return _mark(guarded, guard)


async def _keeps_channels(signed_in: Member) -> bool:
    return bool(await keeping.of(signed_in))


async def administers(signed_in: Member) -> bool:
    return bool(duties.of(signed_in)) or await _keeps_channels(signed_in)


def client(
    *scopes: str,
) -> Callable[[Callable[Concatenate[Caller, P], Awaitable[R]]], View[P, R]]:
    """An application that acts for a member and holds one of these scopes, by its token alone."""

    def guard(view: Callable[Concatenate[Caller, P], Awaitable[R]]) -> View[P, R]:
        @wraps(view)
        async def guarded(*args: P.args, **kwargs: P.kwargs) -> R:
            caller = await calling.caller()
            if caller is None:
                raise SignInRequired(answers.INVALID_TOKEN)
            if caller.actor is None:
                raise UserRequired
            if not caller.may(*scopes):
                raise NotAllowed(answers.OUTSIDE)
            return await view(caller, *args, **kwargs)

        return _mark(guarded, "client", scopes)

    return guard


def any_client(
    *scopes: str,
) -> Callable[[Callable[Concatenate[Caller | None, P], Awaitable[R]]], View[P, R]]:
    """Anybody, for what is public; who acts for a member holds one of these scopes, if any."""

    def guard(view: Callable[Concatenate[Caller | None, P], Awaitable[R]]) -> View[P, R]:
        @wraps(view)
        async def guarded(*args: P.args, **kwargs: P.kwargs) -> R:
            caller = await calling.caller()
            acts = caller is not None and caller.actor is not None
            if caller is not None and acts and scopes and not caller.may(*scopes):
                raise NotAllowed(answers.OUTSIDE)
            return await view(caller, *args, **kwargs)

        return _mark(guarded, "any_client", scopes)

    return guard


def listener(view: Callable[Concatenate[Caller, P], Awaitable[R]]) -> View[P, R]:
    """An application that acts for a member and opens a stream, on a socket or not. Which scopes
    it needs hangs on the stream (`web.api.streams`)."""

    @wraps(view)
    async def guarded(*args: P.args, **kwargs: P.kwargs) -> R:
        caller = await calling.listener()
        if caller is None:
            raise SignInRequired(answers.INVALID_TOKEN)
        if caller.actor is None:
            raise UserRequired
        return await view(caller, *args, **kwargs)

    return _mark(guarded, "listener")


def application(view: Callable[Concatenate[Caller, P], Awaitable[R]]) -> View[P, R]:
    """An application, whether it acts for somebody or for itself."""

    @wraps(view)
    async def guarded(*args: P.args, **kwargs: P.kwargs) -> R:
        caller = await calling.caller()
        if caller is None:
            raise SignInRequired(answers.INVALID_TOKEN)
        return await view(caller, *args, **kwargs)

    return _mark(guarded, "application")


def trusted(view: Callable[Concatenate[Reader, P], Awaitable[R]]) -> View[P, R]:
    """A GET signed by a trusted peer; for everybody else there is nothing (404)."""

    @wraps(view)
    async def guarded(*args: P.args, **kwargs: P.kwargs) -> R:
        reader = await signed_reader()
        if reader is None or reader.level is not Level.TRUSTED:
            raise NotFound
        return await view(reader, *args, **kwargs)

    return _mark(guarded, "trusted")


def partner(view: Callable[Concatenate[Reader, P], Awaitable[R]]) -> View[P, R]:
    """As `trusted`; and a partner in whom trust rests because we came from a backup, by the key
    that people compared: it may have come from one, too, and each waits for the other."""

    @wraps(view)
    async def guarded(*args: P.args, **kwargs: P.kwargs) -> R:
        reader = await signed_reader()
        if reader is None or reader.level is not Level.TRUSTED:
            reader = await _awaited_reader()
        return await view(reader, *args, **kwargs)

    return _mark(guarded, "partner")


def current_member() -> Member | None:
    found: Member | None = g.get("member")
    return found


async def signed_reader() -> Reader | None:
    """Who signed this GET; None without a signature or with one that does not hold.

    A blocked host finds nothing here, public or not (federation.md 11). Checked once a request.
    """
    if "reader" not in g:
        g.reader = await _verified_reader()
    found: Reader | None = g.reader
    return found


async def _require_signature() -> None:
    reader = await signed_reader()  # before any look-up: T49
    if reader is None and config.current().asks_for_signatures:
        raise SignatureRequired


async def _awaited_reader() -> Reader:
    try:
        reader = await authentication.authenticate_reader(
            await signed_request(request),
            site=config.current().site,
            trust=trust.Awaited(),
            keys=remote.Pinned(),
            now=datetime.now(UTC),
        )
    except FederationError as error:
        raise NotFound from error
    if reader.level is not Level.TRUSTED:
        raise NotFound
    return reader


async def _verified_reader() -> Reader | None:
    if "signature" not in request.headers:
        return None
    try:
        return await authentication.authenticate_reader(
            await signed_request(request),
            site=config.current().media_site if g.get("for_files") else config.current().site,
            trust=trust.DatabaseTrust(),
            keys=remote.directory(),
            now=datetime.now(UTC),
            public_document=True,  # F-SIG-6; who reads by such a signature is never TRUSTED
        )
    except HostBlocked as error:
        raise NotFound from error
    except FederationError:
        return None


def _mark(view: View[P, R], guard: str, scopes: tuple[str, ...] = ()) -> View[P, R]:
    view.__guard__ = guard  # type: ignore[attr-defined]
    view.__scopes__ = scopes  # type: ignore[attr-defined]
    return view

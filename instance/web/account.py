"""Signing in and out, and a member's own settings."""

from datetime import UTC, datetime, timedelta

from quart import Blueprint, g, make_response, redirect, request
from quart.typing import ResponseReturnValue

from instance.errors import SignInRequired, TooMany
from instance.models import Actor, Member, Session, Standing
from instance.outbox import standing
from instance.services import channels, members, signing_in
from instance.web import sessions, views
from instance.web.drawing import draw
from instance.web.guards import current_member, member, public
from instance.web.presenting import people
from instance.web.presenting.pages import surroundings
from instance.web.presenting.standing import shown_names
from instance.web.requests import network

blueprint = Blueprint("account", __name__)


@blueprint.get("/sign-in")
@public
async def show_sign_in() -> ResponseReturnValue:
    if current_member() is not None:
        return redirect("/")
    wanted = _local_path(request.args.get("next", ""))
    return draw(await _sign_in_page(next_path=wanted, problem="signed_out" if wanted else ""))


@blueprint.post("/sign-in")
@public
async def post_sign_in() -> ResponseReturnValue:
    form = await request.form
    login, wanted = form.get("login", ""), _local_path(form.get("next", ""))
    try:
        token = await signing_in.sign_in(
            login,
            form.get("password", ""),
            network=network(request),
            device=_device(request.headers.get("User-Agent", "")),
            shared=form.get("shared", "") == "yes",
        )
    except SignInRequired:
        return draw(await _sign_in_page(login, wanted, "refused"), 401)
    except TooMany as error:
        return await _draw_too_many(login, wanted, error)
    response = await make_response(redirect(wanted or "/"))
    sessions.set_session(response, token)
    return response


@blueprint.post("/sign-out")
@member
async def post_sign_out(signed_in: Member) -> ResponseReturnValue:
    await signing_in.end_session(signed_in, g.session.id)
    response = await make_response(redirect("/"))
    sessions.clear_session(response)
    return response


@blueprint.get("/account")
@member
async def show_account(signed_in: Member) -> ResponseReturnValue:
    around = await surroundings(signed_in, nav="account")
    actor = around.own[0]
    statement = await Standing.get_or_none(actor_id=actor.id)
    claims = standing.claims_of(signed_in)
    return draw(
        views.AccountPage(
            page=around.page,
            name=actor.name,
            handle=actor.handle,
            address=actor.address,
            email=signed_in.email,
            role=people.role_code(signed_in.role),
            standing=people.of_member(signed_in),
            may_ask=claims.may_take_part,
            may_answer=claims.may_answer,
            specialties=tuple(signed_in.specialties),
            identities=tuple(people.identity(own) for own in around.own),
            is_public=actor.discoverable,
            is_indexable=actor.indexable,
            findable=tuple(_findable(own) for own in around.own if not own.discoverable),
            checked_at=statement.valid_from if statement else None,
            valid_until=statement.valid_until if statement else None,
            sessions=tuple(_session(row) for row in await signing_in.sessions(signed_in)),
        )
    )


@blueprint.get("/account/standing")
@member
async def show_standing(signed_in: Member) -> ResponseReturnValue:
    """What other hospitals see of the member, name by name."""
    around = await surroundings(signed_in, nav="account")
    found = await shown_names(around.own, around.institutions)
    return draw(views.StandingPage(page=around.page, names=found))


@blueprint.post("/account/theme")
@member
async def post_theme(signed_in: Member) -> ResponseReturnValue:
    await members.set_theme(signed_in, (await request.form).get("theme", ""))
    return redirect("/account")


@blueprint.post("/account/profile")
@member
async def post_profile(signed_in: Member) -> ResponseReturnValue:
    """Open the first identity's profile to everyone, or close it."""
    actor = await members.speaking_as(signed_in)
    await members.set_public(actor, (await request.form).get("public", "") == "yes")
    return redirect("/account")


@blueprint.post("/account/indexing")
@member
async def post_indexing(signed_in: Member) -> ResponseReturnValue:
    actor = await members.speaking_as(signed_in)
    await members.set_indexable(actor, (await request.form).get("indexable", "") == "yes")
    return redirect("/account")


@blueprint.post("/account/invitations/<name:handle>")
@member
async def post_invitations(signed_in: Member, handle: str) -> ResponseReturnValue:
    """Let partner hospitals find one identity, or no longer; the others stay as they are."""
    actor = await members.speaking_as(signed_in, handle)
    await members.set_invitable(actor, (await request.form).get("allowed", "") == "yes")
    return redirect("/account")


@blueprint.post("/account/sessions/<int:session_id>/end")
@member
async def post_end_session(signed_in: Member, session_id: int) -> ResponseReturnValue:
    await signing_in.end_session(signed_in, session_id)
    return redirect("/account")


async def _sign_in_page(
    login: str = "",
    next_path: str = "",
    problem: str = "",
    locked_until: datetime | None = None,
) -> views.SignInPage:
    around = await surroundings(None)
    return views.SignInPage(
        page=around.page,
        login=login,
        next_path=next_path,
        problem=problem,  # type: ignore[arg-type]
        locked_until=locked_until,
        public_channels=len(await channels.ours()),
    )


async def _draw_too_many(login: str, wanted: str, error: TooMany) -> ResponseReturnValue:
    wait = timedelta(seconds=error.retry_after_seconds)
    problem = "locked" if wait >= timedelta(minutes=1) else "busy"
    page = await _sign_in_page(login, wanted, problem, datetime.now(UTC) + wait)
    response = await make_response(draw(page, error.status))
    response.headers["Retry-After"] = str(error.retry_after_seconds)
    return response


def _session(row: Session) -> views.Session:
    return views.Session(
        id=str(row.id),
        device=row.device,
        started_at=row.created_at,
        seen_at=row.seen_at,
        current=row.id == g.session.id,
    )


def _findable(actor: Actor) -> views.Findable:
    return views.Findable(
        handle=actor.handle,
        name=actor.name,
        address=actor.address,
        pseudonym=actor.is_pseudonym,
        allowed=actor.allows_invitations,
    )


def _local_path(path: str) -> str:
    """A path on this server, or nothing: `next` must not lead elsewhere (T42)."""
    is_local = path.startswith("/") and not path.startswith("//") and "\\" not in path
    return path if is_local and path.isprintable() and len(path) < 500 else ""


def _device(user_agent: str) -> str:
    """ "Firefox on Linux", for the list of sessions; nothing more of the header is kept."""
    browsers = (
        ("Edg/", "Edge"),
        ("Firefox/", "Firefox"),
        ("Chrome/", "Chrome"),
        ("Safari/", "Safari"),
    )
    systems = (
        ("Android", "Android"),
        ("iPhone", "iPhone"),
        ("iPad", "iPad"),
        ("Windows", "Windows"),
        ("Mac OS", "Mac"),
        ("Linux", "Linux"),
    )
    browser = next((name for mark, name in browsers if mark in user_agent), "A browser")
    system = next((name for mark, name in systems if mark in user_agent), "")
    return f"{browser} on {system}" if system else browser

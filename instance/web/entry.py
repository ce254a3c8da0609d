"""Signing in, in one step or two, and out."""

from collections.abc import Awaitable
from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode

from quart import Blueprint, current_app, g, make_response, redirect, request
from quart.typing import ResponseReturnValue, ResponseTypes

from instance import config
from instance.errors import SignInRequired, SignOnRefused, TooMany
from instance.models import Member, SignInStep
from instance.services import channels, passkeys, signing_in
from instance.services.signing_in import Entry, Opened
from instance.services.single_sign_on import flows, providers
from instance.web import sessions, views
from instance.web.drawing import draw
from instance.web.guards import current_member, member, public
from instance.web.presenting.pages import surroundings

blueprint = Blueprint("entry", __name__)

_NEXT_MOST = 4_000  # what an application asks stands in it
_BEGINNING = "enter"  # what a challenge of these pages is for, with their form token


@blueprint.get("/sign-in")
@public
async def show_sign_in() -> ResponseReturnValue:
    if current_member() is not None:
        return redirect("/")
    wanted = local_path(request.args.get("next", "")) or _came_from()
    return draw(await sign_in_page(next_path=wanted, problem="signed_out" if wanted else ""))


@blueprint.post("/sign-in")
@public
async def post_sign_in() -> ResponseReturnValue:
    form = await request.form
    login, wanted = form.get("login", ""), local_path(form.get("next", ""))
    entry = entry_of(form.get("shared", "") == "yes")
    trying = signing_in.sign_in(login, form.get("password", ""), entry)
    return await _enter(trying, login, wanted)


@blueprint.post("/sign-in/passkey")
@public
async def post_passkey() -> ResponseReturnValue:
    form = await request.form
    entry = entry_of(form.get("shared", "") == "yes")
    trying = signing_in.sign_in_with_passkey(form.get("answer", ""), _binding(), entry)
    return await _enter(trying, "", local_path(form.get("next", "")), "passkey")


@blueprint.get("/sign-in/code")
@public
async def show_step() -> ResponseReturnValue:
    wanted = local_path(request.args.get("next", ""))
    step = await signing_in.owed(sessions.step_token())
    if step is None:
        return redirect("/sign-in")
    return draw(await _step_page(step, wanted))


@blueprint.post("/sign-in/code")
@public
async def post_step() -> ResponseReturnValue:
    form = await request.form
    token, wanted = sessions.step_token(), local_path(form.get("next", ""))
    step = await signing_in.owed(token)
    if step is None:
        return draw(await sign_in_page("", wanted, "late"), 401)
    try:
        opened = await signing_in.finish(token, form.get("code", ""), sessions.source(request))
    except SignInRequired:
        return draw(await _step_page(step, wanted, "refused"), 401)
    except TooMany as error:
        return await draw_too_many(await _step_page(step, wanted, *locked(error)), error)
    return await let_in(opened, wanted)


@blueprint.post("/sign-out")
@member
async def post_sign_out(signed_in: Member) -> ResponseReturnValue:
    await signing_in.end_session(signed_in, g.session.id)
    # Who came from the hospital's own sign-in is still signed in there.
    response = await make_response(redirect("/signed-out" if g.session.is_single_sign_on else "/"))
    sessions.clear_session(response)
    return response


async def _enter(
    trying: Awaitable[Opened], login: str, wanted: str, refusal: str = "refused"
) -> ResponseReturnValue:
    try:
        opened = await trying
    except SignInRequired:
        return draw(await sign_in_page(login, wanted, refusal), 401)
    except TooMany as error:
        return await draw_too_many(await sign_in_page(login, wanted, *locked(error)), error)
    return await let_in(opened, wanted)


async def let_in(opened: Opened, wanted: str) -> ResponseTypes:
    """To the page that was asked for; to the second step where that is owed."""
    if not opened.session:
        query = f"?{urlencode({'next': wanted})}" if wanted else ""
        response = await make_response(redirect(f"/sign-in/code{query}"))
        sessions.set_step(response, opened.step)
        return response
    response = await make_response(redirect(wanted or "/"))
    sessions.set_session(response, opened.session)
    if opened.browser:
        sessions.set_browser(response, opened.browser)
    return response


async def sign_in_page(
    login: str = "",
    next_path: str = "",
    problem: str = "",
    locked_until: datetime | None = None,
    refused: SignOnRefused | None = None,
) -> views.SignInPage:
    around = await surroundings(None)
    provider = await providers.in_use()
    return views.SignInPage(
        page=around.page,
        login=login,
        next_path=next_path,
        problem=problem,  # type: ignore[arg-type]
        locked_until=locked_until,
        public_channels=len(await channels.ours()),
        passkey_options=passkeys.request(_binding()),
        has_sign_on=provider is not None,
        leads_to=flows.origin_of_form(provider) if provider else "",
        sign_on_refusal=refused.reason if refused else "",
        sign_on_problem=refused.problem if refused else "",
    )


async def _step_page(
    step: SignInStep, next_path: str, problem: str = "", locked_until: datetime | None = None
) -> views.SecondStepPage:
    around = await surroundings(None)
    return views.SecondStepPage(
        page=around.page,
        next_path=next_path,
        problem=problem,  # type: ignore[arg-type]
        locked_until=locked_until,
        shared=step.is_shared_computer,
        passkey_options=passkeys.request(_binding()),
    )


def locked(error: TooMany) -> tuple[str, datetime]:
    wait = timedelta(seconds=error.retry_after_seconds)
    return "locked" if wait >= timedelta(minutes=1) else "busy", datetime.now(UTC) + wait


async def draw_too_many(page: views.PageView, error: TooMany) -> ResponseReturnValue:
    response = await make_response(draw(page, error.status))
    response.headers["Retry-After"] = str(error.retry_after_seconds)
    return response


def entry_of(shared: bool, *, by_provider: bool = False, saw_second_step: bool = False) -> Entry:
    """Which browser this is."""
    device = _device(request.headers.get("User-Agent", ""))
    return Entry(sessions.source(request), device, shared, by_provider, saw_second_step)


def _binding() -> str:
    """A challenge is good for the browser it was drawn for: the form token hangs on its cookie."""
    return f"{_BEGINNING} {sessions.form_token()}"


def local_path(path: str) -> str:
    """A path on this server, or nothing: `next` must not lead elsewhere (T42)."""
    is_local = path.startswith("/") and not path.startswith("//") and "\\" not in path
    return path if is_local and path.isprintable() and len(path) <= _NEXT_MOST else ""


def _came_from() -> str:
    """The page on which Sign in was pressed, where it can be opened again. Browsers name it to our
    own pages alone; so it stands in no page, not even in one that is refused."""
    origin, referrer = config.current().origin, request.headers.get("Referer", "")
    if not referrer.startswith(f"{origin}/"):
        return ""
    path = local_path(referrer.removeprefix(origin))
    is_entry = path == "/" or path.startswith("/sign")
    adapter = current_app.create_url_adapter(request)
    can_be_opened = adapter is not None and adapter.test(path.partition("?")[0], method="GET")
    return path if can_be_opened and not is_entry else ""


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

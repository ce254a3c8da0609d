"""Joining by an invitation: the link, the code from the mailbox, the account, the second step.

The code of the link is in no address but the one that was mailed: it becomes a cookie at once, so
that no page is shown under it and nothing that a page loads or leads to is told it (T70).
"""

from quart import Blueprint, g, make_response, redirect, request
from quart.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict

from instance.errors import Conflict, FormRefused, NotFound
from instance.models import Member
from instance.services import first_run, joining, reauthentication, securing, signing_in
from instance.services.joining import Arrival, Wanted
from instance.web import sessions, views
from instance.web.drawing import draw
from instance.web.entry import entry_of
from instance.web.guards import current_member, member, public
from instance.web.presenting import joining as present
from instance.web.presenting.pages import surroundings

blueprint = Blueprint("joining", __name__)

_CODE_MOST = 100
_STEP, _DONE = "/join/second-step", "/join/done"


@blueprint.get("/join/<code>")
@public
async def take_link(code: str) -> ResponseReturnValue:
    """Looks nothing up: a filter that opens every link of a mail changes nothing."""
    response = await make_response(redirect("/join", 303))
    sessions.set_joining(response, code[:_CODE_MOST])
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["Cache-Control"] = "private, no-store"
    return response


@blueprint.get("/join")
@public
async def show_join() -> ResponseReturnValue:
    return await _page(await _arrival())


@blueprint.post("/join/code")
@public
async def post_send() -> ResponseReturnValue:
    arrival = await _arrival()
    if arrival is None:
        return await _page(None)
    await joining.send_code(arrival, sessions.source(request))
    return redirect("/join")


@blueprint.post("/join/confirm")
@public
async def post_confirm() -> ResponseReturnValue:
    arrival = await _arrival()
    if arrival is None:
        return await _page(None)
    code = (await request.form).get("code", "")
    try:
        token = await joining.confirm(arrival, code, sessions.source(request))
    except FormRefused as error:
        return await _page(arrival, error=error)
    response = await make_response(redirect("/join"))
    sessions.set_joining(response, token)
    return response


@blueprint.post("/join/account")
@public
async def post_account() -> ResponseReturnValue:
    arrival, form = await _arrival(), await request.form
    if arrival is None:
        return await _page(None)
    wanted = _wanted(form)
    try:
        opened = await joining.join(arrival, wanted, entry_of(form.get("shared", "") == "yes"))
    except FormRefused as error:
        return await _page(arrival, wanted, error)
    except Conflict:
        return await _page(None)
    response = await make_response(redirect(_STEP))
    sessions.set_session(response, opened.session)
    if opened.browser:
        sessions.set_browser(response, opened.browser)
    return response


@blueprint.get("/join/second-step")
@member
async def show_step(signed_in: Member) -> ResponseReturnValue:
    if not reauthentication.has_just_joined(g.session):
        return redirect("/account/security")
    draft = await securing.draft_app(signed_in)
    return draw(await present.step_page(signed_in, draft, _binding()))


@blueprint.post("/join/second-step/app")
@member
async def post_app(signed_in: Member) -> ResponseReturnValue:
    _require_just_joined()
    form, source = await request.form, sessions.source(request)
    draft = form.get("draft", "")
    try:
        codes = await securing.add_app(g.session, draft, "", form.get("code", ""), source)
    except FormRefused as error:
        same = await securing.draft_app(signed_in, draft)
        page = await present.step_page(signed_in, same, _binding(), errors=_errors(error))
        return draw(page, error.status)
    return await _secured(signed_in, codes)


@blueprint.post("/join/second-step/passkey")
@member
async def post_passkey(signed_in: Member) -> ResponseReturnValue:
    _require_just_joined()
    form, source = await request.form, sessions.source(request)
    name, answer = form.get("name", ""), form.get("answer", "")
    try:
        codes = await securing.add_passkey(g.session, name, answer, _binding(), "", source)
    except FormRefused as error:
        draft = await securing.draft_app(signed_in)
        page = await present.step_page(signed_in, draft, _binding(), name, _errors(error))
        return draw(page, error.status)
    return await _secured(signed_in, codes)


@blueprint.get("/join/done")
@member
async def show_done(signed_in: Member) -> ResponseReturnValue:
    return draw(await present.joined_page(signed_in))


async def _arrival() -> Arrival | None:
    token = sessions.joining_token()
    if not token or current_member() is not None:
        return None
    return await joining.arrive(token, sessions.source(request))


async def _page(
    arrival: Arrival | None, wanted: Wanted | None = None, error: FormRefused | None = None
) -> ResponseReturnValue:
    """One for every link that does not work, whatever is wrong with it (T64)."""
    page = await present.join_page(arrival, wanted, _errors(error) if error else ())
    status = error.status if error else 200
    response = await make_response(draw(page, 404 if page.stage == "gone" else status))
    response.headers["Cache-Control"] = "private, no-store"
    return response


async def _secured(signed_in: Member, codes: list[str]) -> ResponseReturnValue:
    """The recovery codes, once; under a new token (T67)."""
    around = await surroundings(signed_in)
    is_founding = bool(await first_run.steps_left(signed_in))
    next_url = "/set-up" if is_founding else _DONE
    page = views.RecoveryCodesPage(page=around.page, codes=tuple(codes), next_url=next_url)
    response = await make_response(draw(page))
    sessions.set_session(response, await signing_in.renew(g.session))
    return response


def _require_just_joined() -> None:
    if not reauthentication.has_just_joined(g.session):
        raise NotFound


def _wanted(form: MultiDict[str, str]) -> Wanted:
    fields = ("handle", "password", "pseudonym", "name", "profession")
    typed = {name: form.get(name, "") for name in fields}
    return Wanted(**typed, agrees=form.get("agrees") == "yes")


def _binding() -> str:
    return f"join {sessions.form_token()}"


def _errors(error: FormRefused) -> tuple[views.FieldError, ...]:
    return views.FieldError.all_of(error.fields)

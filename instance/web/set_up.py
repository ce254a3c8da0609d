"""`/set-up`: the first owner by the link that was printed, then six steps, in any order.

The code is in no other address than the printed one: it becomes a cookie at once (T70).
"""

from collections.abc import Awaitable

from quart import Blueprint, g, make_response, redirect, request
from quart.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict

from instance.errors import Conflict, CurbsideError, FormRefused, NotAllowed, NotFound
from instance.models import Member
from instance.services import first_run, password_rules
from instance.services.duties import Duty
from instance.services.members import NewMember
from instance.web import sessions, views
from instance.web.drawing import draw
from instance.web.entry import entry_of
from instance.web.guards import current_member, on_duty, public
from instance.web.presenting import set_up as present
from instance.web.presenting.pages import surroundings

blueprint = Blueprint("set_up", __name__)

HERE = "/set-up"
_CODE_MOST = 100


@blueprint.get("/set-up/<code>")
@public
async def take_link(code: str) -> ResponseReturnValue:
    response = await make_response(redirect(HERE, 303))
    sessions.set_joining(response, code[:_CODE_MOST])
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["Cache-Control"] = "private, no-store"
    return response


@blueprint.get("/set-up")
@public
async def show_set_up() -> ResponseReturnValue:
    signed_in = current_member()
    if signed_in is None:
        await _require_link()
        return await _owner_page(MultiDict())
    return await _steps(signed_in, request.args.get("step", ""))


@blueprint.post("/set-up/account")
@public
async def post_account() -> ResponseReturnValue:
    await _require_link()
    form = await request.form
    new = NewMember(
        email=form.get("email", ""),
        password=form.get("password", ""),
        handle=form.get("handle", "").strip().lower().removeprefix("@"),
        name=" ".join(form.get("name", "").split())[:100],
    )
    entry = entry_of(shared=False)
    try:
        opened = await first_run.become_owner(sessions.joining_token(), new, entry)
    except FormRefused as error:
        return await _owner_page(form, error)
    response = await make_response(redirect("/join/second-step"))
    sessions.set_session(response, opened.session)
    if opened.browser:
        sessions.set_browser(response, opened.browser)
    return response


@blueprint.post("/set-up/hospital")
@on_duty(Duty.SETTINGS)
async def post_hospital(signed_in: Member) -> ResponseReturnValue:
    form = await request.form
    return await _done(signed_in, "hospital", first_run.describe_hospital(signed_in, form))


@blueprint.post("/set-up/self-test")
@on_duty(Duty.SETTINGS)
async def post_test(signed_in: Member) -> ResponseReturnValue:
    is_well = await first_run.test(signed_in)
    return redirect(HERE if is_well else f"{HERE}?step=tested#tested")


@blueprint.post("/set-up/second")
@on_duty(Duty.SETTINGS)
async def post_second(signed_in: Member) -> ResponseReturnValue:
    address = (await request.form).get("email", "")
    return await _done(signed_in, "second", first_run.invite_second(signed_in, address))


@blueprint.post("/set-up/rules")
@on_duty(Duty.SETTINGS)
async def post_rules(signed_in: Member) -> ResponseReturnValue:
    form = await request.form
    agrees = form.get("agrees") == "yes"
    accepting = first_run.accept_rules(signed_in, form.get("rules", ""), agrees=agrees)
    return await _done(signed_in, "rules", accepting)


async def _done(signed_in: Member, step: str, work: Awaitable[None]) -> ResponseReturnValue:
    try:
        await work
    except (FormRefused, Conflict, NotAllowed) as error:
        return await _steps(signed_in, step, error, await request.form)
    return redirect(HERE)


async def _steps(
    signed_in: Member,
    step: str,
    error: CurbsideError | None = None,
    form: MultiDict[str, str] | None = None,
) -> ResponseReturnValue:
    page = await present.set_up_page(signed_in, step, error, form)
    if page is None:
        raise NotFound
    return draw(page, error.status if error is not None else 200)


async def _owner_page(
    form: MultiDict[str, str], error: FormRefused | None = None
) -> ResponseReturnValue:
    around = await surroundings(None)
    page = views.FirstOwnerPage(
        page=around.page,
        email=form.get("email", ""),
        name=form.get("name", ""),
        handle=form.get("handle", ""),
        shortest=password_rules.SHORTEST,
        errors=views.FieldError.all_of(error.fields if error else {}),
    )
    response = await make_response(draw(page, error.status if error else 200))
    response.headers["Cache-Control"] = "private, no-store"
    return response


async def _require_link() -> None:
    """Without one there is nothing here. Raises NotFound."""
    code = sessions.joining_token()
    if "member" in g or not code or not await first_run.is_open(code, sessions.source(request)):
        raise NotFound

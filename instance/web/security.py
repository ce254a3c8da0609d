"""How a member signs in: password, second step, passkeys, address, and where they are signed in.

After each change the browser gets its session under a new token (T67).
"""

from quart import Blueprint, g, make_response, redirect, request
from quart.typing import ResponseReturnValue

from instance.errors import FormRefused
from instance.models import Member, Passkey
from instance.services import (
    addresses,
    members,
    passkeys,
    password_rules,
    second_factors,
    securing,
    signing_in,
)
from instance.web import sessions, views
from instance.web.drawing import draw
from instance.web.guards import member
from instance.web.presenting.pages import surroundings
from instance.web.presenting.security import HERE, address_page, code_app_page, security_page
from instance.web.words.people import SECURITY_DONE

blueprint = Blueprint("security", __name__)


@blueprint.get("/account/security")
@member
async def show_security(signed_in: Member) -> ResponseReturnValue:
    done = request.args.get("done", "")
    return draw(
        await security_page(
            signed_in,
            for_consults=request.args.get("for") == "consults",
            done=done if done in SECURITY_DONE else "",
        )
    )


@blueprint.get("/account/security/password")
@member
async def show_password(signed_in: Member) -> ResponseReturnValue:
    return draw(await _password_page(signed_in))


@blueprint.post("/account/security/password")
@member
async def post_password(signed_in: Member) -> ResponseReturnValue:
    form = await request.form
    current, new = form.get("password", ""), form.get("new", "")
    try:
        await securing.change_password(g.session, current, new, sessions.source(request))
    except FormRefused as error:
        return draw(await _password_page(signed_in, _errors(error)), error.status)
    return await _changed("password")


@blueprint.get("/account/security/app")
@member
async def show_app(signed_in: Member) -> ResponseReturnValue:
    return draw(await code_app_page(signed_in, await securing.draft_app(signed_in)))


@blueprint.post("/account/security/app")
@member
async def post_app(signed_in: Member) -> ResponseReturnValue:
    form = await request.form
    draft, password, code = (form.get(name, "") for name in ("draft", "password", "code"))
    try:
        codes = await securing.add_app(g.session, draft, password, code, sessions.source(request))
    except FormRefused as error:
        same = await securing.draft_app(signed_in, draft)
        return draw(await code_app_page(signed_in, same, _errors(error)), error.status)
    return await _changed("app", codes)


@blueprint.get("/account/security/app/remove")
@member
async def show_remove_app(signed_in: Member) -> ResponseReturnValue:
    await securing.factor(signed_in, None)
    return draw(await _remove_page(signed_in, f"{HERE}/app/remove"))


@blueprint.post("/account/security/app/remove")
@member
async def post_remove_app(signed_in: Member) -> ResponseReturnValue:
    form = await request.form
    typed = form.get("password", ""), form.get("code", "")
    try:
        await securing.remove_app(g.session, *typed, sessions.source(request))
    except FormRefused as error:
        page = await _remove_page(signed_in, f"{HERE}/app/remove", errors=_errors(error))
        return draw(page, error.status)
    return await _changed("removed")


@blueprint.get("/account/security/passkeys/new")
@member
async def show_new_passkey(signed_in: Member) -> ResponseReturnValue:
    return draw(await _passkey_page(signed_in))


@blueprint.post("/account/security/passkeys/new")
@member
async def post_passkey(signed_in: Member) -> ResponseReturnValue:
    form = await request.form
    name, answer, password = (form.get(field, "") for field in ("name", "answer", "password"))
    source = sessions.source(request)
    try:
        codes = await securing.add_passkey(g.session, name, answer, _binding(), password, source)
    except FormRefused as error:
        return draw(await _passkey_page(signed_in, name, _errors(error)), error.status)
    return await _changed("passkey", codes)


@blueprint.get("/account/security/passkeys/<int:passkey_id>/remove")
@member
async def show_remove_passkey(signed_in: Member, passkey_id: int) -> ResponseReturnValue:
    return draw(await _remove_passkey_page(signed_in, passkey_id))


@blueprint.post("/account/security/passkeys/<int:passkey_id>/remove")
@member
async def post_remove_passkey(signed_in: Member, passkey_id: int) -> ResponseReturnValue:
    form = await request.form
    typed = form.get("password", ""), form.get("code", "")
    try:
        await securing.remove_passkey(g.session, passkey_id, *typed, sessions.source(request))
    except FormRefused as error:
        page = await _remove_passkey_page(signed_in, passkey_id, _errors(error))
        return draw(page, error.status)
    return await _changed("removed")


@blueprint.get("/account/security/recovery-codes")
@member
async def show_recovery_codes(signed_in: Member) -> ResponseReturnValue:
    return draw(await _codes_page(signed_in))


@blueprint.post("/account/security/recovery-codes")
@member
async def post_recovery_codes(signed_in: Member) -> ResponseReturnValue:
    password = (await request.form).get("password", "")
    try:
        codes = await securing.renew_recovery_codes(g.session, password, sessions.source(request))
    except FormRefused as error:
        return draw(await _codes_page(signed_in, errors=_errors(error)), error.status)
    return await _changed("app", codes)


@blueprint.get("/account/security/address")
@member
async def show_address(signed_in: Member) -> ResponseReturnValue:
    return draw(await address_page(signed_in))


@blueprint.post("/account/security/address")
@member
async def post_address(signed_in: Member) -> ResponseReturnValue:
    form = await request.form
    address, password = form.get("address", ""), form.get("password", "")
    try:
        await addresses.ask(g.session, address, password, sessions.source(request))
    except FormRefused as error:
        return draw(await address_page(signed_in, address, _errors(error)), error.status)
    return redirect(f"{HERE}/address")


@blueprint.post("/account/security/address/confirm")
@member
async def post_confirm_address(signed_in: Member) -> ResponseReturnValue:
    code = (await request.form).get("code", "")
    try:
        await addresses.confirm(g.session, code, sessions.source(request))
    except FormRefused as error:
        return draw(await address_page(signed_in, errors=_errors(error)), error.status)
    return await _changed("address")


@blueprint.post("/account/sessions/<int:session_id>/end")
@member
async def post_end_session(signed_in: Member, session_id: int) -> ResponseReturnValue:
    await signing_in.end_session(signed_in, session_id)
    return redirect("/" if session_id == g.session.id else HERE)


@blueprint.post("/account/sessions/end-others")
@member
async def post_end_others(signed_in: Member) -> ResponseReturnValue:
    await signing_in.end_others(g.session)
    return redirect(f"{HERE}?done=signed_out")


async def _changed(done: str, codes: list[str] | None = None) -> ResponseReturnValue:
    """Back to the page; or, once, to the recovery codes that were made."""
    answer: ResponseReturnValue = redirect(f"{HERE}?done={done}")
    if codes:
        answer = draw(await _codes_page(g.member, tuple(codes)))
    response = await make_response(answer)
    sessions.set_session(response, await signing_in.renew(g.session))
    return response


async def _password_page(
    signed_in: Member, errors: tuple[views.FieldError, ...] = ()
) -> views.PasswordPage:
    around = await surroundings(signed_in, nav="account", here=HERE)
    return views.PasswordPage(page=around.page, shortest=password_rules.SHORTEST, errors=errors)


async def _passkey_page(
    signed_in: Member, name: str = "", errors: tuple[views.FieldError, ...] = ()
) -> views.NewPasskeyPage:
    around = await surroundings(signed_in, nav="account", here=HERE)
    own = await members.speaking_as(signed_in)
    options = await passkeys.creation(signed_in, own.name, _binding())
    return views.NewPasskeyPage(page=around.page, options=options, name=name, errors=errors)


async def _remove_passkey_page(
    signed_in: Member, passkey_id: int, errors: tuple[views.FieldError, ...] = ()
) -> views.RemoveFactorPage:
    found = await securing.factor(signed_in, passkey_id)
    name = found.name if isinstance(found, Passkey) else ""
    return await _remove_page(signed_in, f"{HERE}/passkeys/{passkey_id}/remove", name, errors)


async def _remove_page(
    signed_in: Member, action: str, name: str = "", errors: tuple[views.FieldError, ...] = ()
) -> views.RemoveFactorPage:
    around = await surroundings(signed_in, nav="account", here=HERE)
    return views.RemoveFactorPage(page=around.page, action=action, name=name, errors=errors)


async def _codes_page(
    signed_in: Member, codes: tuple[str, ...] = (), errors: tuple[views.FieldError, ...] = ()
) -> views.RecoveryCodesPage:
    around = await surroundings(signed_in, nav="account", here=HERE)
    left = (await second_factors.of(signed_in)).codes_left
    return views.RecoveryCodesPage(page=around.page, codes=codes, left=left, errors=errors)


def _binding() -> str:
    """A challenge is good for this session: the form token hangs on it."""
    return f"add {sessions.form_token()}"


def _errors(error: FormRefused) -> tuple[views.FieldError, ...]:
    return views.FieldError.all_of(error.fields)

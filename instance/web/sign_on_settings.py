"""An owner names the provider of the hospital's own sign-in, tries it, and switches it on."""

from quart import Blueprint, redirect, request
from quart.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict

from instance.errors import FormRefused
from instance.models import Member
from instance.oidc import OidcRefused
from instance.services.duties import Duty
from instance.services.single_sign_on import providers
from instance.web import views
from instance.web.drawing import draw
from instance.web.guards import on_duty
from instance.web.presenting.pages import surroundings

blueprint = Blueprint("sign_on_settings", __name__)

HERE = "/admin/sso"


@blueprint.get(HERE)
@on_duty(Duty.SETTINGS)
async def show_sign_on(signed_in: Member) -> ResponseReturnValue:
    return draw(await _page(signed_in))


@blueprint.post(HERE)
@on_duty(Duty.SETTINGS)
async def post_sign_on(signed_in: Member) -> ResponseReturnValue:
    form = await request.form
    try:
        await providers.change(signed_in, form)
    except FormRefused as error:
        return draw(await _page(signed_in, typed=form, errors=error), error.status)
    return redirect(f"{HERE}?saved=yes")


@blueprint.post(f"{HERE}/check")
@on_duty(Duty.SETTINGS)
async def post_check(signed_in: Member) -> ResponseReturnValue:
    try:
        await providers.check()
    except OidcRefused as refused:
        return draw(await _page(signed_in, problem=refused.code))
    return redirect(f"{HERE}?tried=yes")


@blueprint.post(f"{HERE}/switch")
@on_duty(Duty.SETTINGS)
async def post_switch(signed_in: Member) -> ResponseReturnValue:
    is_on = (await request.form).get("is_on", "") == "yes"
    try:
        await providers.switch(signed_in, is_on=is_on)
    except OidcRefused as refused:
        return draw(await _page(signed_in, problem=refused.code))
    return redirect(HERE)


async def _page(
    signed_in: Member,
    problem: str = "",
    typed: MultiDict[str, str] | None = None,
    errors: FormRefused | None = None,
) -> views.SignOnSettingsPage:
    around = await surroundings(signed_in, nav="admin", here=HERE)
    row = await providers.named()
    values = dict(typed.items()) if typed is not None else providers.as_typed(row)
    return views.SignOnSettingsPage(
        page=around.page,
        redirect=providers.redirect(),
        issuer=values.get("issuer", ""),
        client_id=values.get("client_id", ""),
        scopes=values.get("scopes", ""),
        key_claim=values.get("key_claim", ""),
        email_claim=values.get("email_claim", ""),
        affiliation_claim=values.get("affiliation_claim", ""),
        affiliations=values.get("affiliations", ""),
        factors=values.get("factors", ""),
        is_named=row is not None,
        has_secret=row is not None,
        is_on=row is not None and row.is_on,
        checked_at=row.keys_at if row is not None and row.keys else None,
        keys=len(row.keys or []) if row is not None else 0,
        saved=request.args.get("saved") == "yes",
        tried=request.args.get("tried") == "yes",
        problem=problem,
        errors=views.FieldError.all_of(errors.fields) if errors else (),
    )

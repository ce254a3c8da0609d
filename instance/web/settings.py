"""What owners decide while the server runs: see it, with its effect, and change it."""

from quart import Blueprint, redirect, request
from quart.typing import ResponseReturnValue

from instance.errors import FormRefused
from instance.models import Member
from instance.services import settings
from instance.services.duties import Duty
from instance.web import views
from instance.web.drawing import draw
from instance.web.guards import on_duty
from instance.web.presenting.pages import surroundings

blueprint = Blueprint("settings", __name__)


@blueprint.get("/admin/settings")
@on_duty(Duty.SETTINGS)
async def show_settings(signed_in: Member) -> ResponseReturnValue:
    return draw(await _page(signed_in, await settings.read()))


@blueprint.post("/admin/settings")
@on_duty(Duty.SETTINGS)
async def post_settings(signed_in: Member) -> ResponseReturnValue:
    form = await request.form
    try:
        await settings.change(signed_in, form)
    except FormRefused as error:
        typed = settings.Settings(**{name: form.get(name, "") for name in settings.NAMES})
        return draw(await _page(signed_in, typed, error.fields), error.status)
    return redirect("/admin/settings?saved=yes")


async def _page(
    signed_in: Member, values: settings.Settings, errors: dict[str, str] | None = None
) -> views.SettingsPage:
    around = await surroundings(signed_in, nav="admin", here="/admin/settings")
    return views.SettingsPage(
        page=around.page,
        name=values.name,
        address=values.address,
        country=values.country,
        on_call=values.on_call,
        contact=values.contact,
        rules=values.rules,
        help=values.help,
        disclaimer=values.disclaimer,
        openers=values.openers,
        pictures=values.pictures,
        notification_days=values.notification_days,
        picture_days=values.picture_days,
        picture_mib=values.picture_mib,
        elsewhere_days=values.elsewhere_days,
        backup_days=values.backup_days,
        mail_domains=values.mail_domains,
        record_number=values.record_number,
        synonyms=values.synonyms,
        saved=request.method == "GET" and request.args.get("saved") == "yes",
        errors=views.FieldError.all_of(errors or {}),
    )

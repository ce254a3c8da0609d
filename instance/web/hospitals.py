"""One hospital, for administrators: compare its keys, agree, end it (ux.md J9)."""

from collections.abc import Awaitable, Callable
from dataclasses import replace

from quart import Blueprint, redirect, request
from quart.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict

from instance.errors import FormRefused, NotFound, TrustRefused
from instance.models import Member
from instance.services import agreements, key_checks, quotas, treaties
from instance.services.key_checks import Tails
from instance.web.admin import hospitals_page
from instance.web.drawing import draw
from instance.web.guards import admin
from instance.web.presenting import hospital as present
from instance.web.presenting import limits
from instance.web.presenting.pages import surroundings

blueprint = Blueprint("hospitals", __name__)

Form = MultiDict[str, str]
STEPS: dict[str, Callable[[Member, str, Form], Awaitable[object]]] = {
    "compare": lambda by, host, form: key_checks.pin(
        by, host, _tails(form), form.get("spoke_to", "")
    ),
    "confirm": lambda by, host, form: key_checks.confirm(by, host, _tails(form)),
    "differ": lambda by, host, form: key_checks.discard(by, host),
    "offer": lambda by, host, form: treaties.offer(by, host, present.wanted(form)),
    "accept": lambda by, host, form: treaties.accept(by, host, present.wanted(form)),
    "reject": lambda by, host, form: treaties.reject(by, host, form.get("why", "")),
    "revoke": lambda by, host, form: treaties.revoke(by, host),
}


@blueprint.post("/admin/hospitals")
@admin
async def post_hospital(signed_in: Member) -> ResponseReturnValue:
    """Add a hospital: look it up and show its keys. Nothing is stored by it."""
    typed = (await request.form).get("host", "")
    try:
        host = key_checks.host_named(typed)
        if (await agreements.of_host(host)).step not in ("none", "blocked"):
            return redirect(f"/admin/hospitals/{host}?known=yes")
        found = await key_checks.look_up(typed)
    except FormRefused as error:
        return draw(await hospitals_page(signed_in, typed, error.fields), error.status)
    return redirect(f"/admin/hospitals/{found.host}")


@blueprint.get("/admin/hospitals/<host>")
@admin
async def show_hospital(signed_in: Member, host: str) -> ResponseReturnValue:
    around = await surroundings(signed_in, nav="admin", here="/admin/hospitals")
    page = await present.page(await agreements.of_host(_known(host)), around)
    return draw(replace(page, known=request.args.get("known") == "yes"))


@blueprint.post(
    "/admin/hospitals/<host>/<any(compare, confirm, differ, offer, accept, reject, revoke):step>"
)
@admin
async def post_step(signed_in: Member, host: str, step: str) -> ResponseReturnValue:
    form = await request.form
    name = _known(host)
    try:
        await STEPS[step](signed_in, name, form)
    except FormRefused as error:
        return await _refused(signed_in, name, form, error.status, errors=error.fields)
    except TrustRefused as error:
        return await _refused(signed_in, name, form, error.status, refusal=error.shown)
    return redirect(f"/admin/hospitals/{name}")


@blueprint.post("/admin/hospitals/<host>/limits")
@admin
async def post_limits(signed_in: Member, host: str) -> ResponseReturnValue:
    """How much that server may leave here."""
    form, name = await request.form, _known(host)
    try:
        await quotas.change(signed_in, name, limits.wanted(form))
    except FormRefused as error:
        return await _refused(signed_in, name, form, error.status, errors=error.fields)
    return redirect(f"/admin/hospitals/{name}#left")


async def _refused(
    signed_in: Member,
    host: str,
    form: Form,
    status: int,
    *,
    errors: dict[str, str] | None = None,
    refusal: str = "",
) -> ResponseReturnValue:
    around = await surroundings(signed_in, nav="admin", here="/admin/hospitals")
    treaty = await agreements.of_host(host)
    return draw(await present.page(treaty, around, form, errors, refusal), status)


def _known(host: str) -> str:
    """The name as everything is kept under. Raises NotFound for what is no server's."""
    try:
        return key_checks.host_named(host)
    except FormRefused as error:
        raise NotFound from error


def _tails(form: Form) -> Tails:
    return Tails(form.get("rsa_tail", ""), form.get("ed25519_tail", ""))

"""Which servers we deal with: one blocked or allowed by hand, lists of them brought and taken."""

from collections.abc import Awaitable, Callable

from quart import Blueprint, Response, redirect, request
from quart.typing import ResponseReturnValue

from instance.errors import FormRefused, NotFound, TrustRefused
from instance.models import HostAction, Member
from instance.services import host_imports, hosts, key_checks
from instance.web.drawing import draw
from instance.web.guards import admin
from instance.web.presenting import host_lists as present
from instance.web.presenting.pages import surroundings

blueprint = Blueprint("host_lists", __name__)

STEPS: dict[str, Callable[[Member, str, str], Awaitable[None]]] = {
    "block": lambda by, host, why: hosts.block(by, host, why),
    "unblock": lambda by, host, why: hosts.unblock(by, host),
    "allow": lambda by, host, why: hosts.allow(by, host, why),
    "disallow": lambda by, host, why: hosts.disallow(by, host),
}
TYPES = {"csv": "text/csv; charset=utf-8", "json": "application/json"}


@blueprint.get("/admin/hospitals/lists")
@admin
async def show_lists(signed_in: Member) -> ResponseReturnValue:
    return await _lists(signed_in, request.args.get("q", ""))


@blueprint.post("/admin/hospitals/lists")
@admin
async def post_host(signed_in: Member) -> ResponseReturnValue:
    """Whom to block or to allow: the next page says what that would do."""
    typed = (await request.form).get("host", "")
    try:
        host = key_checks.host_named(typed)
    except FormRefused as error:
        return await _lists(signed_in, "", typed, error)
    return redirect(f"/admin/hospitals/{host}/access")


@blueprint.get("/admin/hospitals/<host>/access")
@admin
async def show_access(signed_in: Member, host: str) -> ResponseReturnValue:
    return await _access(signed_in, _known(host))


@blueprint.post("/admin/hospitals/<host>/<any(block, unblock, allow, disallow):step>")
@admin
async def post_step(signed_in: Member, host: str, step: str) -> ResponseReturnValue:
    name, why = _known(host), (await request.form).get("comment", "").strip()
    if len(why) > hosts.COMMENT_MOST:
        problem = FormRefused({"comment": "This is too long. Use fewer words."})
        return await _access(signed_in, name, why, problem)
    try:
        await STEPS[step](signed_in, name, why)
    except TrustRefused as error:
        return await _access(signed_in, name, why, error)
    return redirect(f"/admin/hospitals/{name}/access")


@blueprint.post("/admin/hospitals/import")
@admin
async def post_list(signed_in: Member) -> ResponseReturnValue:
    """Bring a list: nothing is done before somebody has seen what it would do."""
    sent, form = (await request.files).get("list"), await request.form
    try:
        content = _text(sent.read() if sent is not None else b"")
        action = HostAction(form.get("action", ""))
    except ValueError as error:
        problems = {"list": str(error)} if isinstance(error, _NoText) else {"action": _CHOOSE}
        return await _lists(signed_in, "", "", FormRefused(problems))
    found = await host_imports.start(signed_in, content, action)
    return redirect(f"/admin/hospitals/import/{found.id}")


@blueprint.get("/admin/hospitals/import/<int:import_id>")
@admin
async def show_import(signed_in: Member, import_id: int) -> ResponseReturnValue:
    return await _import(signed_in, import_id)


@blueprint.post("/admin/hospitals/import/<int:import_id>/<any(confirm, cancel):step>")
@admin
async def post_import(signed_in: Member, import_id: int, step: str) -> ResponseReturnValue:
    work = host_imports.confirm if step == "confirm" else host_imports.cancel
    try:
        await work(signed_in, import_id)
    except TrustRefused as error:
        return await _import(signed_in, import_id, error)
    return redirect(f"/admin/hospitals/import/{import_id}")


@blueprint.get("/admin/hospitals/export/<any('blocks.csv', 'allows.csv', 'hosts.json'):name>")
@admin
async def get_export(signed_in: Member, name: str) -> ResponseReturnValue:
    response = Response(await host_imports.exported(name))
    response.headers["Content-Type"] = TYPES[name.partition(".")[2]]
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    response.headers["Cache-Control"] = "private, no-store"
    return response


async def _lists(
    signed_in: Member, wanted: str, typed: str = "", error: FormRefused | None = None
) -> ResponseReturnValue:
    around = await surroundings(signed_in, nav="admin", here="/admin/hospitals/lists")
    problems = error.fields if error else {}
    page = await present.lists_page(around, wanted, typed_host=typed, errors=problems)
    return draw(page, error.status if error else 200)


async def _access(
    signed_in: Member, host: str, why: str = "", error: FormRefused | TrustRefused | None = None
) -> ResponseReturnValue:
    around = await surroundings(signed_in, nav="admin", here="/admin/hospitals/lists")
    page = await present.access_page(around, host, why, error)
    return draw(page, error.status if error else 200)


async def _import(
    signed_in: Member, import_id: int, error: TrustRefused | None = None
) -> ResponseReturnValue:
    around = await surroundings(signed_in, nav="admin", here="/admin/hospitals/lists")
    page = await present.import_page(around, signed_in, import_id, error.shown if error else "")
    return draw(page, error.status if error else 200)


_CHOOSE = "Choose what the list is for."


class _NoText(ValueError):
    """What was sent is no text of ours."""


def _text(content: bytes) -> str:
    if not content.strip():
        raise _NoText("Choose a file with at least one server in it.")
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError as error:
        raise _NoText("This file is not in UTF-8. Save it anew, as text in UTF-8.") from error
    if "\0" in text:
        raise _NoText("This file is no text. Save it as a table with commas.")
    return text


def _known(host: str) -> str:
    """The name as everything is kept under. Raises NotFound for what is no server's."""
    try:
        return key_checks.host_named(host)
    except FormRefused as error:
        raise NotFound from error

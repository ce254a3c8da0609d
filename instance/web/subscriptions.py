"""Lists of servers that other hospitals publish and we follow, and the one that we publish."""

from quart import Blueprint, redirect, request
from quart.typing import ResponseReturnValue

from instance.errors import FormRefused, TrustRefused
from instance.models import Member
from instance.services import published_list, subscriptions
from instance.web.drawing import draw
from instance.web.guards import admin
from instance.web.presenting import host_lists as present
from instance.web.presenting.pages import surroundings

blueprint = Blueprint("subscriptions", __name__)

LISTS = "/admin/hospitals/lists"


@blueprint.post("/admin/hospitals/followed")
@admin
async def post_subscription(signed_in: Member) -> ResponseReturnValue:
    """Follow a list: it is asked for at once, and its key is pinned."""
    url = (await request.form).get("url", "").strip()
    try:
        row = await subscriptions.subscribe(signed_in, url)
    except FormRefused as error:
        around = await surroundings(signed_in, nav="admin", here=LISTS)
        page = await present.lists_page(around, typed_url=url, errors=error.fields)
        return draw(page, error.status)
    return redirect(f"/admin/hospitals/followed/{row.id}")


@blueprint.get("/admin/hospitals/followed/<int:subscription_id>")
@admin
async def show_subscription(signed_in: Member, subscription_id: int) -> ResponseReturnValue:
    around = await surroundings(signed_in, nav="admin", here=LISTS)
    return draw(await present.followed_page(around, subscription_id))


@blueprint.post("/admin/hospitals/followed/<int:subscription_id>/<any(look, end):step>")
@admin
async def post_step(signed_in: Member, subscription_id: int, step: str) -> ResponseReturnValue:
    if step == "look":
        await subscriptions.fetch(subscription_id)
        return redirect(f"/admin/hospitals/followed/{subscription_id}")
    await subscriptions.end(signed_in, subscription_id)
    return redirect(LISTS)


@blueprint.post("/admin/hospitals/published/<any(publish, withdraw):step>")
@admin
async def post_published(signed_in: Member, step: str) -> ResponseReturnValue:
    work = published_list.publish if step == "publish" else published_list.withdraw
    try:
        await work(signed_in)
    except TrustRefused as error:
        around = await surroundings(signed_in, nav="admin", here=LISTS)
        return draw(await present.lists_page(around, refusal=error.shown), error.status)
    return redirect(f"{LISTS}#published")

"""Pictures as pages link to them: at our own origin, which sends a browser on for one minute."""

from datetime import UTC, datetime

from quart import Blueprint, g, redirect
from quart.typing import ResponseReturnValue

from instance import config
from instance.errors import NotFound
from instance.models import Member, Variant
from instance.services import media
from instance.web.guards import member

blueprint = Blueprint("media", __name__)


@blueprint.get("/media/<int:media_id>")
@member
async def show_full(signed_in: Member, media_id: int) -> ResponseReturnValue:
    return await _sent_on(signed_in, media_id, Variant.FULL)


@blueprint.get("/media/<int:media_id>/small")
@member
async def show_small(signed_in: Member, media_id: int) -> ResponseReturnValue:
    return await _sent_on(signed_in, media_id, Variant.SMALL)


async def _sent_on(signed_in: Member, media_id: int, variant: Variant) -> ResponseReturnValue:
    """Nothing of the page that shows it goes along: no address, no referrer."""
    now = datetime.now(UTC)
    if not await media.is_readable(signed_in, media_id, now):
        raise NotFound
    ticket = media.ticket(g.session.id, media_id, variant, now)
    response = redirect(f"{config.current().media_origin}/see/{ticket}")
    response.headers["Cache-Control"] = "no-store"
    response.headers["Referrer-Policy"] = "no-referrer"
    return response

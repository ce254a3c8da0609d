"""Pictures for posts: sent before the post that names them (mastodon-api.md 1)."""

import asyncio
from contextlib import suppress
from datetime import UTC, datetime

from quart import Blueprint, current_app, request
from quart.typing import ResponseReturnValue

from instance.errors import FormRefused
from instance.models import Actor, Attachment, AttachmentState
from instance.services import pictures
from instance.services.tokens import Caller
from instance.web.api import rates
from instance.web.api.answers import answer
from instance.web.api.bodies import sent
from instance.web.api.calling import count_call, identity
from instance.web.api.entities_media import attachment
from instance.web.api.said_of_media import said_of
from instance.web.guards import client

blueprint = Blueprint("api_media", __name__)

_PATIENCE_SECONDS = 5.0  # then an application asks again when it is ready
_FILE_MOST = 10 * 1024 * 1024 + 1  # one more than is taken, so that it is told


@blueprint.post("/api/v1/media")
@client("write:media")
async def post_media_at_once(caller: Caller) -> ResponseReturnValue:
    """Answers when it is ready, however long that takes."""
    return _answer(await _taken(identity(caller), patience=None))


@blueprint.post("/api/v2/media")
@client("write:media")
async def post_media(caller: Caller) -> ResponseReturnValue:
    row = await _taken(identity(caller), patience=_PATIENCE_SECONDS)
    return _answer(row, working=202)


@blueprint.get("/api/v1/media/<int:attachment_id>")
@client("write:media")
async def get_media(caller: Caller, attachment_id: int) -> ResponseReturnValue:
    row = await pictures.own(identity(caller), attachment_id)
    return _answer(row, working=206)


@blueprint.put("/api/v1/media/<int:attachment_id>")
@client("write:media")
async def put_media(caller: Caller, attachment_id: int) -> ResponseReturnValue:
    """What it shows, and where to look; before it is posted."""
    said = said_of(await sent())
    row = await pictures.describe(identity(caller), attachment_id, said)
    return _answer(row, working=206)


@blueprint.delete("/api/v1/media/<int:attachment_id>")
@client("write:media")
async def delete_media(caller: Caller, attachment_id: int) -> ResponseReturnValue:
    """Before it is posted; then it goes with its post."""
    await pictures.remove(identity(caller), attachment_id)
    return answer({})


async def _taken(actor: Actor, *, patience: float | None) -> Attachment:
    """The picture of this request; not ready yet where our `patience` ended before the work on it.
    Raises FormRefused, TooMany."""
    count_call(f"actor {actor.id}", rates.UPLOADS, "uploads")
    said, file = said_of(await sent()), (await request.files).get("file")
    if file is None:
        raise FormRefused({"file": "can't be blank"})
    content, name, declared = file.stream.read(_FILE_MOST), file.filename or "", file.mimetype or ""
    row = await pictures.begin(actor, said, datetime.now(UTC), from_application=True)
    done = asyncio.Event()

    async def work() -> None:
        try:
            await pictures.make(row, content, name, declared)
        finally:
            done.set()

    current_app.add_background_task(work)
    with suppress(TimeoutError):
        await asyncio.wait_for(done.wait(), patience)
    try:
        return await pictures.own(actor, row.id)
    except FormRefused:
        await pictures.remove(actor, row.id)
        raise


def _answer(row: Attachment, working: int = 200) -> ResponseReturnValue:
    is_ready = row.state is AttachmentState.READY
    return answer(attachment(row), 200 if is_ready else working)

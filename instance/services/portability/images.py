"""The images of the consults that an identity asked, in its file: opened, as they were sent.

Where it is brought they are made anew, as every image that comes from outside.
"""

from collections.abc import AsyncIterator, Mapping
from datetime import UTC, datetime
from typing import Any

import orjson
from tortoise.expressions import Subquery
from tortoise.queryset import QuerySet
from tortoise.transactions import in_transaction

from federation import contexts
from instance import config, html
from instance.errors import FormRefused
from instance.models import Actor, Keepsake, Media, MediaState, Member, Variant
from instance.services import media
from instance.services.consults import reading

FOLDER = "images/"
INDEX = f"{FOLDER}index.json"
_PART = 64 * 1024  # bytes
_SUFFIXES = {"image/png": "png"}
Chunks = AsyncIterator[bytes]


async def entries(member: Member, actor: Actor) -> AsyncIterator[tuple[str, Chunks]]:
    """Path and content of each image that the member may see now, then the index of them."""
    named = []
    sent = await _sent(member, actor)
    for media_id in await sent.order_by("id").values_list("id", flat=True):
        row = await sent.select_related("consult").get_or_none(id=media_id)
        if row is not None:  # not recalled at this moment
            named.append(_named(row))
            yield named[-1]["file"], _content(row)
    if named:
        yield INDEX, _index(named)


def fits(row: Mapping[str, Any]) -> bool:
    """Whether it is a row of our index."""
    texts = [row.get(name) for name in ("file", "context", "url", "mediaType")]
    return all(isinstance(text, str) and 0 < len(text) <= 512 for text in texts)


async def keep(actor: Actor, row: Mapping[str, Any], content: bytes) -> None:
    """For who brought its consult, and for them alone. What is no image is left out, and what is
    one too many."""
    consult = Keepsake.filter(identity_id=actor.id, uri=row["context"], is_consult=True)
    kept = await consult.first()
    if kept is None or not config.current().media_origin:
        return
    here = Media.filter(keepsake_id=kept.id)
    position = await here.count()
    if position >= media.MOST or await here.filter(source=row["url"]).exists():
        return  # there already, where we were stopped after it
    try:
        picture = await media.made(content, row["file"], row["mediaType"])
    except FormRefused:
        return
    alt, now = html.plain(str(row.get("name") or ""), media.ALT_MOST), datetime.now(UTC)
    async with in_transaction():
        made = await Media.create(
            member_id=actor.member_id,
            keepsake_id=kept.id,
            source=row["url"],
            position=position,
            words={"alt": alt},
            created_at=now,
        )
        await media.keep(made, picture)


async def of_kept(kept: Keepsake) -> list[Media]:
    return await Media.filter(keepsake_id=kept.id).order_by("position", "id")


async def _sent(member: Member, actor: Actor) -> QuerySet[Media]:
    visible = Subquery((await reading.visible(member)).values("id"))
    own = Media.filter(member_id=member.id, state=MediaState.READY)
    return own.filter(consult__asker_id=actor.id, consult_id__in=visible)


def _named(row: Media) -> dict[str, Any]:
    return {
        "type": "Image",
        "file": f"{FOLDER}{row.id}.{_SUFFIXES.get(row.media_type, 'jpg')}",
        "url": f"{config.current().media_origin}/file/{row.id}",
        "context": row.consult.uri if row.consult else "",
        "mediaType": row.media_type,
        "width": row.width,
        "height": row.height,
        "name": row.alt,
        "cs:consentBasis": row.basis.value if row.basis else "",
    }


async def _content(row: Media) -> Chunks:
    content = await media.content_of(row, Variant.FULL)
    for at in range(0, len(content), _PART):
        yield content[at : at + _PART]


async def _index(named: list[dict[str, Any]]) -> Chunks:
    about = {"@context": contexts.CONSULT, "type": "Collection", "totalItems": len(named)}
    yield orjson.dumps({**about, "items": named}, option=orjson.OPT_INDENT_2)

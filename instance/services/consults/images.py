"""Images of a consult: sent with its question, and brought here from a peer's.

A peer's are fetched once, after its question was accepted, and made anew here as if a member had
sent them: what a peer says of a file is not believed. Source: federation.md 6.2.8, T47, T53.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from tortoise.expressions import Subquery
from tortoise.queryset import QuerySet
from tortoise.transactions import in_transaction

from instance import config, events, raw_sql
from instance.errors import FormRefused, NotFound
from instance.media import images
from instance.media.images import Picture, PictureRefused
from instance.models import Consult, Media, MediaPart, MediaState, Member, Status
from instance.outbox import audience, remote, trust
from instance.services import media
from instance.services.consults import attachments

_CHANGED = "An image was changed or deleted in another tab. Look at your images again."


async def problems(member: Member, ids: Sequence[int]) -> dict[str, str]:
    """Why a consult with these images cannot be sent yet, at most one sentence. Of one that is not
    here any more `attach` says so: it may have been sent by an earlier press."""
    rows = {row.id: row for row in await media.unsent(member).filter(id__in=list(ids))}
    if len(ids) > media.MOST:
        return {media.FIELD: f"Send {media.MOST} images at most. Remove some."}
    for number, media_id in enumerate(ids, 1):
        if media_id in rows and (missing := lacks(rows[media_id])):
            return {media.FIELD: f"Image {number}: {missing}"}
    return {}


def lacks(row: Media) -> str:
    """What its sender still has to say of it; "" where nothing is missing (T47)."""
    if row.basis is None:
        return "say why it may be shown: with consent, or because nothing in it is recognisable."
    if row.looked_at is None:
        return "look at all four corners, and tick that you did."
    return ""


async def attach(member: Member, ids: Sequence[int], consult: Consult) -> list[dict[str, Any]]:
    """What the question says of them, in the transaction that stores the consult. Raises
    FormRefused for one that was changed or sent since it was looked at."""
    named = []
    for position, media_id in enumerate(ids):
        found = media.unsent(member).filter(id=media_id).select_for_update()
        row = await found.first()
        if row is None or lacks(row):
            raise FormRefused({media.FIELD: _CHANGED})
        await Media.filter(id=row.id).update(consult_id=consult.id, position=position)
        named.append(_document(row))
    return named


def address(row: Media) -> str:
    """By which the question names it."""
    return row.source or f"{config.current().media_origin}/file/{row.id}"


async def of_consult(consult: Consult) -> list[Media]:
    return await raw_sql.where(Media, "consult_id = ?1 ORDER BY position, id", [consult.id])


def held(consult: Consult) -> QuerySet[Media]:
    """Those that were recalled with its question."""
    return Media.filter(consult_id=consult.id, state=MediaState.HELD)


async def given_back(consult: Consult) -> list[dict[str, Any]]:
    """As the question names them that is sent again, in the caller's transaction."""
    await held(consult).update(state=MediaState.READY)
    rows = await of_consult(consult)
    return [_document(row) for row in rows if row.state is MediaState.READY]


async def shown(consult: Consult, urls: Collection[str]) -> list[str]:
    """Those of these addresses of which something is here."""
    gone = (MediaState.HELD, MediaState.RECALLED)
    rows = [row for row in await of_consult(consult) if row.state not in gone]
    return [address(row) for row in rows if address(row) in urls]


async def take_back(consult: Consult, urls: Collection[str]) -> None:
    """Leave nothing of them but their places, in the caller's transaction; of a consult elsewhere
    also of those that have not come, so that they never do."""
    rows = {address(row): row for row in await of_consult(consult)}
    nothing: dict[str, Any] = {"state": MediaState.RECALLED, "words": {"alt": ""}, "basis": None}
    for url in urls:
        row = rows.get(url)
        if row is not None:
            await MediaPart.filter(media_id=row.id).delete()
            row.update_from_dict({**nothing, "media_type": "", "width": 0, "height": 0})
            await row.save()
        elif not consult.is_local:
            now = datetime.now(UTC)
            await Media.create(consult=consult, source=url, created_at=now, **nothing)


async def served_to(media_id: int, reader_uri: str, reader_host: str) -> Media:
    """For another hospital's server, which signed: one that takes part, and agreed on images with
    us (6.2.8). Raises NotFound."""
    may_have_images = await trust.shares_images(reader_host)
    ready = Media.filter(id=media_id, state=MediaState.READY)
    named = Consult.filter(is_local=True, id__in=Subquery(ready.values("consult_id")))
    named = named.exclude(status=Status.WITHDRAWN)  # that is its asker's alone
    consult = await audience.shown_to(reader_uri, reader_host, named)
    if consult is None or not may_have_images:
        raise NotFound
    row = await ready.first()
    if row is None:
        raise NotFound  # deleted meanwhile
    return row


async def expect(consult: Consult, root: Mapping[str, Any]) -> list[str]:
    """Note the images of a peer's question, in the caller's transaction. Returns where to fetch
    them."""
    known = {row.source for row in await of_consult(consult)}
    named = attachments.images_in(root)[: media.MOST]
    found = [one for one in named if one.url not in known]  # of a question that is sent again
    for position, one in enumerate(found):
        await Media.create(
            consult=consult,
            source=one.url,
            position=position,
            state=MediaState.AWAITED,
            words={"alt": one.alt[: media.ALT_MOST]},
            basis=one.basis,
            created_at=datetime.now(UTC),
        )
    return [one.url for one in found]


async def bring(url: str, consult_uri: str) -> None:
    """Fetch one that is expected, and keep it. Raises FederationError."""
    row = await _expected(url, consult_uri)
    if row is None or row.consult is None:
        return
    await row.consult.fetch_related("group")
    owner = row.consult.group.host
    if not await trust.shares_images(owner):
        await miss(url, consult_uri)
        return
    content = await remote.directory().file(url, owner)
    try:
        picture = await images.process(content)
    except PictureRefused:
        await miss(url, consult_uri)
        return
    await _keep(row, owner, picture)


async def miss(url: str, consult_uri: str) -> None:
    """It cannot be had: whoever reads the consult is told."""
    async with in_transaction():
        row = await _expected(url, consult_uri)
        if row is not None and row.consult_id is not None:
            await Media.filter(id=row.id).update(state=MediaState.MISSING)
            await events.publish("consult", row.consult_id)


async def _keep(row: Media, owner: str, picture: Picture) -> None:
    async with in_transaction():
        consult = await Consult.filter(id=row.consult_id, purged_at=None).select_for_update()
        still = await Media.get_or_none(id=row.id, state=MediaState.AWAITED)
        if not consult or still is None or not await trust.shares_images(owner):
            return  # it was deleted, or the agreement ended, while we asked
        await media.keep(still, picture)
        await events.publish("consult", consult[0].id)


async def _expected(url: str, consult_uri: str) -> Media | None:
    awaited = Media.filter(source=url, consult__uri=consult_uri, state=MediaState.AWAITED)
    return await awaited.select_related("consult").first()


def _document(row: Media) -> dict[str, Any]:
    return {
        "type": "Image",
        "url": address(row),
        "mediaType": row.media_type,
        "name": row.alt,
        "width": row.width,
        "height": row.height,
        "cs:consentBasis": row.basis.value if row.basis else "",
    }

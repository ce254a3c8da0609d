"""A member brings what they took along elsewhere: looked at first, then taken step by step.

Follows, blocks and what the profile says become theirs here; posts and consults, with the images of
those that they asked, are kept for them alone. Never taken: standing, roles, votes, followers. They
belong to the other place.
"""

import asyncio
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from tortoise.expressions import Q
from tortoise.transactions import in_transaction

from federation import vocabulary
from federation.errors import FederationError
from instance import config, events
from instance.errors import Conflict, CurbsideError, FormRefused, NotFound
from instance.ids import new_id
from instance.models import (
    AccountImport,
    AccountImportState,
    AccountPart,
    Actor,
    Keepsake,
    Member,
    ProfileField,
    ProfileKind,
)
from instance.outbox import authorship
from instance.services import documents, follows, members, parting, profiles
from instance.services.portability import images
from instance.services.portability.opened import SIZE_MOST, Opened, Unreadable, addresses
from instance.services.roster.pace import Pace

EVENT = "account_import"
PART = 256 * 1024  # bytes
PEOPLE_MOST = 5_000  # whom one file lets us look for
_LEASE = timedelta(minutes=2)
KEPT = timedelta(days=7)  # of a file that nobody confirmed
Work = tuple[str, Any]


async def start(member: Member, identity: str, content: Iterable[bytes]) -> AccountImport:
    """Look at a file for the name `identity`; nothing is taken yet. Raises FormRefused."""
    actor = await members.speaking_as(member, identity)
    whole = bytearray()
    for part in content:
        whole += part
        if len(whole) > SIZE_MOST:
            break
    try:
        opened, work = await asyncio.to_thread(_read, bytes(whole))
        await _require_theirs(actor, opened)
    except Unreadable as error:
        raise FormRefused({"file": error.sentence}) from error
    return await _keep(actor, opened, work, bytes(whole))


async def by_id(member: Member, import_id: int) -> AccountImport:
    """Raises NotFound for what is another's."""
    own = [actor.id for actor in await members.identities(member)]
    found = await AccountImport.get_or_none(id=import_id, identity_id__in=own)
    if found is None:
        raise NotFound
    await found.fetch_related("identity")
    return found


async def confirm(member: Member, import_id: int) -> None:
    """Take it; asking twice changes nothing."""
    found = await by_id(member, import_id)
    as_it_was = AccountImport.filter(id=found.id, state=AccountImportState.CHECKED)
    await as_it_was.update(state=AccountImportState.TAKING)
    await events.publish(EVENT, found.id)


async def cancel(member: Member, import_id: int) -> None:
    found = await by_id(member, import_id)
    checked = AccountImport.filter(id=found.id, state=AccountImportState.CHECKED)
    if not await checked.delete():
        raise Conflict("There is nothing to cancel about this file.")


async def waiting() -> list[int]:
    rows = AccountImport.filter(state=AccountImportState.TAKING).order_by("id")
    return [int(id_) for id_ in await rows.values_list("id", flat=True)]  # type: ignore[call-overload]


async def take(import_id: int) -> None:
    """Go on where somebody stopped. Does nothing where another worker is at it."""
    found = await _claim(import_id)
    if found is None:
        return
    actor = await Actor.get(id=found.identity_id).select_related("member")
    parts = AccountPart.filter(account_import_id=found.id).order_by("number")
    content = b"".join([part.content for part in await parts])
    opened, work = await asyncio.to_thread(_read, content)
    pace = Pace()
    for kind, item in work[found.position :]:
        if kind in ("follow", "block"):
            found.missed += not await _meet(actor, kind, item)
        if kind == "image":
            await images.keep(actor, item, opened.content(item["file"]))
        async with in_transaction():
            if kind not in ("follow", "block", "image"):
                await _store(actor, found, kind, item)
            found.position += 1
            if not await _is_mine(found):
                return
        await pace.rest()
    await _end(found)


async def keepsakes(actor: Actor, before: int | None, limit: int) -> list[Keepsake]:
    """What was brought for one name, by its date; the newest first."""
    query = Keepsake.filter(identity_id=actor.id)
    if before is not None:
        last = await Keepsake.get_or_none(id=before, identity_id=actor.id)
        if last is not None:
            at = last.published_at
            query = query.filter(Q(published_at__lt=at) | Q(published_at=at, id__lt=last.id))
    return await query.order_by("-published_at", "-id").limit(limit)


async def keepsake(member: Member, keepsake_id: int) -> Keepsake:
    """Raises NotFound for what is another's."""
    own = [actor.id for actor in await members.identities(member)]
    found = await Keepsake.get_or_none(id=keepsake_id, identity_id__in=own)
    if found is None:
        raise NotFound
    return found


def _read(content: bytes) -> tuple[Opened, list[Work]]:
    """All there is to do, in an order that does not change."""
    opened = Opened(content)
    return opened, list(_work(opened))


def _work(opened: Opened) -> Iterator[Work]:
    for kind, path in (("follow", "following"), ("block", "blocks")):
        rows = opened.items(f"activitypub/{path}.json")[:PEOPLE_MOST]
        yield from ((kind, uri) for uri in addresses(rows))
    yield from (("field", row) for row in opened.items("profile.json", "items") if _is_field(row))
    keys, now = authorship.keys_of(opened.actor), datetime.now(UTC)
    for create in opened.items("activitypub/outbox.json"):
        note = create.get("object")
        is_own = isinstance(note, dict) and _is_by(note, opened.actor_uri)
        if is_own and authorship.is_proven(create, keys, now):
            yield "post", note
    for path in opened.paths("consults/"):
        thread = opened.json(path)
        if isinstance(thread, dict) and isinstance(thread.get("id"), str):
            yield "consult", thread
    yield from (("image", row) for row in opened.items(images.INDEX, "items") if images.fits(row))


def _is_field(row: dict[str, Any]) -> bool:
    return row.get("name") in list(ProfileKind) and isinstance(row.get("content"), str)


def _is_by(note: dict[str, Any], uri: str) -> bool:
    own = isinstance(note.get("id"), str) and len(note["id"]) <= 512
    return own and vocabulary.id_of(note.get("attributedTo")) == uri


async def _require_theirs(actor: Actor, opened: Opened) -> None:
    """Not of somebody else here, and not of a known account with other keys."""
    if config.current().is_ours(opened.actor_uri) and opened.actor_uri != actor.uri:
        raise Unreadable("This file is of another account of this server. It stays with that.")
    if await authorship.contradicts(opened.actor):
        raise Unreadable("This file was not made by the server of the account that it names.")


async def _keep(actor: Actor, opened: Opened, work: list[Work], content: bytes) -> AccountImport:
    counts: dict[str, int] = {}
    for kind, _ in work:
        counts[kind] = counts.get(kind, 0) + 1
    counts["unproven"] = len(opened.items("activitypub/outbox.json")) - counts.get("post", 0)
    handle = str(opened.actor.get("preferredUsername") or "")[:100]
    host = opened.actor_uri.removeprefix("https://").partition("/")[0]
    async with in_transaction():
        open_ones = AccountImport.filter(identity_id=actor.id, state=AccountImportState.CHECKED)
        await open_ones.delete()
        found = await AccountImport.create(
            identity_id=actor.id,
            source_uri=opened.actor_uri,
            source=f"@{handle}@{host}"[:400],
            counts=counts,
        )
        for number, at in enumerate(range(0, len(content), PART)):
            part = content[at : at + PART]
            await AccountPart.create(account_import_id=found.id, number=number, content=part)
    return found


async def _meet(actor: Actor, kind: str, uri: str) -> bool:
    """Follow or block somebody, wherever they are; False where that does not work now."""
    try:
        if kind == "follow":
            await follows.follow_address(actor, uri)
        else:
            await parting.block(actor, await members.found_at(uri))
    except (CurbsideError, FederationError, OSError):
        return False
    return True


async def _store(actor: Actor, found: AccountImport, kind: str, item: dict[str, Any]) -> None:
    if kind == "field":
        await _say(actor, item)
        return
    await Keepsake.get_or_create(
        defaults={
            "id": new_id(),
            "is_consult": kind == "consult",
            "source": found.source,
            "document": item,
            "published_at": documents.published(item, datetime.now(UTC)),
        },
        identity_id=actor.id,
        uri=str(item["id"])[:512],
    )


async def _say(actor: Actor, item: dict[str, Any]) -> None:
    """What the profile does not say yet; by the rules for what is typed."""
    rows = {row.kind.value: row for row in await ProfileField.filter(actor_id=actor.id)}
    if item["name"] in rows or actor.member is None:
        return
    texts = {kind: row.text for kind, row in rows.items()} | {item["name"]: item["content"]}
    readers = {kind: row.visibility.value for kind, row in rows.items()}
    readers[item["name"]] = str(item.get("readers"))
    try:
        await profiles.change(actor.member, actor, texts, readers)
    except FormRefused:
        return  # too long here, or it names who wants no name


async def _claim(import_id: int) -> AccountImport | None:
    now = datetime.now(UTC)
    is_free = Q(claimed_until=None) | Q(claimed_until__lt=now)
    taking = AccountImport.filter(is_free, id=import_id, state=AccountImportState.TAKING)
    found = await taking.first()
    if found is None:
        return None
    found.run += 1
    values = {"run": found.run, "claimed_until": now + _LEASE}
    return found if await taking.filter(run=found.run - 1).update(**values) else None


async def _is_mine(found: AccountImport) -> bool:
    values: dict[str, Any] = {
        "claimed_until": datetime.now(UTC) + _LEASE,
        "position": found.position,
        "missed": found.missed,
    }
    return bool(await AccountImport.filter(id=found.id, run=found.run).update(**values))


async def _end(found: AccountImport) -> None:
    async with in_transaction():
        ended = {"state": AccountImportState.DONE, "ended_at": datetime.now(UTC)}
        if await AccountImport.filter(id=found.id, run=found.run).update(**ended):
            await AccountPart.filter(account_import_id=found.id).delete()
    await events.publish(EVENT, found.id)

"""What deletes posts of a consult of ours everywhere: a recall, a withdrawal, an author (6.4.2).

One path for all three: the words go here, the Delete is spread out of turn, and each hospital that
has them, or had them of late, owes a receipt.
"""

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from typing import Any

from tortoise.expressions import Subquery

from federation import recalls
from federation.recalls import Asked
from federation.receipts import LEFT
from instance import config
from instance.ids import new_id
from instance.models import (
    Actor,
    Consult,
    Contribution,
    Departure,
    Member,
    Participant,
    Receipt,
    Tombstone,
)
from instance.outbox import consults as documents
from instance.outbox import trust
from instance.services import members
from instance.services.consults import burying, history, images, published, receipts, without_images
from instance.services.consults.burying import Grave

_AFTER_ALL = 2**31 - 1  # a number behind every other: nothing that was said brings it back
_LEFT_WITHIN = timedelta(days=30)  # whom we may still ask, and who still answers (6.4.3)


async def spread(
    consult: Consult,
    deletion: Mapping[str, Any],
    asked: Asked,
    now: datetime,
    author: Actor | None = None,
    *,
    spares_question: bool = False,
) -> list[Contribution]:
    """In the caller's transaction, which holds the consult and saves it afterwards.

    `author`: of a Delete that is not the Group's own. Returns the posts that had words; where none
    had any, nothing is spread. Of a post of which images alone are meant the words stay here, and
    are the caller's to send again.
    """
    grave = Grave(deletion["id"], consult.last_seq + 1, asked.reason, now)
    gone = await _take_away(consult, asked, grave, spares_question=spares_question)
    if gone:
        await history.append(consult, deletion, now, author, lane=new_id())
        if recalls.is_recall(deletion):
            await _expect(consult, asked, deletion["id"], now)
    return gone


async def ahead(consult: Consult, asked: Asked, now: datetime) -> list[Contribution]:
    """As `spread`, of a consult of which the next number is not known, after a restore: nothing of
    it comes back with what others still have, and each hospital is asked by our Application, whose
    Delete has no number. The Group's follows by `after_all`."""
    gone = await _take_away(consult, asked, Grave("", _AFTER_ALL, asked.reason, now))
    if asked.images:
        await without_images.leave_out(consult)
    if gone:
        for host in sorted({*await _reading_it(consult), *await _lately_left(consult, now)}):
            if not await trust.is_blocked(host):
                await receipts.ask_apart(consult, host, asked, now)
    return gone


async def after_all(
    consult: Consult,
    deletion: Mapping[str, Any],
    asked: Asked,
    now: datetime,
    author: Actor | None = None,
) -> None:
    """What went ahead gets its number, in the caller's transaction, which saves the consult."""
    graves = Tombstone.filter(consult_id=consult.id, seq=_AFTER_ALL)
    if consult.uri not in asked.named:
        graves = graves.filter(uri__in=list(asked.named))  # of each deletion its own
    await graves.delete()
    grave = Grave(deletion["id"], consult.last_seq + 1, asked.reason, now)
    await _take_away(consult, asked, grave)
    gone = await burying.of_consult(consult)  # and may have been accepted, as was told meanwhile
    consult.accepted = [uri for uri in consult.accepted if uri not in gone]
    await history.append(consult, deletion, now, author, lane=new_id())
    hearing = [host for host in await _reading_it(consult) if await history.hears(host)]
    for host in hearing:
        await receipts.unsend(consult, host)
    await receipts.expect(consult, hearing, asked, deletion["id"], now)


async def went_ahead(consult: Consult, uri: str) -> bool:
    """Whether this post was deleted before its number was known, and has none yet."""
    return await Tombstone.filter(consult_id=consult.id, uri=uri, seq=_AFTER_ALL).exists()


async def forget_ahead(consult: Consult, uris: Collection[str]) -> None:
    """These have a number after all: it comes back with what others still had."""
    named = Tombstone.filter(consult_id=consult.id, uri__in=list(uris), seq=_AFTER_ALL)
    await named.delete()


async def ahead_by_authors() -> list[Contribution]:
    """What members here deleted before the next number was known, which is known now. Those of
    elsewhere come again."""
    known = Tombstone.filter(consult__is_local=True, consult__awaited_since=None, seq=_AFTER_ALL)
    rows = Contribution.filter(uri__in=Subquery(known.values("uri")), author__is_local=True)
    return await rows.exclude(deleted_at=None).order_by("deleted_at", "id")


async def own(member: Member, consult: Consult) -> list[Contribution]:
    """What this member wrote there and deleted, the latest first."""
    mine = [actor.id for actor in await members.identities(member)]
    rows = Contribution.filter(consult_id=consult.id, author_id__in=mine)
    return await rows.exclude(deleted_at=None).order_by("-deleted_at", "-id")


async def _take_away(
    consult: Consult, asked: Asked, grave: Grave, *, spares_question: bool = False
) -> list[Contribution]:
    """Here, and what became public of it."""
    case = await published.made_of(consult, asked.what)

    async def rewrite(entry: dict[str, Any]) -> dict[str, Any]:
        return await documents.entry_again(consult, entry, grave.at)

    spares = spares_question or bool(asked.images)
    gone = await burying.bury(consult, asked.named, grave, rewrite, spares_question=spares)
    await images.take_back(consult, asked.images)
    if not gone:
        return []
    if case is not None:
        await published.take_down(consult, case, grave.at)
    uris = {row.uri for row in gone}
    consult.accepted = [uri for uri in consult.accepted if uri not in uris]
    return gone


async def _reading_it(consult: Consult) -> list[str]:
    ours = config.current().host
    rows = await Participant.filter(consult_id=consult.id).exclude(host=ours)
    return sorted({one.host for one in rows})


async def _expect(consult: Consult, asked: Asked, deletion_uri: str, now: datetime) -> None:
    """A receipt of each hospital that has it, or had it of late and has not proven that it went."""
    reading_it = await _reading_it(consult)
    hearing = [host for host in reading_it if await history.hears(host)]
    await receipts.expect(consult, hearing, asked, deletion_uri, now)
    for host in sorted({*reading_it, *await _lately_left(consult, now)} - set(hearing)):
        if not await trust.is_blocked(host):
            await receipts.ask_apart(consult, host, asked, now)


async def _lately_left(consult: Consult, now: datetime) -> set[str]:
    left = Departure.filter(consult_id=consult.id, left_at__gt=now - _LEFT_WITHIN)
    hosts = set(await left.values_list("host", flat=True))
    proven = Receipt.filter(consult_id=consult.id, reason=LEFT, purged_at__not_isnull=True)
    return {str(host) for host in hosts - set(await proven.values_list("host", flat=True))}

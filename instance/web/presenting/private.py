"""What two people write to each other alone, as its pages show it."""

from dataclasses import replace
from datetime import datetime

from instance import raw_sql
from instance.models import Actor, Consult, Member, Status
from instance.services import conversations, media
from instance.services.consults import (
    attachments,
    burying,
    contributing,
    images,
    privately,
    said,
)
from instance.services.consults.states import Event as Happening
from instance.services.conversations import Speaker
from instance.services.feed_sources import Bounds
from instance.web.presenting import consults, leavers, people, pictures, places
from instance.web.presenting.pages import Surroundings
from instance.web.presenting.said import Thread, timeline, why_recalled
from instance.web.views import (
    Author,
    Comment,
    Event,
    Kept,
    May,
    PrivateCard,
    PrivatePage,
    TimelineItem,
    WritePage,
)

PAGE = 50


async def private_page(
    consult: Consult, member: Member, around: Surroundings, kept: Kept | None = None
) -> PrivatePage:
    """Everything on `/k/<id>`; `consult` was found by `reading.readable`."""
    rows = await said.of_consult(consult)
    graves = await burying.of_consult(consult)
    thread = Thread(consult, rows, await said.authors(rows), around, member, None, graves)
    is_local = consult.is_local
    return PrivatePage(
        page=replace(around.page, here="/consults?box=private"),
        url=f"/k/{consult.id}",
        state=consult.status.value,
        other=await _other(consult, around),
        audience=await consults.audience(consult, around),
        mine=thread.is_asker,
        timeline=(await _first(thread), *await timeline(thread)),
        places=await places.shown(consult, around) if is_local else (),
        copies=await leavers.copies(consult, around) if is_local else (),
        may=_may(thread),
        identities=tuple(
            people.identity(actor) for actor in await contributing.eligible(around.own, consult)
        ),
        kept=kept,
        stream_url=f"/k/{consult.id}/stream",
        opened=await consults.opened(consult),
    )


def read_only(view: PrivatePage, url: str, until: datetime) -> PrivatePage:
    """As `consults.read_only`."""
    return replace(
        view,
        page=replace(view.page, nav="admin", here="/admin/consults"),
        url=url,
        may=May(),
        mine=False,
        identities=(),
        timeline=tuple(consults.untouchable(item) for item in view.timeline),
        stream_url="",
        read_only_until=until,
    )


async def write_page(
    member: Member,
    target: Actor,
    around: Surroundings,
    url: str,
    key: int = 0,
    version: int = 0,
) -> WritePage:
    added = await media.of_draft(member, key) if key else []
    return WritePage(
        page=around.page,
        url=f"{url}/write",
        back_url=url,
        other=await people.one(target, around.institutions),
        identities=tuple(people.identity(actor) for actor in around.own),
        why_not=await privately.why_not(member, target),
        draft=key,
        version=version,
        images=tuple(pictures.unsent(row) for row in added),
    )


async def cards(member: Member, around: Surroundings) -> tuple[PrivateCard, ...]:
    """Of all their names, the one in which something was said last first."""
    found: dict[int, tuple[int, PrivateCard]] = {}
    for actor in around.own:
        speaker = Speaker(member, actor)
        for one in await conversations.page(speaker, Bounds(limit=PAGE), private=True):
            found[one.consult.id] = one.last_id, await _card(one, actor, around)
    return tuple(card for _, card in sorted(found.values(), key=lambda pair: -pair[0]))[:PAGE]


async def found_cards(ids: list[int], around: Surroundings) -> dict[int, PrivateCard]:
    """Of those whose words were looked for."""
    return {
        consult.id: PrivateCard(
            url=f"/k/{consult.id}",
            other=await _other(consult, around),
            state=consult.status.value,
            at=consult.changed_at,
        )
        for consult in await raw_sql.some(Consult, "id", ids)
    }


async def _card(one: conversations.Conversation, actor: Actor, around: Surroundings) -> PrivateCard:
    at = one.messages[0].published_at if one.messages else one.consult.changed_at
    return PrivateCard(
        url=f"/k/{one.consult.id}",
        other=await people.one(one.people[0], around.institutions) if one.people else None,
        state=one.consult.status.value,
        at=at,
        unread=one.unread,
        identity=actor.name or actor.handle if len(around.own) > 1 else "",
    )


async def _other(consult: Consult, around: Surroundings) -> Author | None:
    other = await privately.other_of(consult, {actor.uri for actor in around.own})
    return await people.one(other, around.institutions) if other is not None else None


async def _first(thread: Thread) -> TimelineItem:
    row = thread.question
    author = thread.author(row)
    if why := why_recalled(thread, row):
        at = thread.graves[row.uri].deleted_at
        return Event(kind="recalled", at=at, name=author.name, code=why)
    text = str(thread.consult.facts.get("question") or "")
    shown = await images.of_consult(thread.consult)
    return Comment(
        id=str(row.id),
        author=author,
        at=row.published_at,
        text=text,
        pictures=tuple(pictures.picture(one) for one in shown),
        left_out=attachments.left_out(row.body, len(shown)),
    )


def _may(thread: Thread) -> May:
    consult, may = thread.consult, consults.rights(thread)
    is_there = consult.status is not Status.HELD
    return May(
        comment=may(Happening.COMMENT),
        close=may(Happening.CLOSE),
        reopen=may(Happening.REOPEN),
        recall=thread.may_recall and is_there,
        see_recall=thread.may_see_recall,
        see_deletions=any(row.deleted and row.author_id in thread.own for row in thread.rows),
    )

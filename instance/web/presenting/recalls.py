"""Recall and receipts, and what is held, as their pages show it."""

from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import replace
from datetime import datetime
from typing import Any

from instance import html
from instance.delivery_reasons import key_of
from instance.models import Actor, Consult, Contribution, Delivery, Member, Recall, Receipt, Status
from instance.services import agreements, duties
from instance.services.consults import deleting, images, reading, recalling, receipts, requesting
from instance.services.consults.requesting import Held
from instance.services.duties import Duty
from instance.web.presenting import leavers
from instance.web.presenting.consults import audience
from instance.web.presenting.pages import Surroundings
from instance.web.presenting.pictures import picture
from instance.web.views import (
    Copy,
    Deletion,
    HeldQuestionPage,
    HeldRow,
    ImageChoice,
    Lab,
    PostChoice,
    Recalled,
    RecallPage,
)

_TEXTS = ("title", "question", "history", "tried", "meds", "allergies", "exam")
_FIRST_WORDS = 60  # characters


async def recall_page(
    consult: Consult, member: Member, around: Surroundings, *, is_keeper: bool
) -> RecallPage:
    """`consult` and `is_keeper` were found by `recalling.watchers`."""
    reads = await (await reading.visible(member)).filter(id=consult.id).exists()
    rows = await recalling.of_consult(consult) if is_keeper else []
    is_withdrawn = is_keeper and consult.is_local and consult.status is Status.WITHDRAWN
    is_kept = any(row.kept for row in rows)
    deletions = await _deletions(consult, member, around)
    names = await names_of((row.by_uri, row.by_host) for row in rows)
    names |= await names_of((row.released_by_uri, "") for row in rows)
    uris = await Contribution.filter(consult_id=consult.id).values_list("uri", flat=True)
    posts = {consult.uri, *map(str, uris)}
    owner = consult.group.host
    lost = await requesting.not_taken(consult, rows)
    terms = await agreements.terms_with({owner}) if lost else {}
    contact = terms[owner].contact if owner in terms else ""
    return RecallPage(
        page=around.page,
        url=f"/k/{consult.id}",
        state=consult.status.value,
        specialties=_specialties(consult, rows),
        owner="" if consult.is_local else around.institutions.get(owner, owner),
        mine=await recalling.is_asker(member, consult),
        steward=duties.may(member, Duty.SAFETY),
        reads=reads,
        posts=await _posts(consult) if reads and is_keeper else (),
        images=await _images(consult) if reads and is_keeper else (),
        recalls=tuple(
            _not_taken(_recalled(consult, row, posts, names, around), lost.get(row.id), contact)
            for row in rows
        ),
        copies=await _copies(consult, around) if rows or is_withdrawn else (),
        withdrawn_at=consult.changed_at if is_withdrawn else None,
        deletions=deletions,
        kept=is_kept and consult.status is Status.HELD,
        is_gone=consult.is_local and not is_kept and not consult.facts,
        stream_url=f"/k/{consult.id}/recall/stream" if rows or is_withdrawn or deletions else "",
    )


async def question_page(
    consult: Consult, facts: Mapping[str, Any], around: Surroundings, *, mine: bool
) -> HeldQuestionPage:
    """`facts`: as they were kept, or typed over them."""
    pictures = await images.held(consult).order_by("position", "id")
    return HeldQuestionPage(
        page=around.page,
        url=f"/k/{consult.id}/recall",
        specialties=tuple(facts.get("specialties") or ()),
        audience=await audience(consult, around),
        mine=mine,
        private=consult.is_private,
        held=consult.status is Status.HELD,
        labs=tuple(Lab(**row) for row in facts.get("labs") or ()),
        texts={name: str(facts.get(name) or "") for name in _TEXTS},
        pictures=tuple(picture(row) for row in pictures),
    )


async def held_rows(found: Sequence[Held], around: Surroundings) -> tuple[HeldRow, ...]:
    names = await names_of((one.recall.by_uri, one.recall.by_host) for one in found)
    return tuple(
        HeldRow(
            url=f"/k/{one.consult.id}/recall",
            specialties=_specialties(one.consult, [one.recall]),
            by=_name(one.recall, names, around),
            reason=one.recall.reason,
            at=one.recall.recalled_at,
            asked=one.asked,
            proven=one.proven,
        )
        for one in found
    )


async def names_of(who: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Of people here, by their address: who recalls for a hospital elsewhere is its own matter."""
    uris = {uri for uri, _ in who if uri}
    rows = await Actor.filter(uri__in=list(uris), member_id__not_isnull=True) if uris else []
    return {row.uri: row.name or row.handle for row in rows}


def _name(row: Recall, names: Mapping[str, str], around: Surroundings) -> str:
    return names.get(row.by_uri) or around.institutions.get(row.by_host, row.by_host)


def _recalled(
    consult: Consult,
    row: Recall,
    posts: AbstractSet[str],
    names: Mapping[str, str],
    around: Surroundings,
) -> Recalled:
    """`posts`: the ids of all that there are, and of the consult: what is none is an image."""
    return Recalled(
        at=row.recalled_at,
        by=_name(row, names, around),
        reason=row.reason,
        whole=consult.uri in row.named,
        posts=len(row.named),
        images=len(row.named) if posts.isdisjoint(row.named) else 0,
        waits=not row.deletion_uri or _has_no_number(consult, row),
        held=consult.is_local
        and consult.status is Status.HELD
        and not posts.isdisjoint(row.named)
        and row.released_at is None,
        released_at=row.released_at,
        released_by=names.get(row.released_by_uri, ""),
        release_reason=row.release_reason,
    )


def _not_taken(view: Recalled, delivery: Delivery | None, contact: str) -> Recalled:
    if delivery is None:
        return view
    refusal = key_of(delivery.last_error or "")
    return replace(view, refusal=refusal, refused_at=delivery.gave_up_at, contact=contact)


def _has_no_number(consult: Consult, row: Recall) -> bool:
    since = consult.awaited_since
    return consult.is_local and since is not None and row.recalled_at >= since


async def _posts(consult: Consult) -> tuple[PostChoice, ...]:
    """Those of one author and kind within a minute read the same: what they begin with tells them
    apart."""
    rows = [row for row in await reading.contributions(consult) if row.seq and row.body]
    same: dict[tuple[str, int, datetime], list[int]] = {}
    for row in rows:
        same.setdefault(_looks(row), []).append(row.id)
    return tuple(
        PostChoice(
            id=str(row.id),
            kind=row.kind,
            name=row.author.name or row.author.handle,
            at=row.published_at,
            number=same[_looks(row)].index(row.id) + 1,
            alike=len(same[_looks(row)]),
            words=_begins(row) if len(same[_looks(row)]) > 1 else "",
        )
        for row in rows
    )


def _looks(row: Contribution) -> tuple[str, int, datetime]:
    return row.kind, row.author_id, row.published_at.replace(second=0, microsecond=0)


def _begins(row: Contribution) -> str:
    content = str(row.body.get("content") or "")
    text = html.excerpt(content, len(content))
    return text if len(text) <= _FIRST_WORDS else f"{text[:_FIRST_WORDS].rpartition(' ')[0]} …"


async def _images(consult: Consult) -> tuple[ImageChoice, ...]:
    rows = [picture(row) for row in await images.of_consult(consult)]
    return tuple(
        ImageChoice(id=one.id, number=number, picture=one)
        for number, one in enumerate(rows, 1)
        if one.state != "recalled" and consult.facts
    )


async def _deletions(
    consult: Consult, member: Member, around: Surroundings
) -> tuple[Deletion, ...]:
    found = []
    for post in await deleting.own(member, consult):
        asked = _of_each_hospital(await receipts.of_deletion(post))
        copies = await leavers.of_receipts(asked, around)
        at = post.deleted_at or around.page.now
        found.append(Deletion(kind=post.kind, at=at, copies=copies))
    return tuple(found)


async def _copies(consult: Consult, around: Surroundings) -> tuple[Copy, ...]:
    """Of a consult elsewhere its own hospital asks them."""
    if not consult.is_local:
        return ()
    rows = [*await receipts.of_leavers(consult), *await receipts.of_recalls(consult)]
    return await leavers.of_receipts(_of_each_hospital(rows), around)


def _of_each_hospital(rows: Iterable[Receipt]) -> list[Receipt]:
    """One: of several deletions that which waits for longest, else the last."""
    found: dict[str, Receipt] = {}
    for row in rows:
        known = found.get(row.host)
        if known is None or known.purged_at is not None:
            found[row.host] = row
    return list(found.values())


def _specialties(consult: Consult, rows: Sequence[Recall]) -> tuple[str, ...]:
    """Also of a question of which nothing else is shown: who looks after it must tell it apart."""
    kept = next((row.kept for row in rows if row.kept), None)
    return tuple(consult.specialties or (kept["specialties"] if kept else ()))

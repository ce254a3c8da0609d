"""A proposal to publish a consult, as its pages show it."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Literal

from instance.models import Actor, Consult, Member, Publication, PublicationAnswer
from instance.services import channels
from instance.services.consults import (
    case_images,
    consents,
    images,
    publishing,
    reading,
    states,
    teaching,
)
from instance.services.consults.states import Event as Happening
from instance.services.consults.teaching import Block, Case
from instance.web.presenting import pictures
from instance.web.presenting.pages import Surroundings
from instance.web.presenting.said import Thread
from instance.web.views import (
    CaseBlock,
    CaseImage,
    CasePart,
    ChannelChoice,
    Picture,
    PublicationPage,
    PublishFormPage,
    PublishPreviewPage,
    Removed,
    Signature,
    SignPage,
    ToSignPage,
    ToSignRow,
)
from instance.web.words.consults import POSTS


async def part_of(thread: Thread) -> Literal["", "propose", "see", "asked"]:
    """What its reader has to do with the publication of a consult."""
    found = await publishing.current(thread.consult)
    stands = found is not None and (found.ended_at is None or bool(found.public_uri))
    if thread.is_asker and thread.consult.is_local and not stands:
        legal = states.is_legal(Happening.CONSENT, thread.consult, thread.now)
        return "propose" if legal else ""
    row = await consents.own_answer(thread.member, found) if found and stands else None
    if found is None or row is None:
        return ""
    return "asked" if row.said is None and found.ended_at is None else "see"


async def form_page(
    consult: Consult,
    case: Case,
    around: Surroundings,
    *,
    over: bool = False,
    typed: Mapping[str, str] | None = None,
) -> PublishFormPage:
    """`typed`: what the words of images were left as, of those that are not chosen too."""
    rows = {row.uri: row for row in await reading.contributions(consult)}
    parts = [(rows[part.post], part.text) for part in case.parts if part.post in rows]
    return PublishFormPage(
        page=around.page,
        url=f"/k/{consult.id}",
        title=case.title,
        text=case.text,
        parts=tuple(
            CasePart(name=f"part-{row.id}", kind=row.kind, author=_name(row.author), text=text)
            for row, text in parts
        ),
        channels=tuple(
            ChannelChoice(value=one.handle, name=one.name or one.handle)
            for one in await channels.open_ours()
        ),
        images=await _choices(consult, case, typed or {}),
        over=over,
    )


async def preview_page(
    consult: Consult,
    case: Case,
    fields: Sequence[tuple[str, str]],
    around: Surroundings,
    *,
    named: bool,
) -> PublishPreviewPage:
    """`case` as `publishing.checked` gives it: exactly what would be public."""
    said = await consents.without_names(consult)
    asker = await consents.asker_line(consult, named=named)
    hosts = await reading.institutions(consult)
    authors = {row.author_id for row in await reading.contributions(consult) if row.seq}
    return PublishPreviewPage(
        page=around.page,
        url=f"/k/{consult.id}",
        title=case.title,
        blocks=blocks(teaching.blocks(case, asker, said)),
        removed=await _removed(consult, case),
        channel=case.channel_name,
        disclaimer=teaching.DISCLAIMER,
        fields=tuple(fields),
        images=await _images(consult, case),
        people=len(authors - {consult.asker_id}),
        hospitals=len(hosts),
    )


async def publication_page(
    consult: Consult, found: Publication, member: Member, around: Surroundings
) -> PublicationPage:
    own = await consents.own_answer(member, found)
    is_asker = consult.asker_id in {actor.id for actor in around.own}
    page = PublicationPage(
        page=around.page, url=f"/k/{consult.id}", state="over", mine=is_asker and consult.is_local
    )
    if found.ended_at is not None and not found.public_uri:
        return page
    case = teaching.read(found.words)
    asker = await consents.asker_line(consult, named=False)
    said = await consents.without_names(consult)
    names = around.institutions
    waiting, unsigned = await _waiting(consult, found, around)
    return PublicationPage(
        page=around.page,
        url=f"/k/{consult.id}",
        state="public" if found.public_uri else "waiting",
        title=case.title,
        blocks=blocks(teaching.blocks(case, asker, said)),
        images=await _images(consult, case),
        channel=case.channel_name,
        disclaimer=teaching.DISCLAIMER,
        proposer=_name(consult.asker),
        mine=page.mine,
        ends_at=found.ends_at,
        waiting=waiting,
        unsigned=unsigned,
        owner="" if consult.is_local else names.get(consult.group.host, consult.group.host),
        part="" if own is None or is_asker else _part(own),
        own_name=await _name_of(own.actor_uri) if own is not None else "",
        named=bool(own is not None and own.said and own.said["named"]),
        digest=found.digest,
        public_url=found.public_uri,
    )


async def to_sign_page(
    waiting: Sequence[Publication], signed: Sequence[PublicationAnswer], around: Surroundings
) -> ToSignPage:
    names = await _names_of([row.said.get("by", "") for row in signed])
    return ToSignPage(
        page=around.page,
        rows=tuple(_to_sign(one, around) for one in waiting),
        signed=tuple(
            replace(_to_sign(row.publication, around), signature=_signature(row, names))
            for row in signed
        ),
    )


def _to_sign(one: Publication, around: Surroundings) -> ToSignRow:
    host = one.consult.group.host
    return ToSignRow(
        url=f"/admin/to-sign/{one.id}",
        title=teaching.read(one.words).title,
        hospital=around.institutions.get(host, host),
        at=one.proposed_at,
        until=one.ends_at,
    )


def _signature(row: PublicationAnswer, names: Mapping[str, str]) -> Signature | None:
    if row.said is None:
        return None
    at = row.said.get("at")
    return Signature(
        agreed=row.said["choice"] == consents.PUBLISH,
        by=names.get(row.said.get("by", ""), ""),
        at=datetime.fromisoformat(at) if at else None,
        public_url=row.publication.public_uri,
    )


async def _names_of(uris: Collection[str]) -> dict[str, str]:
    return {one.uri: _name(one) for one in await Actor.filter(uri__in=list(uris))}


async def sign_page(row: PublicationAnswer, member: Member, around: Surroundings) -> SignPage:
    found = row.publication
    consult, case = found.consult, teaching.read(found.words)
    said = await consents.without_names(consult)
    asker = await consents.asker_line(consult, named=False)
    names = around.institutions
    return SignPage(
        page=around.page,
        url=f"/admin/to-sign/{found.id}",
        title=case.title,
        blocks=blocks(teaching.blocks(case, asker, said)),
        images=await _images(consult, case),
        channel=case.channel_name,
        disclaimer=teaching.DISCLAIMER,
        digest=found.digest,
        hospital=names.get(consult.group.host, consult.group.host),
        until=found.ends_at,
        own=consult.asker.member_id == member.id,
        signature=_signature(row, await _names_of([(row.said or {}).get("by", "")])),
    )


async def _choices(consult: Consult, case: Case, typed: Mapping[str, str]) -> tuple[CaseImage, ...]:
    chosen = {one.url for one in case.images}
    return tuple(
        CaseImage(
            name=f"image-{row.id}",
            tick=f"shows-{row.id}",
            picture=pictures.picture(row),
            alt=typed.get(f"image-{row.id}", row.alt),
            chosen=images.address(row) in chosen,
        )
        for row in await case_images.of_asker(consult)
    )


async def _images(consult: Consult, case: Case) -> tuple[Picture, ...]:
    """As they would be shown; one that is not here is told with its words."""
    return tuple(
        replace(pictures.picture(row), alt=image.alt)
        if row is not None
        else Picture(alt=image.alt, state="missing")
        for image, row in await case_images.shown(consult, case)
    )


def blocks(found: Iterable[Block]) -> tuple[CaseBlock, ...]:
    return tuple(CaseBlock(heading=one.heading, text=one.text) for one in found)


async def _removed(consult: Consult, case: Case) -> tuple[Removed, ...]:
    """The diff: what of the thread does not become public."""
    before = await publishing.draft(consult)
    after = {part.post: part.text for part in case.parts}
    found = [Removed(kind="question", sentences=teaching.removed(before.text, case.text))]
    rows = [row for row in await reading.contributions(consult) if row.seq and row.body]
    was = {part.post: part.text for part in before.parts}
    for row in rows:
        if row.kind == "question" or row.kind not in POSTS:
            continue
        if row.uri in after:
            sentences = teaching.removed(was.get(row.uri, ""), after[row.uri])
            found.append(Removed(kind=row.kind, author=_name(row.author), sentences=sentences))
        elif row.uri in was or teaching.words_of(row):
            found.append(Removed(kind=row.kind, author=_name(row.author), all=True))
    return tuple(one for one in found if one.sentences or one.all)


async def _waiting(
    consult: Consult, found: Publication, around: Surroundings
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Names of people, and of hospitals."""
    if found.ended_at is not None:
        return (), ()
    rows = await publishing.waited_for(consult, found)
    actors = await Actor.filter(uri__in=[row.actor_uri for row in rows if not row.is_institution])
    people = [_name(actor) for actor in actors]
    names = around.institutions
    hospitals = [names.get(row.host, row.host) for row in rows if row.is_institution]
    return tuple(sorted(people)), tuple(sorted(hospitals))


def _part(row: PublicationAnswer) -> Literal["waiting", "publish", "leave_out", "object"]:
    if row.said is None:
        return "waiting"
    said: Literal["publish", "leave_out", "object"] = row.said["choice"]
    return said


async def _name_of(uri: str) -> str:
    return _name(await Actor.get(uri=uri))


def _name(actor: Actor) -> str:
    return actor.name or actor.handle

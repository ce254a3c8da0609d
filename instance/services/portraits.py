"""The pictures of public profiles: a face, and one above it. Who has none is shown with ours.

Of two names of one member the same picture would tell everybody that they are one (T87). So nobody
gives the same to both, and an application, which acts as one name and must learn of no other, gives
none to a pseudonym.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from tortoise.transactions import in_transaction

from instance import raw_sql
from instance.errors import FormRefused, NotFound
from instance.media import images
from instance.media.images import Picture, PictureRefused
from instance.models import Actor, Portrait, PortraitKind
from instance.outbox import limits
from instance.outbox import pictures as documents
from instance.services import actor_updates, pictures

AVATAR, HEADER = PortraitKind.AVATAR, PortraitKind.HEADER
SIZES = {AVATAR: (400, 400), HEADER: (1_500, 500)}
AGAIN_AFTER = timedelta(days=7)  # one from elsewhere that is not here
_OF = """
SELECT actor_id, kind, name, media_type, asked_at FROM portrait WHERE actor_id IN ({marks})
AND (media_type <> '' OR asked_at IS NOT NULL)
"""
_SAME = "Another of your names has this picture: with it on both, readers see that both are you."
_ON_PAGES = "This one is changed on the pages of this server, under Account, Profile."


@dataclass(frozen=True)
class Shown:
    """Addresses; "" where there is none."""

    avatar: str = ""
    header: str = ""


NONE = Shown()


async def change(
    actor: Actor,
    *,
    avatar: bytes | None = None,
    header: bytes | None = None,
    from_application: bool = True,
) -> None:
    """Set those that are given, and tell who keeps a copy of the profile. Raises FormRefused by
    their names, with nothing changed."""
    given = {AVATAR: avatar, HEADER: header}
    sent = {kind: content for kind, content in given.items() if content is not None}
    await keep(actor, await made(actor, sent, from_application=from_application))


async def made(
    actor: Actor, sent: Mapping[PortraitKind, bytes], *, from_application: bool = True
) -> dict[PortraitKind, Picture]:
    """What to keep of what was sent. Raises FormRefused."""
    if not sent:
        return {}
    await _require_allowed(actor, sent, from_application=from_application)
    made, problems = {}, {}
    for kind, content in sent.items():
        try:
            made[kind] = await images.process(content, fit=SIZES[kind])
        except PictureRefused as error:
            problems[kind.value] = error.sentence
    if problems:
        raise FormRefused(problems)
    return made


async def keep(actor: Actor, made: Mapping[PortraitKind, Picture]) -> None:
    """Instead of what was there; who keeps a copy is told. Raises FormRefused."""
    if not made:
        return
    async with in_transaction():
        for kind, picture in made.items():
            await _require_other(actor, kind, picture)
            await _forget(actor, kind)
            await Portrait.create(
                actor_id=actor.id,
                kind=kind,
                name=documents.new_name(),
                media_type=picture.media_type,
                content=picture.content,
                created_at=datetime.now(UTC),
            )
        await actor_updates.tell(actor, datetime.now(UTC))


async def remove(actor: Actor, kind: PortraitKind) -> None:
    """From now on ours is shown instead; nothing happens where that is so already."""
    async with in_transaction():
        if await _forget(actor, kind):
            await actor_updates.tell(actor, datetime.now(UTC))


async def of(ids: Sequence[int]) -> Mapping[int, Shown]:
    """By the ids of those who have one."""
    if not ids:
        return {}
    found: dict[int, dict[str, str]] = {}
    rows = await raw_sql.look_up_tuples(_OF.format(marks=raw_sql.marks(len(ids))), ids)
    for actor_id, kind, name, media_type, asked_at in rows:
        if not media_type:
            _want_again(actor_id, raw_sql.time(asked_at))
            continue
        found.setdefault(actor_id, {})[kind] = documents.address(name, media_type)
    return {actor_id: Shown(**shown) for actor_id, shown in found.items()}


async def file(name: str) -> tuple[str, bytes]:
    """Media type and content of what is served under a name. Raises NotFound."""
    row = await Portrait.get_or_none(
        name=name, content__not_isnull=True, actor__is_blocked=False, actor__gone_at=None
    )
    if row is None or row.content is None:
        raise NotFound
    if row.source is not None:
        limits.current().seen_pictures.use(row.name, datetime.now(UTC).date())
    return row.media_type, row.content


def _want_again(actor_id: int, asked_at: datetime) -> None:
    """One from elsewhere that is not here, and was not asked for lately."""
    if asked_at < datetime.now(UTC) - AGAIN_AFTER:
        limits.current().seen_pictures.want_faces(actor_id)


async def _require_allowed(
    actor: Actor, sent: Collection[PortraitKind], *, from_application: bool
) -> None:
    if why := await pictures.why_none():
        raise FormRefused({kind.value: why for kind in sent})
    if from_application and actor.is_pseudonym:
        raise FormRefused({kind.value: _ON_PAGES for kind in sent})


async def _require_other(actor: Actor, kind: PortraitKind, picture: Picture) -> None:
    others = Portrait.filter(actor__member_id=actor.member_id, content=picture.content)
    if actor.member_id is not None and await others.exclude(actor_id=actor.id).exists():
        raise FormRefused({kind.value: _SAME})


async def _forget(actor: Actor, kind: PortraitKind) -> bool:
    return bool(await Portrait.filter(actor_id=actor.id, kind=kind).delete())

"""Colleagues who vouch: 2 Verified members who know somebody make them Checked, for a year.

The two are apart from each other: neither vouches for the other, nor does whom they vouch for. Who
vouched wrongly, as an officer finds, vouches no more, and nothing of what they said counts.
"""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from itertools import combinations

from tortoise.transactions import in_transaction

from instance import config
from instance.errors import FormRefused, NotAllowed, NotFound
from instance.models import (
    Actor,
    ActorKind,
    Ending,
    Level,
    Member,
    Method,
    NotificationKind,
    Vouch,
    VouchState,
)
from instance.services import audit, duties, members, notifications, verification
from instance.services.duties import Duty

OPEN_MOST = 5
HOW_LEAST, HOW_MOST, REASON_MOST = 20, 500, 500
ASKED_FOR = timedelta(days=30)
NEEDED = 2
PAGE = 50
_LASTS = verification.LASTS[Method.VOUCH]
_NOBODY = "Nobody who can vouch for you has this handle. Ask a colleague here who is Verified."
_SAID = (VouchState.GIVEN, VouchState.REVOKED, VouchState.ABUSED)


async def ask(member: Member, handle: str, now: datetime) -> None:
    """Ask a colleague of this institution. Raises FormRefused.

    Who declined before is not asked again, and nobody is told that.
    """
    colleague = await _colleague(handle)
    if member.level >= Level.VERIFIED:
        raise FormRefused({"handle": "You are Verified. Colleagues can add nothing to that."})
    if colleague is None or colleague.id == member.id or not await may_vouch(colleague):
        raise FormRefused({"handle": _NOBODY})
    async with in_transaction():
        await Member.filter(id=member.id).select_for_update().get()
        row = await Vouch.get_or_none(member_id=member.id, voucher_id=colleague.id)
        if row is not None and row.state is VouchState.GIVEN and _lives(row, now):
            raise FormRefused({"handle": "This colleague has vouched for you already."})
        asked = await _open(member, now)
        if len(asked) >= OPEN_MOST and row not in asked:
            said = f"You have asked {OPEN_MOST} colleagues. Wait for one, or take a question back."
            raise FormRefused({"handle": said})
        row = row or Vouch(member=member, voucher=colleague)
        declined = row.state is VouchState.DECLINED
        row.asked_at, row.given_at, row.ended_at = now, None, None
        row.state = VouchState.DECLINED if declined else VouchState.ASKED
        await row.save()
        if not declined:
            await _tell(colleague, NotificationKind.VOUCH_ASKED, member)


async def take_back(member: Member, vouch_id: int, now: datetime) -> None:
    """A question that nobody answered. Raises NotFound."""
    row = await Vouch.get_or_none(id=vouch_id, member_id=member.id)
    if row is None or row not in await _open(member, now):
        raise NotFound
    if row.state is VouchState.DECLINED:
        await Vouch.filter(id=row.id).update(asked_at=now - ASKED_FOR)
    else:
        await row.delete()


async def vouch(voucher: Member, vouch_id: int, how: str, now: datetime) -> None:
    """Say how one knows somebody who asked. Raises NotFound, NotAllowed and FormRefused."""
    said = " ".join(how.split())
    if not HOW_LEAST <= len(said) <= HOW_MOST:
        wanted = f"Write in a sentence how you know them: {HOW_LEAST} to {HOW_MOST} characters."
        raise FormRefused({"how": wanted})
    async with in_transaction():
        row = await _asked(voucher, vouch_id, now)
        own = await Member.filter(id=voucher.id).select_for_update().get()
        if not await may_vouch(own):
            raise NotAllowed("Only Verified members vouch for colleagues.")
        given = {"state": VouchState.GIVEN, "how": said, "given_at": now}
        await Vouch.filter(id=row.id, state=VouchState.ASKED).update(**given)
        await _record("vouch.given", voucher, row.member, row)
        await _settle_all(await _concerned(row), now)
        await _tell(row.member, NotificationKind.VOUCHED, voucher)


async def decline(voucher: Member, vouch_id: int, now: datetime) -> None:
    """Nobody is told. Raises NotFound."""
    row = await _asked(voucher, vouch_id, now)
    asked = Vouch.filter(id=row.id, state=VouchState.ASKED)
    await asked.update(state=VouchState.DECLINED)


async def revoke(voucher: Member, vouch_id: int, now: datetime) -> None:
    """Take one's word back. Raises NotFound."""
    async with in_transaction():
        found = Vouch.filter(id=vouch_id, voucher_id=voucher.id, state=VouchState.GIVEN)
        row = await found.select_related("member").first()
        if row is None:
            raise NotFound
        concerned = await _concerned(row)
        await Vouch.filter(id=row.id).update(state=VouchState.REVOKED, ended_at=now)
        await _record("vouch.revoked", voucher, row.member, row)
        await _settle_all(concerned, now)
        await _tell(row.member, NotificationKind.VOUCH_ENDED, voucher)


async def find_abused(by: Member, vouch_id: int, reason: str, now: datetime) -> None:
    """An officer found that this word was given wrongly: its voucher loses the right to vouch, and
    nothing they said counts any more. Both are told. Raises NotAllowed, NotFound, FormRefused."""
    duties.require(by, Duty.VERIFICATION)
    said = " ".join(reason.split())
    if not said or len(said) > REASON_MOST:
        raise FormRefused({"reason": f"Write why, in up to {REASON_MOST} characters."})
    async with in_transaction():
        found = Vouch.filter(id=vouch_id, state__in=(VouchState.GIVEN, VouchState.REVOKED))
        row = await found.select_related("member", "voucher").first()
        if row is None:
            raise NotFound
        if by.id in (row.member_id, row.voucher_id):
            raise NotAllowed("Nobody decides about their own word, or about a word for themselves.")
        told = await Vouch.filter(voucher_id=row.voucher_id, state=VouchState.GIVEN)
        values = {"state": VouchState.ABUSED, "ended_at": now, "reason": said}
        await Vouch.filter(id=row.id).update(**values, found_by_id=by.id)
        await _record("vouch.abused", by, row.voucher, row)
        concerned = {row.member_id, *(one.member_id for one in told)}
        await _settle_all(concerned, now)
        for one in await Member.filter(id__in=list(concerned)):
            await _tell(one, NotificationKind.VOUCH_ENDED, by)
        await _tell(row.voucher, NotificationKind.VOUCH_LOST, by)


async def may_vouch(member: Member) -> bool:
    is_verified = member.level >= Level.VERIFIED and member.suspended_at is None
    return is_verified and await lost_by(member) is None


async def lost_by(member: Member) -> Vouch | None:
    """The word for which they lost the right to vouch."""
    return await Vouch.filter(voucher_id=member.id, state=VouchState.ABUSED).first()


async def for_member(member: Member, now: datetime) -> list[Vouch]:
    """Whom they asked, and who vouched. Who declined looks as if they had not answered."""
    given = await Vouch.filter(member_id=member.id, state=VouchState.GIVEN).order_by("given_at")
    return [row for row in given if _lives(row, now)] + await _open(member, now)


async def asked_of(voucher: Member, now: datetime) -> list[Vouch]:
    rows = Vouch.filter(voucher_id=voucher.id, state=VouchState.ASKED, asked_at__gt=now - ASKED_FOR)
    return await rows.order_by("asked_at")


async def given_by(voucher: Member, now: datetime) -> list[Vouch]:
    rows = await Vouch.filter(voucher_id=voucher.id, state=VouchState.GIVEN).order_by("-given_at")
    return [row for row in rows if _lives(row, now)]


async def page(reader: Member, before: int | None) -> list[Vouch]:
    """What members said for each other, for officers; the newest first."""
    duties.require(reader, Duty.VERIFICATION)
    rows = Vouch.filter(state__in=_SAID)
    rows = rows.filter(id__lt=before) if before is not None else rows
    return await rows.order_by("-id").limit(PAGE)


async def _colleague(handle: str) -> Member | None:
    """Under their own name: a pseudonym vouches for nobody, and nobody learns whose it is."""
    name = handle.strip().casefold().removeprefix("@").removesuffix(f"@{config.current().host}")
    found = Actor.filter(local_handle=name[: members.HANDLE_MOST], kind=ActorKind.PERSON)
    actor = await found.filter(is_pseudonym=False).select_related("member").first()
    return actor.member if actor is not None else None


async def _open(member: Member, now: datetime) -> list[Vouch]:
    states = (VouchState.ASKED, VouchState.DECLINED)
    rows = Vouch.filter(member_id=member.id, state__in=states, asked_at__gt=now - ASKED_FOR)
    return await rows.order_by("asked_at")


async def _asked(voucher: Member, vouch_id: int, now: datetime) -> Vouch:
    found = Vouch.filter(id=vouch_id, voucher_id=voucher.id, state=VouchState.ASKED)
    row = await found.filter(asked_at__gt=now - ASKED_FOR).select_related("member").first()
    if row is None:
        raise NotFound
    return row


async def _concerned(row: Vouch) -> set[int]:
    """Whose standing this word touches: the two, and whom both of them vouch for."""
    ids = (row.voucher_id, row.member_id)
    given = await Vouch.filter(state=VouchState.GIVEN, voucher_id__in=ids)
    of = {who: {one.member_id for one in given if one.voucher_id == who} for who in ids}
    return {*ids, *(of[row.voucher_id] & of[row.member_id])}


async def _settle_all(member_ids: Collection[int], now: datetime) -> None:
    for member in await Member.filter(id__in=list(member_ids)).order_by("id"):
        await _settle(member, now)


async def _settle(member: Member, now: datetime) -> None:
    own = verification.living(member, now).filter(method=Method.VOUCH)
    if await own.filter(decided_by_id__not_isnull=True).exists():
        return  # an officer knows them in person
    rows = await Vouch.filter(member_id=member.id, state=VouchState.GIVEN)
    abused = Vouch.filter(voucher_id__in=[row.voucher_id for row in rows], state=VouchState.ABUSED)
    lost = {row.voucher_id for row in await abused} if rows else set()
    counting = [row for row in rows if _lives(row, now) and row.voucher_id not in lost]
    if ends := await _ends(member, counting):
        await verification.give(member, Method.VOUCH, now, until=max(ends))
    else:
        await verification.end(
            member, now, Ending.REVOKED, methods={Method.VOUCH}, spares_decided=True
        )


async def _ends(member: Member, rows: Sequence[Vouch]) -> list[datetime]:
    """Until when each two of them who are apart from each other are good."""
    ids = [member.id, *(row.voucher_id for row in rows)]
    between = Vouch.filter(state=VouchState.GIVEN, voucher_id__in=ids, member_id__in=ids)
    said = {(row.voucher_id, row.member_id) for row in await between}
    apart = [row for row in rows if (member.id, row.voucher_id) not in said]
    return [
        min(_end(one), _end(other))
        for one, other in combinations(apart, NEEDED)
        if not said & {(one.voucher_id, other.voucher_id), (other.voucher_id, one.voucher_id)}
    ]


def _lives(row: Vouch, now: datetime) -> bool:
    return _end(row) > now


def _end(row: Vouch) -> datetime:
    """Of what was given."""
    return (row.given_at or row.asked_at) + _LASTS


async def _record(action: str, by: Member, about: Member, row: Vouch) -> None:
    who, subject = await members.speaking_as(by), await members.speaking_as(about)
    ours = config.current().host
    said = {"vouch": str(row.id)}
    await audit.record(action, actor_uri=who.uri, host=ours, subject=subject.uri, **said)


async def _tell(to: Member, kind: NotificationKind, by: Member) -> None:
    them, who = await members.speaking_as(to), await members.speaking_as(by)
    await notifications.of_vouch(them, kind, who)

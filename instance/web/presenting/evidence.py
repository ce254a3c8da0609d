"""Numbers and the word of colleagues, as pages show them."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime

from instance.models import Actor, Member, Method, NumberKind, Verification, Vouch
from instance.services import verification, vouching
from instance.services.registry import importing, numbers
from instance.services.registry.numbers import Typed
from instance.web import views
from instance.web.presenting import people
from instance.web.presenting.pages import surroundings

_YEAR = verification.LASTS[Method.VOUCH]


async def number_page(
    member: Member, typed: Typed | None = None, errors: Mapping[str, str] | None = None
) -> views.NumberPage:
    """`typed`: what was not taken; else what they gave stands in the form."""
    around = await surroundings(member, nav="account", here="/account/verification/number")
    given = await numbers.of(member)
    by_kind = {one.kind: one.typed for one in given}
    place = next((one.jurisdiction for one in given if one.jurisdiction), member.jurisdiction)
    shown = typed or Typed(
        jurisdiction=place if place != "US" else "",
        licence=by_kind.get(NumberKind.LICENCE, ""),
        npi=by_kind.get(NumberKind.NPI, ""),
        orcid=by_kind.get(NumberKind.ORCID, ""),
    )
    current = await importing.current()
    return views.NumberPage(
        page=around.page,
        level=member.level,
        numbers=tuple(
            views.GivenNumber(
                kind=one.kind.value,
                typed=one.typed,
                outcome=one.outcome.value,
                jurisdiction=one.jurisdiction,
            )
            for one in given
        ),
        until=await _until(member, Method.REGISTRY),
        registers=tuple(
            views.Register(name=one.register, since=one.loaded_at)
            for one in current
            if one.loaded_at
        ),
        jurisdiction=shown.jurisdiction,
        licence=shown.licence,
        npi=shown.npi,
        orcid=shown.orcid,
        errors=views.FieldError.all_of(errors or {}),
    )


async def colleagues_page(
    member: Member,
    *,
    handle: str = "",
    refused: str = "",
    how: str = "",
    errors: Mapping[str, str] | None = None,
) -> views.ColleaguesPage:
    around = await surroundings(member, nav="account", here="/account/verification/colleagues")
    now = datetime.now(UTC)
    mine = await vouching.for_member(member, now)
    asks, own = await vouching.asked_of(member, now), await vouching.given_by(member, now)
    everybody = await _people(
        [*(row.voucher_id for row in mine), *(row.member_id for row in (*asks, *own))]
    )
    words = [_word(row, everybody[row.voucher_id]) for row in mine]
    lost = await vouching.lost_by(member)
    return views.ColleaguesPage(
        page=around.page,
        needed=vouching.NEEDED,
        open_most=vouching.OPEN_MOST,
        may_ask=member.level < 3,
        may_vouch=await vouching.may_vouch(member),
        until=await _until(member, Method.VOUCH),
        asked=tuple(word for word in words if word.until is None),
        given=tuple(word for word in words if word.until is not None),
        asks=tuple(_word(row, everybody[row.member_id]) for row in asks),
        own=tuple(_word(row, everybody[row.member_id]) for row in own),
        lost=lost.reason if lost is not None else "",
        handle=handle,
        refused=refused,
        how=how,
        errors=views.FieldError.all_of(errors or {}),
    )


async def vouches_page(
    member: Member,
    before: int | None,
    *,
    refused: str = "",
    typed: str = "",
    errors: Mapping[str, str] | None = None,
) -> views.VouchesPage:
    around = await surroundings(member, nav="admin", here="/admin/vouches")
    rows = await vouching.page(member, before)
    everybody = await _people([row.member_id for row in rows] + [row.voucher_id for row in rows])
    is_full = len(rows) == vouching.PAGE
    return views.VouchesPage(
        page=around.page,
        rows=tuple(_row(row, everybody, member) for row in rows),
        older_url=f"/admin/vouches?before={rows[-1].id}" if is_full else "",
        refused=refused,
        typed=typed,
        errors=views.FieldError.all_of(errors or {}),
    )


def _row(row: Vouch, everybody: Mapping[int, Actor], reader: Member) -> views.VouchRow:
    voucher, member = everybody[row.voucher_id], everybody[row.member_id]
    return views.VouchRow(
        id=str(row.id),
        voucher=voucher.name or voucher.handle,
        voucher_url=people.profile_url(voucher),
        name=member.name or member.handle,
        url=people.profile_url(member),
        how=row.how or "",
        state=row.state.value,
        at=row.given_at or row.asked_at,
        reason=row.reason,
        own=reader.id in (row.member_id, row.voucher_id),
    )


def _word(row: Vouch, of: Actor) -> views.Word:
    return views.Word(
        id=str(row.id),
        name=of.name or of.handle,
        url=people.profile_url(of),
        at=row.given_at or row.asked_at,
        how=row.how or "",
        until=row.given_at + _YEAR if row.given_at else None,
    )


async def _people(member_ids: Iterable[int]) -> dict[int, Actor]:
    """Under their own names."""
    ids = list(set(member_ids))
    rows = Actor.filter(member_id__in=ids).order_by("is_pseudonym", "created_at", "id")
    found: dict[int, Actor] = {}
    for actor in await rows if ids else []:
        if actor.member_id is not None:
            found.setdefault(actor.member_id, actor)
    return found


async def _until(member: Member, method: Method) -> datetime | None:
    row: Verification | None = (
        await verification.living(member, datetime.now(UTC)).filter(method=method).first()
    )
    return row.valid_until if row is not None else None

"""From members to the pages of verification officers."""

from collections.abc import Mapping

from instance.models import Actor, Member, MemberAct
from instance.services import lifecycle, members, unmasking
from instance.services.member_lists import Found, Wanted
from instance.web import views
from instance.web.presenting import people
from instance.web.presenting.pages import Surroundings, surroundings


def members_page(
    around: Surroundings, wanted: Wanted, found: Found, older_url: str
) -> views.MembersPage:
    return views.MembersPage(
        page=around.page,
        people=tuple(_row(actor, actor.member) for actor in found.people if actor.member),
        text=wanted.text,
        level=str(wanted.level.value) if wanted.level is not None else "",
        role=people.role_code(wanted.role) if wanted.role is not None else "",
        suspended=wanted.suspended,
        is_search=wanted != Wanted(),
        older_url=older_url,
    )


async def member_page(
    by: Member,
    actor: Actor,
    *,
    asked: str = "",
    typed: Mapping[str, str] | None = None,
    errors: Mapping[str, str] | None = None,
) -> views.MemberPage:
    """`actor`: the one named after the person."""
    around = await surroundings(by, nav="admin", here="/admin/members")
    member = await Member.get(id=actor.member_id)
    return views.MemberPage(
        page=around.page,
        name=actor.name,
        legal_name=member.legal_name,
        handle=actor.handle,
        email=member.email,
        role=people.role_code(member.role),
        standing=people.of_member(member),
        specialties=tuple(member.specialties),
        jurisdiction=member.jurisdiction,
        since=member.created_at,
        suspended_at=member.suspended_at,
        acts=await acts(member),
        refused=lifecycle.refusal(by, member),
        asked=asked,
        typed=dict(typed or {}),
        errors=views.FieldError.all_of(errors or {}),
    )


async def acts(member: Member) -> tuple[views.MemberActRow, ...]:
    """What was decided about somebody."""
    rows = await lifecycle.acts_on(member)
    names = await members.names(row.by_id for row in rows)
    return tuple(_act(row, names.get(row.by_id, "")) for row in rows)


async def opened(member: Member) -> tuple[views.UnmaskingRow, ...]:
    """Which pseudonyms of theirs were opened, as far as they may know."""
    rows = await unmasking.of_member(member)
    names = await members.names(row.asked_by_id for row in rows)
    return tuple(
        views.UnmaskingRow(
            id=str(row.id),
            pseudonym=row.actor.name or row.actor.handle,
            ground=row.ground.value,
            reason=row.reason,
            at=row.decided_at or row.created_at,
            name=names.get(row.asked_by_id, ""),
        )
        for row in rows
    )


def _act(row: MemberAct, name: str) -> views.MemberActRow:
    return views.MemberActRow(
        kind=row.kind.value,
        at=row.at,
        by=name,
        own=row.by_id == row.member_id,
        before=row.before,
        after=row.after,
        reason=row.reason,
        evidence=row.evidence,
    )


def _row(actor: Actor, member: Member) -> views.MemberRow:
    return views.MemberRow(
        name=actor.name or actor.handle,
        handle=actor.handle,
        email=member.email,
        role=people.role_code(member.role),
        standing=people.of_member(member),
        suspended=member.suspended_at is not None,
    )

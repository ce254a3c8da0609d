"""Who has which role here, and who changes it (T72). Nobody their own; an owner is always left."""

from dataclasses import dataclass

from tortoise.transactions import in_transaction

from instance import config
from instance.errors import FormRefused, NotAllowed
from instance.models import Actor, ActorKind, Member, Role, Session
from instance.services import audit, duties, members, notifications, tokens
from instance.services.duties import Duty

OWN = "Nobody changes their own role. Another owner does."


@dataclass(frozen=True)
class Holder:
    """`actor` is the member's under their own name."""

    member: Member
    actor: Actor


async def holders(by: Member) -> list[Holder]:
    """Everybody with another role than member, by role and name."""
    duties.require(by, Duty.PEOPLE)
    rows = await Actor.filter(
        kind=ActorKind.PERSON, is_pseudonym=False, member__role__not=Role.MEMBER
    ).select_related("member")
    order = list(reversed(Role))
    found = [Holder(actor.member, actor) for actor in rows if actor.member is not None]
    return sorted(found, key=lambda one: (order.index(one.member.role), one.actor.name))


async def change(by: Member, name: str, role: Role) -> Member:
    """Give a member, by handle or e-mail, another role. They are told, and signed out (T67).

    Raises NotAllowed for who may not or for their own, FormRefused for nobody of that name: a
    pseudonym is nobody here.
    """
    duties.require(by, Duty.PEOPLE)
    found = await members.by_login(name.strip().lower().removeprefix("@"))
    if found is None:
        raise FormRefused({"handle": "Nobody here has this handle or e-mail."})
    actor = await members.speaking_as(by)
    async with in_transaction():
        # Locked in one order: of two owners who take it from each other, one is too late.
        rows = Member.filter(id__in=sorted({by.id, found.id})).order_by("id").select_for_update()
        now = {row.id: row for row in await rows}
        duties.require(now[by.id], Duty.PEOPLE)
        if by.id == found.id:
            raise NotAllowed(OWN)
        member = now[found.id]
        before, member.role = member.role, role
        if before is role:
            return member
        await member.save(update_fields=["role"])
        await Session.filter(member_id=member.id).delete()
        await tokens.end_all([member.id])
        own = (await members.identities(member))[0]
        await audit.record(
            "role.changed",
            actor_uri=actor.uri,
            host=config.current().host,
            subject=own.uri,
            before=before.value,
            now=role.value,
        )
        await notifications.of_role(own, actor)
    return member

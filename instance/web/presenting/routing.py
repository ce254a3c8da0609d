"""Whom a consult has got to, as its asker reads it; how a member may be reached."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from instance.models import Availability, Consult, Member, PushSubscription, Session
from instance.services import availability, push
from instance.services.consults import inviting, routing
from instance.services.occasions import Occasion
from instance.web.presenting.pages import Surroundings
from instance.web.views import Habit, Hop, Hops, Invited, PushDevice, Reach


async def hops(consult: Consult, around: Surroundings) -> Hops:
    ahead = await routing.ahead(consult, around.page.now)
    return Hops(
        done=tuple(Hop(at=hop.at, count=hop.count) for hop in await routing.hops(consult)),
        next_at=ahead.next_at,
        hospitals_at=ahead.hospitals_at,
        societies_at=ahead.societies_at,
        invited=tuple(
            Invited(
                name=row.target.name or row.target.handle,
                hospital=around.institutions.get(row.target.host, row.target.host),
                at=row.invited_at,
            )
            for row in await inviting.of_consult(consult)
        ),
        may_invite=inviting.may_invite(consult),
    )


async def reach(member: Member, session: Session, refused: str = "") -> Reach:
    row = await availability.of(member)
    return Reach(
        habits=tuple(_habit(row, one) for one in availability.offered(member)),
        devices=tuple(_device(found, session) for found in await push.of(member)),
        push_key="" if session.is_shared_computer else (await push.key()).public,
        refused=refused,
    )


def away_until(row: Availability, member: Member) -> str:
    """The day, as a date field has it; "" for who is there."""
    if not availability.is_away(row, datetime.now(UTC)) or row.away_until is None:
        return ""
    return row.away_until.astimezone(ZoneInfo(member.zone or "UTC")).date().isoformat()


def _habit(row: Availability, occasion: Occasion) -> Habit:
    return Habit(
        occasion=occasion.value,
        push=availability.wants(row, occasion, "push"),
        mail=None if occasion is Occasion.HOSPITAL else availability.wants(row, occasion, "mail"),
        off_hours=availability.wants(row, occasion, "off_hours"),
    )


def _device(row: PushSubscription, session: Session) -> PushDevice:
    return PushDevice(
        id=str(row.id),
        device=row.device,
        since=row.created_at,
        current=row.session_id == session.id,
    )

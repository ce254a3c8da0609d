"""Who opened a consult here: remembered to tell them of a recall, for nothing else, and not longer.

No page, export or record shows it, and no hospital hears of it.
"""

from datetime import datetime, timedelta

from tortoise.transactions import in_transaction

from instance import raw_sql
from instance.ids import new_id
from instance.models import Actor, Consult, ConsultReader, Member
from instance.services.consults import break_glass

KEPT = timedelta(days=30)
_NOTED_EVERY = timedelta(days=1)  # a page that is looked at often is not written each time
_ONE = "consult_id = ?1 AND member_id = ?2"


async def note(member: Member, consult: Consult, now: datetime) -> None:
    """They are shown it now."""
    known = await raw_sql.where(ConsultReader, _ONE, [consult.id, member.id])
    if not known:
        row = raw_sql.new(
            ConsultReader, id=new_id(), member_id=member.id, consult_id=consult.id, opened_at=now
        )
        async with in_transaction():
            await raw_sql.insert(row, unless="consult_id, member_id")  # in two tabs at once
    elif known[0].opened_at < now - _NOTED_EVERY:
        await ConsultReader.filter(id=known[0].id).update(opened_at=now)


async def concerned(consult: Consult) -> list[Actor]:
    """Whom a recall concerns here, one identity each: those who asked, wrote or are named, and
    those who opened it."""
    found = {row.member_id: row for row in await break_glass.taking_part(consult)}
    opened = await ConsultReader.filter(consult_id=consult.id).only("id", "member_id")
    own = Actor.filter(member_id__in=[row.member_id for row in opened])
    for actor in await own.order_by("is_pseudonym", "created_at", "id"):
        found.setdefault(actor.member_id, actor)
    return list(found.values())

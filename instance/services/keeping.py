"""Which channels of ours a member keeps, and so whose reports they read (T72)."""

from dataclasses import dataclass

from tortoise.expressions import Q, Subquery
from tortoise.queryset import QuerySet

from instance import raw_sql
from instance.models import Member, Report
from instance.services import duties
from instance.services.duties import Duty

_KEPT = """
SELECT m.group_id FROM actor own JOIN moderator m ON m.actor_id = own.id
JOIN actor g ON g.id = m.group_id AND g.is_local WHERE own.member_id = ?1
"""


@dataclass(frozen=True)
class Keeping:
    """`everything`: our staff, for every channel and for reports about people."""

    everything: bool = False
    groups: frozenset[int] = frozenset()

    def __bool__(self) -> bool:
        return self.everything or bool(self.groups)

    def reports(self) -> QuerySet[Report]:
        """Who keeps single channels reads what is about them or posts there, and nothing else."""
        if self.everything:
            return Report.all()
        inside = Q(posts__thread__group_id__in=self.groups)
        outside = Q(posts__thread__group_id=None) | ~inside
        about_posts_there = Report.filter(inside).distinct().values("id")
        about_more = Report.filter(Q(posts__id__not_isnull=True) & outside).values("id")
        about_channel = Q(target_id__in=self.groups)
        mine = Report.filter(about_channel | Q(id__in=Subquery(about_posts_there)))
        return mine.exclude(id__in=Subquery(about_more))


async def of(member: Member) -> Keeping:
    if duties.may(member, Duty.CHANNELS):
        return Keeping(everything=True)
    rows = await raw_sql.look_up(_KEPT, [member.id])
    return Keeping(groups=frozenset(row["group_id"] for row in rows))

"""Which channels of ours a member keeps, and so whose reports they read (T72)."""

from dataclasses import dataclass

from tortoise.expressions import Q, Subquery
from tortoise.queryset import QuerySet

from instance.models import Actor, Member, Moderator, Report
from instance.services import duties, members
from instance.services.duties import Duty


@dataclass(frozen=True)
class Keeping:
    """`everything`: our staff, for every channel and for reports about people."""

    everything: bool = False
    groups: frozenset[int] = frozenset()

    def __bool__(self) -> bool:
        return self.everything or bool(self.groups)

    def reports(self) -> QuerySet[Report]:
        """Who keeps single channels reads what is about posts there and about nothing else."""
        if self.everything:
            return Report.all()
        inside = Q(posts__thread__group_id__in=self.groups)
        outside = Q(posts__thread__group_id=None) | ~inside
        about_posts_there = Report.filter(inside).distinct().values("id")
        about_more = Report.filter(Q(posts__id__not_isnull=True) & outside).values("id")
        mine = Report.filter(id__in=Subquery(about_posts_there))
        return mine.exclude(id__in=Subquery(about_more))


async def of(member: Member, own: list[Actor] | None = None) -> Keeping:
    """`own`: the member's identities, where they were read already."""
    if duties.may(member, Duty.CHANNELS):
        return Keeping(everything=True)
    own = await members.identities(member) if own is None else own
    rows = Moderator.filter(actor_id__in=[actor.id for actor in own], group__is_local=True)
    return Keeping(groups=frozenset(await rows.values_list("group_id", flat=True)))  # type: ignore[arg-type]

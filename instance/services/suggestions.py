"""What somebody may want to follow: channels that they do not follow yet."""

from tortoise.expressions import Q, Subquery

from instance.models import Actor, ActorKind, Follow, PassedOver
from instance.services import feed_sources


async def of(actor: Actor, most: int) -> list[Actor]:
    """Ours before those of elsewhere, in the order in which they came to be."""
    open_ones = Q(channel__closed_at=None) | Q(is_local=False)
    rows = Actor.filter(open_ones, kind=ActorKind.CHANNEL, is_blocked=False, gone_at=None)
    followed = Follow.filter(follower_id=actor.id).values("target_id")
    passed_over = PassedOver.filter(actor_id=actor.id).values("target_id")
    rows = rows.exclude(id__in=Subquery(followed)).exclude(id__in=Subquery(passed_over))
    rows = rows.exclude(id__in=await feed_sources.unwanted(actor))
    return await rows.order_by("-is_local", "id").limit(most)


async def pass_over(actor: Actor, target: Actor) -> None:
    await PassedOver.get_or_create(actor_id=actor.id, target_id=target.id)

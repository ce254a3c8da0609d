"""What is decided about a report, and carried out with it (ux.md J11)."""

from collections.abc import Iterable
from datetime import UTC, datetime

from tortoise.transactions import in_transaction

from instance import config, events
from instance.errors import Conflict, FormRefused
from instance.models import (
    Actor,
    ActorKind,
    Decision,
    Member,
    Notification,
    NotificationKind,
    Post,
    Report,
)
from instance.outbox import local
from instance.outbox import moderation as documents
from instance.outbox.enqueue import enqueue
from instance.services import (
    audit,
    bans,
    channels,
    duties,
    lasting_bans,
    members,
    moderation,
    notifications,
    reports,
)
from instance.services.duties import Duty

_ELSEWHERE = "The channel is kept elsewhere. Its hospital decides."
_NOT_HERE = {
    Decision.REMOVED: _ELSEWHERE,
    Decision.BANNED: _ELSEWHERE,
    Decision.SUSPENDED: "Only moderators of every channel here may do this.",
    Decision.WARNED: "This person is at another hospital. Pass the report there.",
    Decision.PASSED_ON: "Their hospital knows already, or this person is a member here.",
}


async def decide(member: Member, row: Report, decision: Decision, reason: str) -> None:
    """Close a report with one of the decisions that are `open_to` it.

    Raises Conflict where somebody was faster, FormRefused where the decision needs a reason or
    cannot be carried out here.
    """
    if decision not in open_to(member, row):
        raise FormRefused({"decision": _NOT_HERE.get(decision, "Choose what to do.")})
    if decision is not Decision.NO_ACTION:
        reason = moderation.required_reason(reason)
    posts = [post for post in row.posts if reports.may_act_on(post)]
    kept = {post.thread.group_id: post.thread.group for post in posts}
    async with in_transaction():
        # First: of two at once, the second does nothing.
        await _close(member, row, decision, reason)
        if decision is Decision.REMOVED:
            await _remove(member, posts, reason)
        elif decision is Decision.BANNED:
            await _ban(member, row.target, [group for group in kept.values() if group], reason)
        elif decision is Decision.SUSPENDED:
            await lasting_bans.lock()
            await _ban(member, row.target, await channels.ours(), reason)
        elif decision is Decision.WARNED:
            await _warn(member, row)
        elif decision is Decision.PASSED_ON:
            await _pass_on(row, reason)


def open_to(member: Member, row: Report) -> tuple[Decision, ...]:
    """What this member can decide about it: posts in channels of ours are ours to remove, people
    here ours to warn, and others their hospital's; every channel at once is for our staff."""
    is_ours, is_board = row.target.is_local, any(reports.may_act_on(post) for post in row.posts)
    is_person = row.target.kind is ActorKind.PERSON  # a channel is warned or banned by nobody
    here = (row.host, config.current().host)
    possible = {
        Decision.NO_ACTION: True,
        Decision.REMOVED: is_board,
        Decision.WARNED: is_person and is_ours,
        Decision.BANNED: is_person and is_board,
        Decision.SUSPENDED: is_person and duties.may(member, Duty.CHANNELS),
        Decision.PASSED_ON: is_person and is_board and row.target.host not in here,
    }
    return tuple(decision for decision, is_possible in possible.items() if is_possible)


async def warnings(rows: Iterable[Notification]) -> dict[int, str]:
    """Why members were warned, by the id of the notification that tells them."""
    told = [row for row in rows if row.kind is NotificationKind.WARNED]
    if not told:
        return {}
    found = Report.filter(target_id__in=[row.identity_id for row in told], decision=Decision.WARNED)
    reasons = {}
    for report_ in await found.order_by("decided_at").prefetch_related("posts"):
        for post_id in [post.id for post in report_.posts] or [None]:
            reasons[report_.target_id, post_id] = report_.reason
    return {row.id: reasons.get((row.identity_id, row.post_id), "") for row in told}


async def _remove(member: Member, posts: list[Post], reason: str) -> None:
    for post in posts:
        if post.deleted_at is None and post.thread.group is not None:
            by = await moderation.required_acting_as(member, post.thread.group)
            await moderation.remove(by, post, reason)


async def _ban(member: Member, target: Actor, groups: list[Actor], reason: str) -> None:
    for group in groups:
        await bans.ban(
            await moderation.required_acting_as(member, group), group, target, reason, None
        )


async def _warn(member: Member, row: Report) -> None:
    by = await members.speaking_as(member)
    posts = sorted(row.posts, key=lambda post: post.id)
    await notifications.of_warning(row.target, by, posts[0] if posts else None)


async def _pass_on(row: Report, reason: str) -> None:
    """To the hospital of the one reported, in the moderator's words: who reported stays here, and
    what they wrote too."""
    to, inbox = await reports.server_of(row.target)
    named = [row.target.uri, *(post.uri for post in row.posts)]
    institution = await local.institution()
    flag = documents.flag(institution, named, reason, [to], datetime.now(UTC))
    await enqueue(flag, sender=institution, inboxes=[inbox])


async def _close(member: Member, row: Report, decision: Decision, reason: str) -> None:
    open_row = Report.filter(id=row.id, decided_at=None)
    values = {"decided_at": datetime.now(UTC), "decision": decision, "reason": reason}
    if not await open_row.update(**values):
        raise Conflict("Somebody else has decided this report.")
    await audit.record(
        "report.decided",
        actor_uri=(await members.identities(member))[0].uri,
        host=row.host,
        subject=row.target.uri,
        decision=decision.value,
    )
    await events.publish("report", row.id)

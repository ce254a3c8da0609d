"""What a member was told, in the order and the days of their page."""

from collections.abc import Iterator
from datetime import datetime
from itertools import groupby
from zoneinfo import ZoneInfo

from quart import g

from instance import config
from instance.alert_words import error_key
from instance.models import (
    Actor,
    ActorKind,
    FollowState,
    Mail,
    Member,
    Notification,
    NotificationKind,
)
from instance.services import decisions, follows, mail_kinds, mails, weekly
from instance.services.consults import break_glass
from instance.web.presenting import people, routing
from instance.web.presenting.pages import Surroundings, channel_url, surroundings
from instance.web.views import Author, MailChoice, MailPage, MailState, Notice, NoticeDay

# `by` is the consult's own group.
_OF_CONSULTS = (
    *(NotificationKind.READING, NotificationKind.ASKED, NotificationKind.INFO_ASKED),
    *(NotificationKind.ANSWERED, NotificationKind.ANSWERED_MORE, NotificationKind.OUTCOME_DUE),
    *(NotificationKind.CHANGED, NotificationKind.EXPIRES, NotificationKind.RECALLED),
    NotificationKind.PRIVATE,
)
_VOUCHING = (
    *(NotificationKind.VOUCH_ASKED, NotificationKind.VOUCH_ENDED),
    *(NotificationKind.VOUCH_LOST, NotificationKind.VOUCHED),
)


async def days(rows: list[Notification], around: Surroundings) -> tuple[NoticeDay, ...]:
    authors = await people.authors([row.by for row in rows], around.institutions)
    reasons = await decisions.warnings(rows)
    zone = ZoneInfo(around.page.zone)
    today = around.page.now.astimezone(zone).date()

    def grouped() -> Iterator[NoticeDay]:
        by_day = groupby(rows, key=lambda row: row.created_at.astimezone(zone).date())
        for day, of_day in by_day:
            notices = tuple(
                _notice(row, authors[row.by_id], around, reasons.get(row.id, "")) for row in of_day
            )
            yield NoticeDay(at=notices[0].at, today=day == today, notices=notices)

    return tuple(grouped())


async def target(row: Notification) -> str:
    """The page a notification is about; needs `by`, `alert` and `post` loaded."""
    if row.alert is not None and row.alert.case_id is not None:
        return f"/admin/verification/{row.alert.case_id}"
    if row.alert is not None:
        return mail_kinds.page_of(row.alert.kind, row.alert.host)
    if row.kind is NotificationKind.FOLLOW_REQUEST:
        asked = await follows.asked_of(row.by_id, row.identity_id)
        if asked is not None:
            return f"{channel_url(asked)}/moderation"
        own = await Actor.get(id=row.identity_id)
        if await follows.state(row.by, own) is FollowState.PENDING:
            return f"/account/people/{own.handle}"
    if row.kind in (NotificationKind.TRUST_OFFERED, NotificationKind.TRUST_CHANGED):
        return f"/admin/hospitals/{row.by.host}"
    if row.kind is NotificationKind.LIST_CHANGED:
        return "/admin/hospitals/lists#followed"
    if row.kind in _VOUCHING:
        return "/account/verification/colleagues"
    if row.kind is NotificationKind.ROLE_CHANGED:
        return "/account"
    if row.kind is NotificationKind.NOT_POSTED:
        return "/account/scheduled"
    if row.kind is NotificationKind.STAYS:
        return "/"
    if row.kind in (NotificationKind.CLOSING, NotificationKind.EXPORT_READY):
        return "/account/export"
    if row.kind in (NotificationKind.READING_ASKED, NotificationKind.READING_DECIDED):
        return "/admin/consults"
    if row.kind in (NotificationKind.UNMASK_ASKED, NotificationKind.UNMASK_DECIDED):
        return "/admin/unmasking"
    if row.kind in (NotificationKind.CASE, NotificationKind.ENDS_SOON):
        return "/account/verification"
    if row.kind is NotificationKind.CASE_SECOND:
        return "/admin/verification?box=second"
    if row.kind is NotificationKind.CONSENT:
        return f"/k/{await break_glass.consult_of(row.by_id)}/publish"
    if row.kind is NotificationKind.DRAFT_RELEASED:
        return "/consults?box=mine"
    if row.kind in (NotificationKind.DRAFT_RETURNED, NotificationKind.DRAFT_ENDS):
        return "/consults?box=drafts"
    if row.kind in _OF_CONSULTS:
        return f"/k/{await break_glass.consult_of(row.by_id)}"
    if row.post is not None:
        return f"/t/{row.post.thread_id}#p-{row.post.id}"
    if row.kind is NotificationKind.WARNED:
        return "/about"  # the rules
    return channel_url(row.by) if row.by.kind is ActorKind.CHANNEL else people.profile_url(row.by)


async def mail_page(member: Member, refused: str = "") -> MailPage:
    """`refused`: why the browser they are in could not be added."""
    around = await surroundings(member, nav="account", here="/account/notifications")
    choices, last = await mails.choices(member), await mails.last(member)
    state, at = _became_of(last)
    return MailPage(
        page=around.page,
        email=member.email,
        is_sent=config.current().sends_mail,
        choices=tuple(
            MailChoice(kind=kind.value, wanted=kind in choices.wanted) for kind in choices.offered
        ),
        last=state,
        at=at,
        error=error_key(last.last_error) if last is not None else "",
        reach=await routing.reach(member, g.session, refused),
        weekly=await weekly.is_chosen(member),
    )


def _became_of(row: Mail | None) -> tuple[MailState, datetime | None]:
    if row is None:
        return "", None
    if row.sent_at is not None:
        return "sent", row.sent_at
    if row.gave_up_at is not None:
        return "gave_up", row.gave_up_at
    return ("failed" if row.attempts else "waiting"), row.due_at


def _notice(row: Notification, author: Author, around: Surroundings, reason: str) -> Notice:
    alert, names = row.alert, around.institutions
    return Notice(
        kind=row.kind.value,
        by=author,
        at=row.created_at,
        url=f"/notifications/{row.id}",
        title=row.post.thread.title if row.post is not None else "",
        identity=row.identity.name or row.identity.handle if len(around.own) > 1 else "",
        reason=reason,
        own=row.kind is NotificationKind.POLL and row.by_id == row.identity_id,
        unread=row.read_at is None,
        alert=alert.kind.value if alert is not None else "",
        hospital=names.get(alert.host, alert.host) if alert is not None else "",
    )

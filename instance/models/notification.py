"""What a member is told: ids only, never a word of what anybody wrote (ux.md 5)."""

from enum import StrEnum

from tortoise import fields
from tortoise.models import Model

from instance.models.actor import Actor
from instance.models.alert import ToldAlert
from instance.models.consult import Contribution
from instance.models.keys import IdField, IndexOfSome
from instance.models.member import Member
from instance.models.post import Post


class NotificationKind(StrEnum):
    REPLY = "reply"
    MENTION = "mention"
    FOLLOW = "follow"
    FOLLOW_REQUEST = "follow_request"
    LIKE = "like"
    BOOST = "boost"
    EDITED = "edited"  # what they boosted
    POLL = "poll"  # one they made or voted in has ended
    THREAD = "thread"  # of a channel or person whom they follow and want to hear of at once
    NOT_POSTED = "not_posted"  # what they had scheduled; `by` is our own institution
    TRUST_OFFERED = "trust_offered"  # another hospital wants to work with ours
    TRUST_CHANGED = "trust_changed"
    LIST_CHANGED = "list_changed"  # a list of hosts that we subscribed to
    ROLE_CHANGED = "role_changed"
    READING = "reading"  # a consult they take part in was opened to a steward or owner
    READING_ASKED = "reading_asked"  # somebody asks to read one
    READING_DECIDED = "reading_decided"
    ALERT = "alert"  # what `alert` says
    CASE = "case"  # an officer asks them something about their standing, or decided
    CASE_SECOND = "case_second"  # an officer proposed a decision that needs another one
    ENDS_SOON = "ends_soon"  # what their standing rests on
    VOUCH_ASKED = "vouch_asked"  # a colleague asks them to
    VOUCH_ENDED = "vouch_ended"  # of what somebody said about them
    VOUCH_LOST = "vouch_lost"  # they may not any more
    VOUCHED = "vouched"  # somebody did for them
    UNMASK_ASKED = "unmask_asked"  # somebody asks which member a pseudonym is
    UNMASK_DECIDED = "unmask_decided"
    WARNED = "warned"  # by a moderator, after a report
    CLOSING = "closing"  # this server closes on a date
    STAYS = "stays"  # it does not any more
    EXPORT_READY = "export_ready"  # the files they asked for can be fetched
    # Of consults; `by` is the consult's own group.
    ASKED = "asked"  # to answer one
    INFO_ASKED = "info_asked"  # in one of theirs
    ANSWERED = "answered"  # one of theirs, for the first time
    ANSWERED_MORE = "answered_more"
    CHANGED = "changed"  # the question of one that they answered
    OUTCOME_DUE = "outcome_due"
    EXPIRES = "expires"  # one of theirs, soon
    RECALLED = "recalled"  # what they wrote or read
    CONSENT = "consent"  # whether what they wrote in it may be published
    PRIVATE = "private"  # somebody wrote to them alone
    # Of what they have not sent; `by` is the steward, or our own institution.
    DRAFT_RELEASED = "draft_released"  # it was held, and is sent now
    DRAFT_RETURNED = "draft_returned"  # it was held, and they are to mend it
    DRAFT_ENDS = "draft_ends"  # it is deleted soon


class Notification(Model):
    """`identity` is whom it concerns of the member's actors; `by` is who caused it."""

    id = IdField()
    member: fields.ForeignKeyRelation[Member] = fields.ForeignKeyField(
        "curbside.Member", related_name="notifications", on_delete=fields.CASCADE
    )
    member_id: int
    identity: fields.ForeignKeyRelation[Actor] = fields.ForeignKeyField(
        "curbside.Actor", related_name="notified", on_delete=fields.CASCADE
    )
    identity_id: int
    kind = fields.CharEnumField(NotificationKind, max_length=16)
    by: fields.ForeignKeyRelation[Actor] = fields.ForeignKeyField(
        "curbside.Actor", related_name="notifying", on_delete=fields.CASCADE
    )
    by_id: int
    post: fields.ForeignKeyNullableRelation[Post] = fields.ForeignKeyField(
        "curbside.Post", related_name="notifications", null=True, on_delete=fields.CASCADE
    )
    post_id: int | None
    # What went wrong, where it has words of its own; of an ALERT `by` is our own institution.
    alert: fields.ForeignKeyNullableRelation[ToldAlert] = fields.ForeignKeyField(
        "curbside.ToldAlert", related_name="notifications", null=True, on_delete=fields.CASCADE
    )
    alert_id: int | None
    # Of a PRIVATE one that is for applications, which tell each message; `by` is who wrote it.
    message: fields.ForeignKeyNullableRelation[Contribution] = fields.ForeignKeyField(
        "curbside.Contribution", related_name="notifications", null=True, on_delete=fields.CASCADE
    )
    message_id: int | None
    created_at = fields.DatetimeField(auto_now_add=True)
    read_at = fields.DatetimeField(null=True)
    mail_at = fields.DatetimeField(null=True)  # goes into a digest then, where it is not read yet
    dismissed_at = fields.DatetimeField(null=True)  # in an application, where it is gone since

    class Meta:
        table = "notification"
        unique_together = (("identity", "kind", "by", "post"),)  # told once, however it came
        indexes = (
            ("member_id", "id"),
            ("member_id", "read_at"),
            IndexOfSome(fields=["mail_at"], name="notification_mail", having="mail_at"),
            IndexOfSome(fields=["message_id"], name="notification_message", having="message_id"),
        )

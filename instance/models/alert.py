"""What administrators and officers are told of once, and the mails to them and to members."""

from enum import StrEnum

from tortoise import fields
from tortoise.models import Model

from instance.models.keys import IdField, IndexOfSome
from instance.models.member import Member
from instance.models.verification_case import VerificationCase
from instance.sealed import SealedBytesField


class AlertKind(StrEnum):
    SILENT = "silent"  # a partner hospital does not answer
    STANDING = "standing"  # a partner's lists of standing cannot be read or believed
    BACK = "back"  # it does again
    KEYS = "keys"  # a partner shows other keys than those compared: trust rests
    ENDED = "ended"  # the other side, or the calendar, ended an agreement
    TRUST = "trust"  # an agreement changed in another way
    ENDS_SOON = "ends_soon"
    OFFERED = "offered"  # another institution wants to work with ours
    FLOOD = "flood"  # more strangers want that than anybody looks at
    LIST = "list"  # a list of hosts that we follow changed, or cannot be believed
    OVERDUE = "overdue"  # who left has not proved that it deleted our consults
    GAVE_UP = "gave_up"  # something for a partner will not be tried again
    QUOTA = "quota"  # a server leaves more here than it may
    AUDIT = "audit"  # the record is not as it was sealed
    MAIL = "mail"  # our mails do not get out
    BACKUP = "backup"  # the last backup is too old, or there is none
    TEST = "test"  # nothing happened: somebody wants to see that mails arrive
    CLOSING = "closing"  # this server closes; to everybody
    DIGEST = "digest"  # what waits for a member, in numbers
    WEEKLY = "weekly"  # how much is new in the channels that they follow
    STAYS = "stays"  # it does not: the closing was called off
    CASE_LATE = "case_late"  # somebody waits longer than promised for a word about their standing
    HELD = "held"  # a question waits for a steward before it is sent
    # Of a member's own account, to them alone.
    PASSWORD = "password"  # noqa: S105  (it was changed)
    FACTOR = "factor"  # a code app, or the hospital's sign-in, was added or removed
    PASSKEY = "passkey"  # one was added or removed
    CODES = "codes"  # there are new recovery codes
    RECOVERED = "recovered"  # somebody signed in with a recovery code
    RESET = "reset"  # an administrator reset password and second step
    CONFIRM = "confirm"  # a code, to the address that is to be theirs
    CASE = "case"  # an officer asks something about their standing, or decided
    EXPIRES = "expires"  # what their standing rests on ends soon
    ADDRESS = "address"  # mails go to another address now: told to the old one
    # To an address that is nobody's here yet.
    INVITED = "invited"
    KNOWN = "known"  # invited, and has an account
    MAILBOX = "mailbox"  # a code, to see that who joins reads this mailbox
    SUSPENDED = "suspended"
    RESTORED = "restored"
    CHANGED = "changed"  # their stage, profession, specialties or jurisdiction
    RECHECK = "recheck"  # what their standing rests on has to be shown anew
    UNMASKED = "unmasked"  # two officers were shown whose name a pseudonym stands for


class ToldAlert(Model):
    """One thing that went wrong, told to administrators when it began.

    `key`: kind and host, or case, while it stands, so that nobody can tell of it a second time;
    NULL when it is over, and from the beginning of what has no end. `host` is "" for what concerns
    ourselves.
    """

    id = IdField()
    kind = fields.CharEnumField(AlertKind, max_length=9)
    host = fields.CharField(max_length=255)
    case: fields.ForeignKeyNullableRelation[VerificationCase] = fields.ForeignKeyField(
        "curbside.VerificationCase", related_name="alerts", null=True, on_delete=fields.CASCADE
    )
    case_id: int | None
    key = fields.CharField(max_length=300, null=True, unique=True)
    since = fields.DatetimeField()
    ended_at = fields.DatetimeField(null=True)

    class Meta:
        table = "told_alert"


class Mail(Model):
    """One mail to one member, or to somebody who is invited. Its words are fixed by `kind`; of the
    cause it holds the host alone.

    `address`: where to, if not to the member's own. `code`: what it tells, until it is sent.
    `due_at` is NULL when nothing is left to do: `sent_at` or `gave_up_at` says why. `last_error`: a
    key of `alert_words.MAIL_ERRORS`, and what the mail server answered.
    """

    id = IdField()
    member: fields.ForeignKeyNullableRelation[Member] = fields.ForeignKeyField(
        "curbside.Member", related_name="mails", null=True, on_delete=fields.CASCADE
    )
    member_id: int | None
    kind = fields.CharEnumField(AlertKind, max_length=9)
    host = fields.CharField(max_length=255)
    address = fields.CharField(max_length=254, default="", db_default="")
    code = SealedBytesField(null=True)
    attempts = fields.IntField(default=0)
    due_at = fields.DatetimeField(null=True)
    claimed_until = fields.DatetimeField(null=True)  # a worker owns the row until then
    sent_at = fields.DatetimeField(null=True)
    gave_up_at = fields.DatetimeField(null=True)
    last_error = fields.CharField(max_length=200, default="")
    created_at = fields.DatetimeField(auto_now_add=True)

    class Meta:
        table = "mail"
        indexes = (
            ("member_id", "kind", "host"),
            IndexOfSome(fields=["due_at"], name="mail_waiting", having="due_at"),
        )


class MutedMail(Model):
    """A kind of alert of which a member wants no mail."""

    id = IdField()
    member: fields.ForeignKeyRelation[Member] = fields.ForeignKeyField(
        "curbside.Member", related_name="muted_mails", on_delete=fields.CASCADE
    )
    member_id: int
    kind = fields.CharEnumField(AlertKind, max_length=9)

    class Meta:
        table = "muted_mail"
        unique_together = (("member", "kind"),)

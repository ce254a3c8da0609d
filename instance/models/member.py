"""People with a login here."""

from datetime import timedelta
from enum import IntEnum, StrEnum
from typing import Any

from tortoise import fields
from tortoise.models import Model

from instance.models.actor import Actor
from instance.models.keys import IdField


class Level(IntEnum):
    """Evidence behind a standing (domain.md 4.5)."""

    GUEST = 0
    ATTESTED = 1
    CHECKED = 2
    VERIFIED = 3
    INSTITUTIONAL = 4


class Role(StrEnum):
    """What a member may administer here; says nothing about medicine."""

    MEMBER = "member"
    OFFICER = "officer"
    MODERATOR = "moderator"
    STEWARD = "steward"
    FEDERATION = "federation"
    OWNER = "owner"


class Profession(StrEnum):
    PHYSICIAN = "physician"
    NURSE = "nurse"
    PHARMACIST = "pharmacist"
    ASSISTANT = "assistant"
    OTHER = "other"


class Stage(StrEnum):
    STUDENT = "student"
    TRAINEE = "trainee"
    PRACTISING = "practising"
    RETIRED = "retired"


class Member(Model):
    """One person. `legal_name` is for this institution's staff only."""

    id = IdField()
    email = fields.CharField(max_length=254, unique=True)  # lower case
    password_hash = fields.CharField(max_length=200)
    legal_name = fields.CharField(max_length=200)
    role = fields.CharEnumField(Role, max_length=12, default=Role.MEMBER)
    level = fields.IntEnumField(Level, default=Level.ATTESTED)
    profession = fields.CharEnumField(Profession, max_length=12)
    stage = fields.CharEnumField(Stage, max_length=12, default=Stage.PRACTISING)
    specialties: Any = fields.JSONField(default=list)
    jurisdiction = fields.CharField(max_length=8, default="US")
    theme = fields.CharField(max_length=8, default="system")
    has_keys = fields.BooleanField(default=True, db_default=True)  # single ones act (WCAG 2.1.4)
    zone = fields.CharField(max_length=40, default="", db_default="")  # IANA; "": not chosen
    # Whether there is a code app or a passkey: every request asks, so it stands here as well.
    has_second_factor = fields.BooleanField(default=False, db_default=False)
    suspended_at = fields.DatetimeField(null=True)
    created_at = fields.DatetimeField(auto_now_add=True)
    actors: fields.ReverseRelation[Actor]
    # Of the session that it was read for: the hospital's own sign-in saw a second step.
    has_shown_second_step = False

    class Meta:
        table = "member"


class Session(Model):
    """A signed-in browser. Only the hash of its token is kept (T67)."""

    IDLE = timedelta(hours=12)
    IDLE_SHARED = timedelta(minutes=15)
    ABSOLUTE = timedelta(days=7)

    id = IdField()
    token_hash = fields.CharField(max_length=64, unique=True)
    member: fields.ForeignKeyRelation[Member] = fields.ForeignKeyField(
        "curbside.Member", related_name="sessions", on_delete=fields.CASCADE
    )
    member_id: int
    device = fields.CharField(max_length=120, default="")
    is_shared_computer = fields.BooleanField(default=True)
    # The hospital's own sign-in opened it; and saw a second step there.
    is_single_sign_on = fields.BooleanField(default=False, db_default=False)
    has_second_step = fields.BooleanField(default=False, db_default=False)
    created_at = fields.DatetimeField(auto_now_add=True)
    seen_at = fields.DatetimeField()
    expires_at = fields.DatetimeField()

    class Meta:
        table = "session"


class SignInStep(Model):
    """A browser that knew the password and still owes the second step: nobody, for 5 minutes.

    Or one that came from the hospital's own sign-in. Only the hash of its token is kept, as of a
    session's.
    """

    LIVES = timedelta(minutes=5)

    id = IdField()
    token_hash = fields.CharField(max_length=64, unique=True)
    member: fields.ForeignKeyRelation[Member] = fields.ForeignKeyField(
        "curbside.Member", related_name="sign_in_steps", on_delete=fields.CASCADE
    )
    member_id: int
    device = fields.CharField(max_length=120, default="")
    is_shared_computer = fields.BooleanField(default=True)
    is_single_sign_on = fields.BooleanField(default=False, db_default=False)
    expires_at = fields.DatetimeField()

    class Meta:
        table = "sign_in_step"


class KnownPlace(Model):
    """A network or a browser in which a member has signed in, by a hash with our key.

    What others try elsewhere does not count against the member there. Kept 90 days after use.
    """

    id = IdField()
    member: fields.ForeignKeyRelation[Member] = fields.ForeignKeyField(
        "curbside.Member", related_name="known_places", on_delete=fields.CASCADE
    )
    member_id: int
    place_hash = fields.CharField(max_length=64)
    seen_at = fields.DatetimeField()

    class Meta:
        table = "known_place"
        unique_together = (("member", "place_hash"),)


class EmailChange(Model):
    """An address that a member wants to have, until the code that was mailed there comes back."""

    LIVES = timedelta(hours=1)

    id = IdField()
    member: fields.OneToOneRelation[Member] = fields.OneToOneField(
        "curbside.Member", related_name="email_change", on_delete=fields.CASCADE
    )
    member_id: int
    address = fields.CharField(max_length=254)
    code_hash = fields.CharField(max_length=64)
    expires_at = fields.DatetimeField()

    class Meta:
        table = "email_change"


class SignInFailure(Model):
    """One failed try at a door of an account, for the throttle by account and by network (T65).

    Kept an hour.
    """

    id = IdField()
    account_hash = fields.CharField(max_length=64)
    network_hash = fields.CharField(max_length=64)
    created_at = fields.DatetimeField(auto_now_add=True)

    class Meta:
        table = "sign_in_failure"
        indexes = (("account_hash", "created_at"), ("network_hash", "created_at"))

"""Tables. Fields, constraints and the reason for an index; rules live in services.

A column that is added later and must not be NULL needs a `db_default` beside its default: rows
that are there already get it.
"""

from instance.models.actor import Actor, ActorKey, ActorKind
from instance.models.alert import AlertKind, Mail, MutedMail, ToldAlert
from instance.models.audit import AuditAnchor, AuditCheck, AuditEntry, AuditSeal
from instance.models.break_glass import BreakGlass
from instance.models.consult import (
    Consult,
    Contribution,
    Departure,
    HistoryEntry,
    Participant,
    Receipt,
    Scope,
    Status,
)
from instance.models.delivery import (
    Delivery,
    Fetch,
    OutboxActivity,
    ReceivedActivity,
    SeenSignature,
)
from instance.models.figure import DeliveryHour
from instance.models.host_list import (
    HostAction,
    HostImport,
    HostImportRow,
    ImportState,
    ItemState,
    PublishedList,
    Subscription,
    SubscriptionItem,
    Verdict,
)
from instance.models.member import (
    EmailChange,
    KnownPlace,
    Level,
    Member,
    Profession,
    Role,
    Session,
    SignInFailure,
    SignInStep,
    Stage,
)
from instance.models.moderation import Decision, Refusal, Report
from instance.models.notification import Notification, NotificationKind
from instance.models.peer import (
    Direction,
    KeyCheck,
    Offer,
    Peer,
    PeerLevel,
    Relationship,
    TrustState,
)
from instance.models.poll import Poll, PollOption, Vote
from instance.models.post import Announced, Channel, Gone, Post, PostKind, Thread
from instance.models.profile import ProfileField, ProfileKind, Visibility
from instance.models.reaction import Reaction, ReactionKind
from instance.models.reader import Seen
from instance.models.relation import Ban, Block, Follow, FollowState, Moderator
from instance.models.roster import (
    RosterEntry,
    RosterImport,
    RosterMapping,
    RosterPart,
    RosterRow,
    RosterState,
    RowVerdict,
)
from instance.models.second_factor import CodeApp, Passkey, RecoveryCode, UsedChallenge
from instance.models.setting import Setting
from instance.models.single_sign_on import SignOnIdentity, SignOnProvider
from instance.models.standing import (
    RemoteStatusList,
    Standing,
    StandingReader,
    StatusEntry,
    StatusList,
)
from instance.models.verification import Ending, Mailbox, Method, Verification
from instance.models.work import Event

__all__ = [
    "Actor",
    "ActorKey",
    "ActorKind",
    "AlertKind",
    "Announced",
    "AuditAnchor",
    "AuditCheck",
    "AuditEntry",
    "AuditSeal",
    "Ban",
    "Block",
    "BreakGlass",
    "Channel",
    "CodeApp",
    "Consult",
    "Contribution",
    "Decision",
    "Delivery",
    "DeliveryHour",
    "Departure",
    "Direction",
    "EmailChange",
    "Ending",
    "Event",
    "Fetch",
    "Follow",
    "FollowState",
    "Gone",
    "HistoryEntry",
    "HostAction",
    "HostImport",
    "HostImportRow",
    "ImportState",
    "ItemState",
    "KeyCheck",
    "KnownPlace",
    "Level",
    "Mail",
    "Mailbox",
    "Member",
    "Method",
    "Moderator",
    "MutedMail",
    "Notification",
    "NotificationKind",
    "Offer",
    "OutboxActivity",
    "Participant",
    "Passkey",
    "Peer",
    "PeerLevel",
    "Poll",
    "PollOption",
    "Post",
    "PostKind",
    "Profession",
    "ProfileField",
    "ProfileKind",
    "PublishedList",
    "Reaction",
    "ReactionKind",
    "Receipt",
    "ReceivedActivity",
    "RecoveryCode",
    "Refusal",
    "Relationship",
    "RemoteStatusList",
    "Report",
    "Role",
    "RosterEntry",
    "RosterImport",
    "RosterMapping",
    "RosterPart",
    "RosterRow",
    "RosterState",
    "RowVerdict",
    "Scope",
    "Seen",
    "SeenSignature",
    "Session",
    "Setting",
    "SignInFailure",
    "SignInStep",
    "SignOnIdentity",
    "SignOnProvider",
    "Stage",
    "Standing",
    "StandingReader",
    "Status",
    "StatusEntry",
    "StatusList",
    "Subscription",
    "SubscriptionItem",
    "Thread",
    "ToldAlert",
    "TrustState",
    "UsedChallenge",
    "Verdict",
    "Verification",
    "Visibility",
    "Vote",
]

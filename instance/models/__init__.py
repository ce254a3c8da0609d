"""Tables. Fields, constraints and the reason for an index; rules live in services.

A column that is added later and must not be NULL needs a `db_default` beside its default: rows
that are there already get it.
"""

import instance.models.unasked  # noqa: F401  # before the first model
from instance.models.actor import Actor, ActorKey, ActorKind
from instance.models.alert import AlertKind, Mail, MutedMail, ToldAlert
from instance.models.announcement import (
    Announcement,
    AnnouncementDismissed,
    AnnouncementReaction,
)
from instance.models.attachment import Attachment, AttachmentFile, AttachmentState
from instance.models.audit import AuditAnchor, AuditCheck, AuditEntry, AuditSeal
from instance.models.backup import Backup, Restore, RestoreCount
from instance.models.bookmark import Bookmark, MutedThread
from instance.models.break_glass import BreakGlass
from instance.models.client import (
    AccessToken,
    Application,
    AuthorizationCode,
    PostedWith,
    SentOnce,
)
from instance.models.closing import Closing
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
from instance.models.conversation import ConversationPlace
from instance.models.delivery import (
    Delivery,
    Fetch,
    OutboxActivity,
    ReceivedActivity,
    SeenSignature,
)
from instance.models.dismissed_term import DismissedTerm
from instance.models.draft import Draft, DraftState, Hold
from instance.models.figure import DeliveryHour
from instance.models.filter import Filter, FilterAction, FilterKeyword, FilterPost
from instance.models.first_run import FirstRun
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
from instance.models.invitation import Invitation, InvitationRound
from instance.models.lists import List, ListEntry, Replies
from instance.models.marker import MarkedTimeline, Marker
from instance.models.media import ConsentBasis, Media, MediaPart, MediaState, Variant
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
from instance.models.member_act import ActKind, MemberAct
from instance.models.moderation import Decision, Refusal, Report
from instance.models.notification import Notification, NotificationKind
from instance.models.observation import Observation
from instance.models.peer import (
    Direction,
    KeyCheck,
    Offer,
    Peer,
    PeerLevel,
    Relationship,
    TrustState,
)
from instance.models.picture_use import PictureUse
from instance.models.poll import Poll, PollOption, Vote
from instance.models.portability import (
    AccountImport,
    AccountImportState,
    AccountPart,
    Export,
    ExportFile,
    ExportPart,
    ExportState,
    Keepsake,
)
from instance.models.portrait import Portrait, PortraitKind
from instance.models.post import Announced, Channel, Gone, Post, PostKind, SignedBy, Thread
from instance.models.profile import ProfileField, ProfileKind, Visibility
from instance.models.publication import Publication, PublicationAnswer
from instance.models.purge import PurgeRun, Remains
from instance.models.push import PushKey, PushMessage, PushPolicy, PushSubscription
from instance.models.quota import HostDay, HostLimit, HostTotal, Left
from instance.models.reaction import Reaction, ReactionKind
from instance.models.reader import ConsultReader, Seen
from instance.models.recall import Recall, Tombstone
from instance.models.registry import (
    MemberNumber,
    NumberKind,
    NumberOutcome,
    RegistryImport,
    RegistryNumber,
    RegistryState,
)
from instance.models.relation import Ban, Block, Follow, FollowState, Moderator
from instance.models.revision import Revision
from instance.models.roster import (
    RosterEntry,
    RosterImport,
    RosterMapping,
    RosterPart,
    RosterRow,
    RosterState,
    RowVerdict,
)
from instance.models.routing import AnswerRequest, Availability, Invitee, Routing, Why
from instance.models.scheduled import ScheduledPost
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
from instance.models.tag import FeaturedTag, FollowedTag, PostTag, Tag, Unindexed
from instance.models.unmasking import Ground, Unmasking
from instance.models.verification import Ending, Mailbox, Method, Verification
from instance.models.verification_case import (
    Attestation,
    CaseAct,
    CaseDocument,
    CaseKind,
    CaseState,
    CaseStep,
    VerificationCase,
)
from instance.models.vouch import Vouch, VouchState
from instance.models.weekly_mail import WeeklyMail
from instance.models.wish import ActorNote, Endorsement, HiddenHost, Mute, PassedOver
from instance.models.work import Event

__all__ = [
    "AccessToken",
    "AccountImport",
    "AccountImportState",
    "AccountPart",
    "ActKind",
    "Actor",
    "ActorKey",
    "ActorKind",
    "ActorNote",
    "AlertKind",
    "Announced",
    "Announcement",
    "AnnouncementDismissed",
    "AnnouncementReaction",
    "AnswerRequest",
    "Application",
    "Attachment",
    "AttachmentFile",
    "AttachmentState",
    "Attestation",
    "AuditAnchor",
    "AuditCheck",
    "AuditEntry",
    "AuditSeal",
    "AuthorizationCode",
    "Availability",
    "Backup",
    "Ban",
    "Block",
    "Bookmark",
    "BreakGlass",
    "CaseAct",
    "CaseDocument",
    "CaseKind",
    "CaseState",
    "CaseStep",
    "Channel",
    "Closing",
    "CodeApp",
    "ConsentBasis",
    "Consult",
    "ConsultReader",
    "Contribution",
    "ConversationPlace",
    "Decision",
    "Delivery",
    "DeliveryHour",
    "Departure",
    "Direction",
    "DismissedTerm",
    "Draft",
    "DraftState",
    "EmailChange",
    "Ending",
    "Endorsement",
    "Event",
    "Export",
    "ExportFile",
    "ExportPart",
    "ExportState",
    "FeaturedTag",
    "Fetch",
    "Filter",
    "FilterAction",
    "FilterKeyword",
    "FilterPost",
    "FirstRun",
    "Follow",
    "FollowState",
    "FollowedTag",
    "Gone",
    "Ground",
    "HiddenHost",
    "HistoryEntry",
    "Hold",
    "HostAction",
    "HostDay",
    "HostImport",
    "HostImportRow",
    "HostLimit",
    "HostTotal",
    "ImportState",
    "Invitation",
    "InvitationRound",
    "Invitee",
    "ItemState",
    "Keepsake",
    "KeyCheck",
    "KnownPlace",
    "Left",
    "Level",
    "List",
    "ListEntry",
    "Mail",
    "Mailbox",
    "MarkedTimeline",
    "Marker",
    "Media",
    "MediaPart",
    "MediaState",
    "Member",
    "MemberAct",
    "MemberNumber",
    "Method",
    "Moderator",
    "Mute",
    "MutedMail",
    "MutedThread",
    "Notification",
    "NotificationKind",
    "NumberKind",
    "NumberOutcome",
    "Observation",
    "Offer",
    "OutboxActivity",
    "Participant",
    "PassedOver",
    "Passkey",
    "Peer",
    "PeerLevel",
    "PictureUse",
    "Poll",
    "PollOption",
    "Portrait",
    "PortraitKind",
    "Post",
    "PostKind",
    "PostTag",
    "PostedWith",
    "Profession",
    "ProfileField",
    "ProfileKind",
    "Publication",
    "PublicationAnswer",
    "PublishedList",
    "PurgeRun",
    "PushKey",
    "PushMessage",
    "PushPolicy",
    "PushSubscription",
    "Reaction",
    "ReactionKind",
    "Recall",
    "Receipt",
    "ReceivedActivity",
    "RecoveryCode",
    "Refusal",
    "RegistryImport",
    "RegistryNumber",
    "RegistryState",
    "Relationship",
    "Remains",
    "RemoteStatusList",
    "Replies",
    "Report",
    "Restore",
    "RestoreCount",
    "Revision",
    "Role",
    "RosterEntry",
    "RosterImport",
    "RosterMapping",
    "RosterPart",
    "RosterRow",
    "RosterState",
    "Routing",
    "RowVerdict",
    "ScheduledPost",
    "Scope",
    "Seen",
    "SeenSignature",
    "SentOnce",
    "Session",
    "Setting",
    "SignInFailure",
    "SignInStep",
    "SignOnIdentity",
    "SignOnProvider",
    "SignedBy",
    "Stage",
    "Standing",
    "StandingReader",
    "Status",
    "StatusEntry",
    "StatusList",
    "Subscription",
    "SubscriptionItem",
    "Tag",
    "Thread",
    "ToldAlert",
    "Tombstone",
    "TrustState",
    "Unindexed",
    "Unmasking",
    "UsedChallenge",
    "Variant",
    "Verdict",
    "Verification",
    "VerificationCase",
    "Visibility",
    "Vote",
    "Vouch",
    "VouchState",
    "WeeklyMail",
    "Why",
]

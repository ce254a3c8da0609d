"""Tables. Fields, constraints and the reason for an index; rules live in services."""

from instance.models.actor import Actor, ActorKey, ActorKind, Standing
from instance.models.consult import (
    Consult,
    Contribution,
    HistoryEntry,
    Participant,
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
from instance.models.member import Level, Member, Profession, Role, Session, SignInFailure, Stage
from instance.models.moderation import AuditEntry
from instance.models.peer import Direction, Peer, PeerLevel, Relationship, TrustState
from instance.models.post import Channel, Post, PostKind, Thread
from instance.models.relation import Follow, FollowState
from instance.models.work import Event

__all__ = [
    "Actor",
    "ActorKey",
    "ActorKind",
    "AuditEntry",
    "Channel",
    "Consult",
    "Contribution",
    "Delivery",
    "Direction",
    "Event",
    "Fetch",
    "Follow",
    "FollowState",
    "HistoryEntry",
    "Level",
    "Member",
    "OutboxActivity",
    "Participant",
    "Peer",
    "PeerLevel",
    "Post",
    "PostKind",
    "Profession",
    "ReceivedActivity",
    "Relationship",
    "Role",
    "Scope",
    "SeenSignature",
    "Session",
    "SignInFailure",
    "Stage",
    "Standing",
    "Status",
    "Thread",
    "TrustState",
]

"""Of what is sent and received, and of what is counted."""

from datetime import datetime, timedelta
from typing import Any

from tortoise.expressions import Q, Subquery
from tortoise.queryset import QuerySet

from instance.models import (
    ActorKey,
    AuditCheck,
    Delivery,
    DeliveryHour,
    Event,
    HostDay,
    KeyCheck,
    OutboxActivity,
    Peer,
    PushMessage,
    ReceivedActivity,
    Refusal,
    SeenSignature,
)
from instance.outbox import forms
from instance.services import delivery_figures, peers, refusals, rotation, treaty_answers
from instance.services.retention.kind import NOW, Kind, older

DELIVERED_KEPT, GIVEN_UP_KEPT = timedelta(days=7), timedelta(days=30)
# What was delivered long ago may come again under a fresh signature: servers try for a week, and an
# administrator may put back what was given up within the month after. Beyond that, what an activity
# did stands by itself: posts are known by their ids, deleted ones too, and likes and votes by who
# gave them. Longer than an Undo keeps what it took back away (`gone.KEPT`).
RECEIVED_KEPT = timedelta(days=90)


def _arrived(before: datetime) -> QuerySet[Any]:
    """Not while others of the same activity are still there: its author sees all of them."""
    others = Delivery.filter(Q(due_at__not_isnull=True) | Q(gave_up_at__not_isnull=True))
    found = Delivery.filter(delivered_at__lt=before)
    return found.exclude(activity_id__in=Subquery(others.values("activity_id")))


def _sent(before: datetime) -> QuerySet[Any]:
    kept = Subquery(Delivery.all().values("activity_id"))
    return OutboxActivity.filter(created_at__lt=before).exclude(id__in=kept)


def _days(before: datetime) -> QuerySet[Any]:
    return Refusal.filter(day__lt=before.date())


KINDS = (
    Kind(
        "events",
        Event,
        "created_at",
        timedelta(days=1),
        "open pages that lost their connection read on from there",
        older(Event, "created_at"),
    ),
    Kind(
        "signatures",
        SeenSignature,
        "expires_at",
        NOW,
        "F-SIG-4: as long as the same request could come again",
        older(SeenSignature, "expires_at"),
    ),
    Kind(
        "received",
        ReceivedActivity,
        "received_at",
        RECEIVED_KEPT,
        "T13: the id of what was applied, so that a repeat has no effect",
        older(ReceivedActivity, "received_at"),
    ),
    Kind(
        "unknown_servers",
        Peer,
        "created_at",
        forms.REMEMBERED,
        "T76: a server of which nothing is left but how it signed",
        peers.strangers,
    ),
    Kind(
        "retired_keys",
        ActorKey,
        "retired_at",
        rotation.KEPT,
        "federation.md 9.3: an old key of ours is destroyed after 48 hours",
        older(ActorKey, "retired_at", Q(actor__is_local=True)),
    ),
    Kind(
        "key_comparisons",
        KeyCheck,
        "created_at",
        treaty_answers.OPEN_FOR,
        "keys that one administrator compared and no second one confirmed",
        older(KeyCheck, "created_at"),
    ),
    Kind(
        "given_up",
        Delivery,
        "gave_up_at",
        GIVEN_UP_KEPT,
        "why something did not arrive can be looked at for a month",
        older(Delivery, "gave_up_at"),
    ),
    Kind(
        "delivered",
        Delivery,
        "delivered_at",
        DELIVERED_KEPT,
        "an author sees where a post arrived",
        _arrived,
    ),
    Kind(
        "sent_copies",
        OutboxActivity,
        "created_at",
        DELIVERED_KEPT,
        "T62: what is sent, sealed; of consults no body is left after the last delivery",
        _sent,
    ),
    Kind(
        "push_messages",
        PushMessage,
        "expires_at",
        NOW,
        "sent or given up before; what nobody took by then is nothing new",
        older(PushMessage, "expires_at"),
    ),
    Kind(
        "refusals",
        Refusal,
        "day",
        refusals.KEPT,
        "how often a day something was refused, and why",
        _days,
    ),
    Kind(
        "delivery_figures",
        DeliveryHour,
        "hour",
        delivery_figures.KEPT,
        "the curves of 30 days on the page of a hospital",
        older(DeliveryHour, "hour"),
    ),
    Kind(
        "record_checks",
        AuditCheck,
        "finished_at",
        timedelta(days=365),
        "T73: the results of reading the whole record each night; the record itself stays",
        older(AuditCheck, "finished_at"),
    ),
    Kind(
        "arrivals",
        HostDay,
        "day",
        timedelta(days=31),
        "T78: how much a server sent within a day",
        lambda before: HostDay.filter(day__lt=before.date()),
    ),
)

"""Of what people write and see, and of copies of what others wrote elsewhere."""

from datetime import datetime, timedelta
from typing import Any

from tortoise.expressions import Q
from tortoise.queryset import QuerySet

from instance.models import (
    Actor,
    ActorKey,
    Attachment,
    AttachmentFile,
    AttachmentState,
    Consult,
    ConsultReader,
    Draft,
    Gone,
    Media,
    MediaPart,
    Notification,
    PictureUse,
    Portrait,
    Recall,
    Thread,
    ToldAlert,
)
from instance.services import (
    elsewhere,
    elsewhere_accounts,
    gone,
    media,
    pictures,
    received_pictures,
    received_portraits,
    telling,
)
from instance.services.consults import drafts, purging, readers, releasing
from instance.services.retention.kind import DAILY, NOW, Kind, older


def _unsent_pictures(before: datetime) -> QuerySet[Any]:
    """A post that waits for its time holds its pictures until then."""
    now = before + pictures.UNSENT_KEPT
    free = Q(held_until=None) | Q(held_until__lt=now)
    return Attachment.filter(free, post_id=None, created_at__lt=before)


def _untouched_drafts(before: datetime) -> QuerySet[Any]:
    """Their member was told in time."""
    told = before + drafts.KEPT - drafts.TOLD_BEFORE
    return Draft.filter(consult_id=None, told_at__lt=told)


KINDS = (
    Kind(
        "drafts",
        Draft,
        "told_at",
        drafts.KEPT,
        "domain.md 8: 30 days after the last change, held or not; its member is told a week before",
        _untouched_drafts,
        purge=lambda now, _: drafts.purge(now),
    ),
    Kind(
        "sent_drafts",
        Draft,
        "saved_at",
        drafts.SENT_KEPT,
        "so that a second click finds what was sent",
        older(Draft, "saved_at", Q(consult_id__not_isnull=True)),
    ),
    Kind(
        "recalled_words",
        Recall,
        "recalled_at",
        releasing.KEPT,
        "domain.md 8: held items 30 days, for who may release them",
        older(Recall, "recalled_at", Q(kept__not_isnull=True)),
        purge=lambda now, _: releasing.expire(now),
    ),
    Kind(
        "partner_consults",
        Consult,
        "changed_at",
        timedelta(days=3650),
        "federation.md 11: as long as the agreement with its hospital says (retentionDays)",
        lambda before: Consult.filter(is_local=False, purged_at=None, changed_at__lt=before),
        purge=lambda now, _: purging.expire(now),
        due=lambda now, _: purging.count_ended(now),
    ),
    Kind(
        "unsent_images",
        Media,
        "created_at",
        media.UNSENT_KEPT,
        "a picture for a consult that nobody sent",
        older(Media, "created_at", Q(consult_id=None, keepsake_id=None)),
        also=(MediaPart,),
    ),
    Kind(
        "consult_readers",
        ConsultReader,
        "opened_at",
        readers.KEPT,
        "to tell whoever read it of a recall; shown to nobody",
        older(ConsultReader, "opened_at"),
    ),
    Kind(
        "unsent_pictures",
        Attachment,
        "created_at",
        pictures.UNSENT_KEPT,
        "a picture for a post that nobody posted",
        _unsent_pictures,
        also=(AttachmentFile,),
    ),
    Kind(
        "elsewhere_pictures",
        Attachment,
        "created_at",
        received_pictures.KEPT,
        "T48: a copy, so that readers ask no other server",
        older(
            Attachment,
            "created_at",
            Q(state=AttachmentState.READY, source__not_isnull=True),
        ),
        setting="picture_days",
        purge=received_pictures.purge,
    ),
    Kind(
        "elsewhere_portraits",
        Portrait,
        "asked_at",
        received_portraits.KEPT,
        "as other pictures from elsewhere; of who posts again it is fetched again",
        older(Portrait, "asked_at", Q(source__not_isnull=True) & ~Q(media_type="")),
        setting="picture_days",
        purge=received_portraits.purge,
    ),
    Kind(
        "picture_uses",
        PictureUse,
        "used_at",
        timedelta(days=365),
        "which copy from elsewhere goes first where all of them are too large",
        older(PictureUse, "used_at"),
    ),
    Kind(
        "elsewhere_threads",
        Thread,
        "last_post_at",
        elsewhere.KEPT,
        "a copy of a conversation elsewhere in which nobody here took part",
        elsewhere.old_threads,
        setting="elsewhere_days",
        purge=elsewhere.purge,
        due=elsewhere.count,
        every=DAILY,
    ),
    Kind(
        "elsewhere_accounts",
        Actor,
        "fetched_at",
        elsewhere.KEPT,
        "an account elsewhere of which nothing is here, and that nobody here has to do with",
        elsewhere_accounts.old_accounts,
        also=(ActorKey, Portrait),
        setting="elsewhere_days",
        purge=elsewhere_accounts.purge,
        due=elsewhere_accounts.count,
        every=DAILY,
    ),
    Kind(
        "notifications",
        Notification,
        "created_at",
        timedelta(days=90),
        "ids only; what they tell of stays",
        older(Notification, "created_at"),
        setting="notification_days",
    ),
    Kind(
        "alerts",
        ToldAlert,
        "ended_at",
        telling.KEPT,
        "what went wrong and is over",
        older(ToldAlert, "ended_at"),
    ),
    Kind(
        "withdrawn_ids",
        Gone,
        "expires_at",
        NOW,
        "federation.md 5.4, T78: 30 days against a late arrival, 1,000 ids of one server",
        older(Gone, "expires_at"),
        lives=gone.KEPT,
    ),
)

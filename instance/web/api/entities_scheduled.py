"""Posts that wait for their time as clients read them."""

from typing import TypedDict

from instance.models import ScheduledPost
from instance.services import pictures, scheduled
from instance.services.sending import Draft
from instance.web.api.entities import moment
from instance.web.api.entities_media import MediaAttachment, attachment


class AskedPoll(TypedDict):
    options: list[str]
    expires_in: str
    multiple: bool
    hide_totals: bool


class Params(TypedDict):
    text: str
    visibility: str | None
    in_reply_to_id: str | None
    media_ids: list[str] | None
    poll: AskedPoll | None
    sensitive: bool | None
    spoiler_text: str | None
    language: str | None
    scheduled_at: None
    application_id: str | None
    idempotency: None
    with_rate_limit: bool


class ScheduledStatus(TypedDict):
    id: str
    scheduled_at: str
    params: Params
    media_attachments: list[MediaAttachment]


async def waiting(row: ScheduledPost) -> ScheduledStatus:
    draft = scheduled.draft_of(row)
    shown = await pictures.named(row.actor_id, draft.media)
    return {
        "id": str(row.id),
        "scheduled_at": moment(row.scheduled_at),
        "params": {
            "text": draft.text,
            "visibility": draft.visibility,
            "in_reply_to_id": draft.answers or None,
            "media_ids": list(draft.media) or None,
            "poll": _poll(draft),
            "sensitive": draft.sensitive,
            "spoiler_text": draft.warning or None,
            "language": draft.language or None,
            "scheduled_at": None,
            "application_id": str(row.application_id) if row.application_id else None,
            "idempotency": None,
            "with_rate_limit": False,
        },
        "media_attachments": [attachment(one) for one in shown],
    }


def _poll(draft: Draft) -> AskedPoll | None:
    if not draft.options:
        return None
    return {
        "options": list(draft.options),
        "expires_in": str(draft.closes_in_seconds or ""),
        "multiple": draft.is_multiple,
        "hide_totals": draft.hides_totals,
    }

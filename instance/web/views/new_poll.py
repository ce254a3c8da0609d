"""The form that asks a poll."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar

from instance.web.views.forum import Channel
from instance.web.views.identifiers import CheckedField
from instance.web.views.page import Audience, FieldError, Identity, PageView

OPTION_ROWS = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class NewPollPage(PageView):
    """`/channels/<slug>/new/poll`; everything as typed."""

    TEMPLATE: ClassVar[str] = "forum/new_poll.html"
    channel: Channel
    audience: Audience
    identities: tuple[Identity, ...] = ()
    title: str = ""
    text: str = ""
    options: tuple[str, ...] = ("",) * OPTION_ROWS
    closes_in: str = "3d"
    multiple: str = "one"  # or "several"
    who_counts: str = "everyone"  # or "physicians"
    identity: str = ""
    # Fields: title, text, option-1 to option-10, closes_in, who_counts.
    errors: tuple[FieldError, ...] = ()
    checked: Mapping[str, CheckedField] = field(default_factory=dict)

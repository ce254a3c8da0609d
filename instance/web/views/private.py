"""What two people write to each other alone."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import ClassVar

from instance.web.views.consults import (
    Copy,
    Kept,
    May,
    Opened,
    Place,
    TimelineItem,
)
from instance.web.views.identifiers import CheckedField
from instance.web.views.page import Audience, Author, FieldError, Identity, PageView
from instance.web.views.pictures import UnsentImage


@dataclass(frozen=True, slots=True, kw_only=True)
class PrivatePage(PageView):
    """`/k/<id>` of a conversation of two. Drawn whole, and as `consults/_private.html` for the
    stream. `other`: with whom; None where they take part no more. `timeline` in reading order."""

    TEMPLATE: ClassVar[str] = "consults/private.html"
    url: str  # "/k/123"
    state: str
    other: Author | None
    audience: Audience
    mine: bool = False
    timeline: tuple[TimelineItem, ...] = ()
    places: tuple[Place, ...] = ()
    copies: tuple[Copy, ...] = ()
    may: May = field(default_factory=May)
    identities: tuple[Identity, ...] = ()
    kept: Kept | None = None
    stream_url: str = ""
    opened: tuple[Opened, ...] = ()
    read_only_until: datetime | None = None  # the reader takes no part, and may only read


@dataclass(frozen=True, slots=True, kw_only=True)
class WritePage(PageView):
    """`/@<handle>/write`: the first words to one person. `why_not`: nothing can be, a key of
    `words.NOT_PRIVATE`. `draft`: under which number it was saved, for its `images`; 0: it was
    not."""

    TEMPLATE: ClassVar[str] = "consults/write.html"
    url: str
    back_url: str
    other: Author
    text: str = ""
    identity: str = ""
    identities: tuple[Identity, ...] = ()
    why_not: str = ""
    draft: int = 0
    version: int = 0
    images: tuple[UnsentImage, ...] = ()
    errors: tuple[FieldError, ...] = ()
    checked: Mapping[str, CheckedField] = field(default_factory=dict)

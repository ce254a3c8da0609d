"""Publication of a closed consult: propose, preview, answer, sign; and the page to print."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import ClassVar, Literal

from instance.web.views.consults import ConsultPage
from instance.web.views.identifiers import CheckedField
from instance.web.views.page import FieldError, PageView
from instance.web.views.pictures import Picture
from instance.web.views.private import PrivatePage


@dataclass(frozen=True, slots=True, kw_only=True)
class CasePart:
    """One post that may stand in the case: `name` of its field, `kind` a key of `words.POSTS`."""

    name: str
    kind: str
    author: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseImage:
    """One of the question's that may stand in the case: `name` of the field of its words, `tick` of
    the one that says yes to it."""

    name: str
    tick: str
    picture: Picture
    alt: str = ""
    chosen: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseBlock:
    """A piece of the public text, exactly, and the line above it."""

    heading: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Removed:
    """What of a post does not become public; `all`: nothing of it does. `kind`: a key of
    `words.POSTS`."""

    kind: str
    author: str = ""
    sentences: tuple[str, ...] = ()
    all: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelChoice:
    value: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishFormPage(PageView):
    """`/k/<id>/publish`, for the asker to write the case. `over`: one was proposed, and ended."""

    TEMPLATE: ClassVar[str] = "consults/publish.html"
    url: str  # "/k/123"
    title: str
    text: str
    parts: tuple[CasePart, ...]
    channels: tuple[ChannelChoice, ...]
    images: tuple[CaseImage, ...] = ()
    channel: str = ""
    named: bool = False
    over: bool = False
    errors: tuple[FieldError, ...] = ()
    checked: Mapping[str, CheckedField] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishPreviewPage(PageView):
    """The exact text and images, before it is sent. `fields`: what the form sends again, unseen."""

    TEMPLATE: ClassVar[str] = "consults/publish_preview.html"
    url: str
    title: str
    blocks: tuple[CaseBlock, ...]
    removed: tuple[Removed, ...]
    channel: str
    disclaimer: str
    fields: tuple[tuple[str, str], ...]
    people: int
    hospitals: int
    images: tuple[Picture, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicationPage(PageView):
    """`/k/<id>/publish` while a proposal stands, and after it.

    `part`: what the reader said, "waiting", or "" where they are not asked. `waiting`: names of
    people, `unsigned` of hospitals; at a hospital that does not own the consult only its own, and
    `owner` is who knows the others. Nothing here tells what anybody else said.
    """

    TEMPLATE: ClassVar[str] = "consults/publication.html"
    url: str
    state: Literal["waiting", "over", "public"]
    title: str = ""
    blocks: tuple[CaseBlock, ...] = ()
    images: tuple[Picture, ...] = ()
    channel: str = ""
    disclaimer: str = ""
    proposer: str = ""
    mine: bool = False
    ends_at: datetime | None = None
    waiting: tuple[str, ...] = ()
    unsigned: tuple[str, ...] = ()
    owner: str = ""
    part: Literal["", "waiting", "publish", "leave_out", "object"] = ""
    own_name: str = ""
    named: bool = False
    digest: str = ""
    public_url: str = ""
    error: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Signature:
    """What a steward said for this hospital; `agreed` False: they objected. Who and when is not
    known of what was said to an earlier version."""

    agreed: bool
    by: str = ""
    at: datetime | None = None
    public_url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ToSignRow:
    url: str
    title: str
    hospital: str
    at: datetime
    until: datetime
    signature: Signature | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ToSignPage(PageView):
    """`/admin/to-sign`: proposals that wait for a steward of this hospital, and what was `signed`
    or objected to."""

    TEMPLATE: ClassVar[str] = "admin/to_sign.html"
    rows: tuple[ToSignRow, ...] = ()
    signed: tuple[ToSignRow, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SignPage(PageView):
    """`/admin/to-sign/<id>`: the exact text, and two buttons, or what was said. `own`: the reader
    proposed it."""

    TEMPLATE: ClassVar[str] = "admin/sign.html"
    url: str
    title: str
    blocks: tuple[CaseBlock, ...]
    channel: str
    disclaimer: str
    digest: str
    hospital: str
    until: datetime
    images: tuple[Picture, ...] = ()
    own: bool = False
    signature: Signature | None = None
    error: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PrintConversationPage(PageView):
    """The same, of what is private between two."""

    TEMPLATE: ClassVar[str] = "consults/private_export.html"
    conversation: PrivatePage


@dataclass(frozen=True, slots=True, kw_only=True)
class PrintPage(PageView):
    """`/k/<id>/export`: the thread to print, and nothing to press."""

    TEMPLATE: ClassVar[str] = "consults/export.html"
    consult: ConsultPage

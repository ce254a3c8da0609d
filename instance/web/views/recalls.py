"""Recall and receipts: what to recall, what every hospital said, what is held."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from instance.web.views.consults import Copy, Lab
from instance.web.views.page import Audience, FieldError, PageView
from instance.web.views.pictures import Picture


@dataclass(frozen=True, slots=True, kw_only=True)
class PostChoice:
    """One post that can be recalled: `kind` is a key of `words.POSTS`.

    `number` of `alike` that read the same, in the order of the thread; `words`, the first it has,
    only then: who sees the list reads the consult.
    """

    id: str
    kind: str
    name: str
    at: datetime
    number: int = 1
    alike: int = 1
    words: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ImageChoice:
    """One image that can be recalled alone. `number`: as the thread counts them."""

    id: str
    number: int
    picture: Picture


@dataclass(frozen=True, slots=True, kw_only=True)
class Recalled:
    """What was done: when, by whom, why (a key of `words.RECALL_REASONS`), and whether it stands.

    `images`: so many were recalled alone, and no post. `waits`: we asked its hospital, which has
    not done it yet; `refusal`, a key of `delivery_reasons.REASONS`: it will not, and whom to call.
    `held`: somebody has to go on with it. `release_reason`: a steward's.
    """

    at: datetime
    by: str
    reason: str
    whole: bool
    posts: int
    images: int = 0
    waits: bool = False
    refusal: str = ""
    refused_at: datetime | None = None
    contact: str = ""
    held: bool = False
    released_at: datetime | None = None
    released_by: str = ""
    release_reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Deletion:
    """What who sees the page wrote and deleted: `kind` is a key of `words.POSTS`."""

    kind: str
    at: datetime
    copies: tuple[Copy, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class RecallPage(PageView):
    """`/k/<id>/recall`. `owner`: the name of its hospital where that is not ours, which is asked.

    `copies`: of what was recalled, or of all of it where that was withdrawn. `chosen`: ids of
    posts, "image-" and the id of one, or "all". `stream_url` sends `consults/_receipts.html`.
    """

    TEMPLATE: ClassVar[str] = "consults/recall.html"
    url: str  # "/k/123"
    state: str
    specialties: tuple[str, ...]
    owner: str = ""
    mine: bool = False
    steward: bool = False
    reads: bool = True  # the consult itself, too
    posts: tuple[PostChoice, ...] = ()
    images: tuple[ImageChoice, ...] = ()
    chosen: tuple[str, ...] = ("all",)
    reason: str = ""
    errors: tuple[FieldError, ...] = ()
    recalls: tuple[Recalled, ...] = ()
    copies: tuple[Copy, ...] = ()
    withdrawn_at: datetime | None = None
    deletions: tuple[Deletion, ...] = ()
    kept: bool = False  # the question can be read by who sees this page
    is_gone: bool = False  # nothing of it is left that could be sent again
    typed_release: str = ""
    stream_url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldQuestionPage(PageView):
    """`/k/<id>/recall/question`: for its asker to mend and send again, for stewards to read.

    `texts`: by the name of the field.
    """

    TEMPLATE: ClassVar[str] = "consults/held_question.html"
    url: str
    specialties: tuple[str, ...]
    audience: Audience
    mine: bool
    held: bool
    private: bool = False  # its first message alone
    texts: Mapping[str, str]
    labs: tuple[Lab, ...] = ()
    keep_labs: bool = False
    pictures: tuple[Picture, ...] = ()
    keep_images: bool = False
    errors: tuple[FieldError, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldRow:
    """One consult that is held; `by` and `reason` of its first recall that stands."""

    url: str
    specialties: tuple[str, ...]
    by: str
    reason: str
    at: datetime
    asked: int
    proven: int


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldDraftRow:
    """A question that the identifier check did not let through. None of its words."""

    url: str
    by: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldPage(PageView):
    """`/admin/held`: `rows` after a recall, `drafts` before they were sent. `typed_…` of a form
    that was not taken."""

    TEMPLATE: ClassVar[str] = "admin/held.html"
    rows: tuple[HeldRow, ...] = ()
    drafts: tuple[HeldDraftRow, ...] = ()
    typed_address: str = ""
    typed_reason: str = ""
    errors: tuple[FieldError, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Suspected:
    """What the check takes for an identifier; `kind` is a key of `words.IDENTIFIERS`."""

    kind: str
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldDraftPage(PageView):
    """`/admin/held/<id>`. `version` comes back with each form. `mine`: who reads it wrote it."""

    TEMPLATE: ClassVar[str] = "admin/held_draft.html"
    url: str
    version: int
    by: str
    at: datetime
    mine: bool
    specialties: tuple[str, ...]
    audience: Audience
    texts: Mapping[str, str]
    labs: tuple[Lab, ...] = ()
    images: int = 0
    suspected: tuple[Suspected, ...] = ()
    typed_release: str = ""
    typed_note: str = ""
    errors: tuple[FieldError, ...] = ()

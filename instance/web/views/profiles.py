"""People: the directory, one person, and what members write on their own profile."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import ClassVar

from markupsafe import Markup

from instance.web.views.following import FollowForm
from instance.web.views.forum import PostCard
from instance.web.views.page import Author, FieldError, PageView, Sharing


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonRow:
    """Somebody in the directory. `town` as they wrote it, where members may read it."""

    author: Author
    address: str
    town: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PeoplePage(PageView):
    """`/people`, for members. `text`, `specialty`, `stage`, `institution`: what was looked for;
    `institutions` are (host, name), ours first, to choose from."""

    TEMPLATE: ClassVar[str] = "forum/people.html"
    people: tuple[PersonRow, ...] = ()
    text: str = ""
    specialty: str = ""
    stage: str = ""
    institution: str = ""
    institutions: tuple[tuple[str, str], ...] = ()
    older_url: str = ""
    follow: FollowForm = field(default_factory=FollowForm)

    @property
    def is_search(self) -> bool:
        return bool(self.text or self.specialty or self.stage or self.institution)


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """One thing a person says of themselves. `kind` is a key of `words.PROFILE`, or empty where
    `label` is what another server calls it. `lines` are plain; `links` are addresses.

    `visibility` is a key of `words.VISIBILITY`, for its author alone.
    """

    kind: str = ""
    label: str = ""
    lines: tuple[str, ...] = ()
    links: tuple[str, ...] = ()
    visibility: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Portraits:
    """Where a person's own pictures are; "" where they have none."""

    avatar: str = ""
    header: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProfilePage(PageView):
    """`/@<handle>` or `/@<handle>@<host>`. `html` is the sanitised "about"; `posts` newest first,
    `pinned` on the first page of them. `banner` is a key of `words.BANNERS`.

    `moved_to`: the address they went to. `since` and `until` are the dates of the standing, where
    the reader may see them.
    """

    TEMPLATE: ClassVar[str] = "forum/profile.html"
    sharing: Sharing | None = None  # for visitors
    author: Author
    url: str  # "/@okafor"
    address: str
    html: Markup = field(default_factory=Markup)
    said: tuple[Said, ...] = ()
    specialties: tuple[str, ...] = ()
    since: datetime | None = None
    until: datetime | None = None
    following: bool = False
    requested: bool = False
    may_follow: bool = False
    may_mute: bool = False
    blocked: bool = False
    muted: bool = False
    moved_to: str = ""
    mine: bool = False
    edit_url: str = ""  # of one's own
    write_url: str = ""  # for members, where they can write privately
    why_not_private: str = ""  # a key of `words.NOT_PRIVATE`
    banner: str = ""
    pictures: Portraits = field(default_factory=Portraits)
    pinned: tuple[PostCard, ...] = ()
    posts: tuple[PostCard, ...] = ()
    older_url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProfileEntry:
    """A field of the form: `kind` is a key of `words.PROFILE`, `visibility` of
    `words.VISIBILITY`. `table`: of `words.TABLES`, where one of a few is chosen."""

    kind: str
    text: str
    visibility: str
    most: int
    is_line: bool = False
    table: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class EditProfilePage(PageView):
    """`/account/profile/<handle>`: what one identity says, and to whom, as it is or was typed."""

    TEMPLATE: ClassVar[str] = "account/profile.html"
    handle: str
    name: str
    pseudonym: bool = False
    is_public: bool = False
    entries: tuple[ProfileEntry, ...] = ()
    pictures: Portraits = field(default_factory=Portraits)
    saved: bool = False
    errors: tuple[FieldError, ...] = ()  # fields: the kinds, avatar, header

"""One post of a thread, and what is done with it: liked, boosted, changed, deleted."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import ClassVar

from markupsafe import Markup

from instance.web.views.arrivals import Arrivals
from instance.web.views.identifiers import CheckedField
from instance.web.views.page import Audience, Author, FieldError, PageView
from instance.web.views.polls import Poll
from instance.web.views.post_pictures import PostPicture


@dataclass(frozen=True, slots=True, kw_only=True)
class Acts:
    """What readers did with a post, and what this one may do: `url` + "/like", "/boost" and so on.

    `liked`, `boosted`: the reader is among those who did; that they `saved` it nobody else sees.
    `mine`: the reader wrote it.
    """

    url: str  # "/posts/123"
    likes: int = 0
    boosts: int = 0
    liked: bool = False
    boosted: bool = False
    saved: bool = False
    mine: bool = False
    edited_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """A post in a thread. `html` went through the one sanitiser (F-DOC-5) just now.

    `depth` 0 or 1; deeper replies are drawn at 1 with the name they answer in `reply_to`.
    `removed` holds why, in words ("Removed by a moderator: rule 2"); `html` is then not shown.
    """

    id: str
    author: Author
    at: datetime
    html: Markup
    depth: int = 0
    reply_to: str = ""
    unread: bool = False
    removed: str = ""
    accepted: bool = False  # the asker took this reply
    lang: str = ""
    poll: Poll | None = None
    pictures: tuple[PostPicture, ...] = ()
    sensitive: bool = False  # its author wants its pictures hidden until somebody asks for them
    acts: Acts | None = None
    arrivals: Arrivals | None = None  # for its author


@dataclass(frozen=True, slots=True, kw_only=True)
class EditPostPage(PageView):
    """`/posts/<id>/edit`. `version` tells which words were changed, for two forms open at once.

    `is_starter`: it has a title. What a poll asks is not changed here.
    """

    TEMPLATE: ClassVar[str] = "forum/edit_post.html"
    url: str
    thread_url: str
    thread_title: str
    host_name: str
    audience: Audience
    version: str
    is_starter: bool = False
    title: str = ""
    text: str = ""
    errors: tuple[FieldError, ...] = ()  # fields: title, text
    checked: Mapping[str, CheckedField] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class DeletePostPage(PageView):
    """`/posts/<id>/delete`: asks once more. `excerpt` is plain text."""

    TEMPLATE: ClassVar[str] = "forum/delete_post.html"
    url: str
    thread_url: str
    thread_title: str
    excerpt: str
    is_starter: bool = False

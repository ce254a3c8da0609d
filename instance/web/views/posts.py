"""What is done with one post: liked, boosted, changed, deleted."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from instance.web.views.page import Audience, FieldError, PageView


@dataclass(frozen=True, slots=True, kw_only=True)
class Acts:
    """What readers did with a post, and what this one may do: `url` + "/like", "/boost" and so on.

    `liked`, `boosted`: the reader is among those who did. `mine`: the reader wrote it.
    """

    url: str  # "/posts/123"
    likes: int = 0
    boosts: int = 0
    liked: bool = False
    boosted: bool = False
    mine: bool = False
    edited_at: datetime | None = None


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


@dataclass(frozen=True, slots=True, kw_only=True)
class DeletePostPage(PageView):
    """`/posts/<id>/delete`: asks once more. `excerpt` is plain text."""

    TEMPLATE: ClassVar[str] = "forum/delete_post.html"
    url: str
    thread_url: str
    thread_title: str
    excerpt: str
    is_starter: bool = False

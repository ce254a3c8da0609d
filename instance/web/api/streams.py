"""The streams an application can open, by name: what each is of, and which scope it needs."""

from collections.abc import Mapping
from dataclasses import dataclass

from instance.errors import FormRefused, NotAllowed, NotFound
from instance.ids import read_id
from instance.models import Post
from instance.services import lists
from instance.services.tokens import Caller
from instance.web.api import answers
from instance.web.api.bodies import Sent
from instance.words import hashtag

USER, NOTIFICATIONS, DIRECT, LIST = "user", "user:notification", "direct", "list"
_HASHTAGS = ("hashtag", "hashtag:local")
_PUBLIC = ("public", "public:local", "public:remote")
SCOPES: Mapping[str, str] = {
    **{USER: "read:statuses", NOTIFICATIONS: "read:notifications", DIRECT: "read:statuses"},
    **dict.fromkeys((*_HASHTAGS, *_PUBLIC), "read:statuses"),
    **{f"{name}:media": "read:statuses" for name in _PUBLIC},
    LIST: "read:lists",
}


@dataclass(frozen=True)
class Stream:
    """One that somebody may read. `tag` as it was asked for."""

    name: str
    tag: str = ""
    list_id: int = 0

    @property
    def label(self) -> list[str]:
        """What each message on a socket says where it comes from."""
        if self.name == LIST:
            return [self.name, str(self.list_id)]
        return [self.name, self.tag] if self.name in _HASHTAGS else [self.name]

    @property
    def is_public(self) -> bool:
        """Of posts that anybody here may read, whoever follows whom."""
        return self.name.startswith(("public", "hashtag"))

    @property
    def only_media(self) -> bool:
        return self.name.endswith(":media")

    def takes(self, post: Post, tags: frozenset[str] | None) -> bool:
        """Whether a public one has this post; `tags`: the names of its hashtags, None where nobody
        knows them any more. Needs author and channel loaded."""
        group = post.thread.group
        is_here = post.author.is_local or (group is not None and group.is_local)
        if ":local" in self.name and not is_here:
            return False
        if ":remote" in self.name and post.author.is_local:
            return False
        if self.name not in _HASHTAGS:
            return not post.in_reply_to_uri
        return tags is None or hashtag(self.tag) in tags


async def asked_for(caller: Caller, asked: Sent, name: str) -> Stream:
    """With the `tag` or `list` that is asked. Raises FormRefused, NotAllowed without its scope,
    NotFound for a list of somebody else's."""
    name = f"{name}:media" if name in _PUBLIC and asked.flag("only_media") else name
    if name not in SCOPES:
        raise FormRefused({"stream": "is none that this server has"})
    if not caller.may(SCOPES[name]):
        raise NotAllowed(answers.OUTSIDE)
    if name in _HASHTAGS:
        return Stream(name, tag=_tag(asked.text("tag")))
    return Stream(name, list_id=await _list(caller, asked)) if name == LIST else Stream(name)


def _tag(text: str) -> str:
    tag = text.strip().removeprefix("#")
    if not hashtag(tag):
        raise FormRefused({"tag": "can't be blank" if not tag else "is no hashtag"})
    return tag


async def _list(caller: Caller, asked: Sent) -> int:
    list_id = read_id(asked.text("list"))
    if list_id is None:
        raise NotFound
    return int((await lists.by_id(caller.acting, list_id)).id)

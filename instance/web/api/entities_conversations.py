"""Consults as applications with the scope `consults` read them (mastodon-api.md 4): the same Status
as public posts have, that nobody can hand on, and the conversations they stand in.
"""

from collections.abc import Mapping, Sequence
from html import escape
from typing import TypedDict

from instance import config, html
from instance.models import Actor, Contribution, Scope
from instance.services.consults import facts
from instance.services.conversations import Conversation as Shown
from instance.services.mentions import page_of
from instance.services.tokens import Caller
from instance.web.api import entities_accounts
from instance.web.api.entities import moment
from instance.web.api.entities_accounts import Account
from instance.web.api.entities_described import acct
from instance.web.api.entities_statuses import Context, Mention, Status

_HEADINGS = {
    "history": "History",
    "meds": "Medicines",
    "allergies": "Allergies",
    "exam": "Examination",
    "tried": "Tried",
}


class Conversation(TypedDict):
    id: str
    unread: bool
    accounts: list[Account]
    last_status: Status | None


async def all_of(found: Sequence[Shown], caller: Caller) -> list[Conversation]:
    """In the order they came; in as many questions to the database whether few or many."""
    accounts = await _accounts(found, caller)
    return [
        {
            "id": str(one.consult.id),
            "unread": one.unread,
            "accounts": [accounts[actor.id] for actor in one.people],
            "last_status": _last(one, accounts),
        }
        for one in found
    ]


async def one(found: Shown, caller: Caller) -> Conversation:
    return (await all_of([found], caller))[0]


async def status(found: Shown, message: Contribution, caller: Caller) -> Status:
    """`found`: with all that is said in it."""
    return (await statuses({message.id: (found, message)}, caller))[message.id]


async def statuses(
    found: Mapping[int, tuple[Shown, Contribution]], caller: Caller
) -> dict[int, Status]:
    """By the id of the message; each conversation with all that is said in it."""
    accounts = await _accounts([whole for whole, _ in found.values()], caller)
    return {
        message.id: _status(whole, message, _before(whole, message), accounts)
        for whole, message in found.values()
    }


async def context(found: Shown, message: Contribution, caller: Caller) -> Context:
    """All that was said before it, and after it: clients show what is said in one line."""
    accounts, at = await _accounts([found], caller), _place(found, message)
    before = [None, *found.messages]
    shown = [
        _status(found, one, before[number], accounts) for number, one in enumerate(found.messages)
    ]
    return {"ancestors": shown[:at], "descendants": shown[at + 1 :]}


def plain(message: Contribution) -> str:
    """What was typed, for who writes it anew."""
    content = str(message.body.get("content") or "")
    if message.kind == "question":
        return content
    text = content.replace("<br>", "\n").replace("</p><p>", "\n\n")
    return "\n".join(html.plain(line, 4000) for line in text.split("\n")).strip()


def page(found: Shown) -> str:
    """Where it is read and written in a browser."""
    return config.current().uri(f"/k/{found.consult.id}")


def _place(found: Shown, message: Contribution) -> int:
    return next(at for at, one in enumerate(found.messages) if one.id == message.id)


def _before(found: Shown, message: Contribution) -> Contribution | None:
    at = _place(found, message)
    return found.messages[at - 1] if at else None


async def _accounts(found: Sequence[Shown], caller: Caller) -> dict[int, Account]:
    people = [actor for one in found for actor in one.people]
    authors = [message.author for one in found for message in one.messages]
    return await entities_accounts.all_of([*people, *authors], caller.member)


def _last(one: Shown, accounts: Mapping[int, Account]) -> Status | None:
    if not one.messages:
        return None
    return _status(one, one.messages[-1], None, accounts)


def _status(
    found: Shown,
    message: Contribution,
    before: Contribution | None,
    accounts: Mapping[int, Account],
) -> Status:
    consult = found.consult
    is_first = message.kind == "question"
    others = [actor for actor in found.people if actor.id != message.author_id]
    return {
        "id": str(message.id),
        "uri": message.uri,
        "url": f"{page(found)}#p-{message.id}",
        "created_at": moment(message.published_at),
        "edited_at": moment(message.edited_at) if message.edited_at else None,
        "account": accounts[message.author_id],
        "content": _question(found, message) if is_first else html.clean(_content(message)),
        "visibility": "direct" if consult.scope is Scope.NAMED else "private",
        "sensitive": False,
        "spoiler_text": "",
        "language": None,
        "in_reply_to_id": str(before.id) if before is not None else None,
        "in_reply_to_account_id": str(before.author_id) if before is not None else None,
        "reblog": None,
        "media_attachments": [],
        "mentions": [_mention(actor) for actor in others] if consult.is_private else [],
        "tags": [],
        "emojis": [],
        "poll": None,
        "card": None,
        "reblogs_count": 0,
        "favourites_count": 0,
        "replies_count": 0,
        "quotes_count": 0,
        "quote": None,
        "favourited": False,
        "reblogged": False,
        "muted": False,
        "bookmarked": False,
        "filtered": [],
        "curbside": {
            "title": str(consult.facts.get("title") or "") if is_first else "",
            "channel_id": None,
            "consult": {
                "id": str(consult.id),
                "type": "private" if consult.is_private else "consult",
                "state": consult.status.value,
            },
        },
    }


def _mention(actor: Actor) -> Mention:
    return {
        "id": str(actor.id),
        "username": actor.handle,
        "url": page_of(actor),
        "acct": acct(actor),
    }


def _content(message: Contribution) -> str:
    return str(message.body.get("content") or "")


def _question(found: Shown, message: Contribution) -> str:
    """Title, question, and what was written freely with it; all of it is plain text."""
    said = found.consult.facts
    parts = [_paragraphs(_content(message))]
    if said.get("title"):
        parts.insert(0, f"<p><strong>{escape(said['title'])}</strong></p>")
    for name in facts.FREE:
        if name in _HEADINGS and said.get(name):
            parts.append(f"<p><strong>{_HEADINGS[name]}</strong></p>{_paragraphs(said[name])}")
    return html.clean("".join(parts))


def _paragraphs(text: str) -> str:
    parts = [escape(part).replace("\n", "<br>") for part in text.split("\n\n") if part.strip()]
    return "".join(f"<p>{part}</p>" for part in parts)

"""What servers post to the inboxes about something that they may not know of."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from itertools import count
from typing import Any

from federation.contexts import timestamp
from tests.houses import posted
from tests.matrix.asking import Reader, Reply, masked, seen
from tests.matrix.walking import FAR, Findings
from tests.outsiders import PUBLIC

# By the path of its id, what stands there.
THINGS = {"/k/": "consult", "/g/": "group", "/o/": "note", "/a/": "activity"}
INBOXES = ("/inbox", "/actor/inbox", "/g/{group}/inbox", "/u/{group}/inbox", "/c/{group}/inbox")
_FEW = 2  # at the inboxes of single actors, which all lead to the same
_ABOUT = (
    *("Follow", "Like", "Dislike", "EmojiReact", "Announce", "Delete", "Flag", "Invite", "Lock"),
    *("Block", "Move", "View", "Accept", "Reject"),
)
_MEMBERS = ("inReplyTo", "audience", "context", "quoteUrl", "id")
_numbers = count(1)


async def compare(reader: Reader, ids: Mapping[str, int], findings: Findings) -> None:
    """What tells an id that is known here from one that never was."""
    others = {name: number + FAR for name, number in ids.items()}
    for inbox in INBOXES:
        is_shared = inbox == "/inbox"
        for path, thing in THINGS.items() if is_shared else [("/g/", "group")]:
            every = range(len(list(documents(reader, ""))))
            for number in every if is_shared else every[:_FEW]:
                unknown = await _sent(reader, inbox, path, thing, number, others)
                known = await _sent(reader, inbox, path, thing, number, ids)
                if known.difference(unknown):  # what the first one used up tells nothing
                    unknown = await _sent(reader, inbox, path, thing, number, others)
                    known = await _sent(reader, inbox, path, thing, number, ids)
                if told := known.difference(unknown):
                    what = list(documents(reader, "thing"))[number]
                    about = f"{what['type']} of {what['object']}"
                    findings.add(reader.name, f"POST {inbox}, {about}, a {thing}: {told}")


async def _sent(
    reader: Reader, inbox: str, path: str, thing: str, number: int, ids: Mapping[str, int]
) -> Reply:
    uri = f"{reader.house.origin}{path}{ids[thing]}"
    document = list(documents(reader, uri))[number]
    return masked(await _send(reader, inbox.format(**ids), document), *ids.values())


def documents(reader: Reader, uri: str) -> Iterator[dict[str, Any]]:
    for kind in _ABOUT:
        yield _activity(reader, kind, uri)
    yield _activity(reader, "Undo", {"id": _id(reader), "type": "Like", "object": uri})
    yield _activity(reader, "Add", _id(reader), target=f"{uri}/history")
    yield _activity(reader, "Remove", _id(reader), target=f"{uri}/members")
    for kind in ("Create", "Update"):
        for member in _MEMBERS:
            yield _activity(reader, kind, {**_note(reader), member: uri})


def _activity(reader: Reader, kind: str, content: Any, **more: Any) -> dict[str, Any]:
    actor = _actor(reader)
    return {
        "@context": "https://www.w3.org/ns/activitystreams",
        "id": _id(reader),
        "type": kind,
        "actor": actor,
        "to": [PUBLIC],
        "cc": [],
        "published": timestamp(datetime.now(UTC)),
        "object": content,
        **more,
    }


def _note(reader: Reader) -> dict[str, Any]:
    return {
        "id": _id(reader),
        "type": "Note",
        "attributedTo": _actor(reader),
        "content": "<p>hello</p>",
        "published": timestamp(datetime.now(UTC)),
        "to": [PUBLIC],
        "cc": [],
    }


def _actor(reader: Reader) -> str:
    assert reader.key is not None
    return reader.key.owner


def _id(reader: Reader) -> str:
    return f"{_actor(reader)}/said/{next(_numbers):06}"


async def _send(reader: Reader, inbox: str, document: dict[str, Any]) -> Reply:
    assert reader.key is not None
    house = reader.house
    sent = posted(house.origin + inbox, document, reader.key, reader.form)
    headers = {"host": house.host, **{name.lower(): value for name, value in sent.headers.items()}}
    return await seen(house, "POST", inbox, headers, sent.body)

"""Activities of consults made by hand, so that a test can change any member before it is sent."""

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from copy import deepcopy
from datetime import UTC, datetime
from itertools import count
from typing import Any

from federation import contexts, proofs
from federation.keys import PrivateKey
from instance.models import Actor, Consult
from tests.browsing import Answer
from tests.clinic import audited, group_key
from tests.houses import House, Person

PUBLIC = "https://www.w3.org/ns/activitystreams#Public"
_numbers = count(1)


class Writer:
    """Makes the activities of one consult, right in every member until a test changes one."""

    def __init__(self, owner: House, consult: Consult, group: Actor, asker: Actor) -> None:
        self.owner, self.consult, self.group, self.asker = owner, consult, group, asker
        self.address = {
            "to": list(consult.addressed_to),
            "cc": [],
            "audience": group.uri,
            "context": consult.uri,
        }

    @classmethod
    async def of(cls, owner: House, consult: Consult) -> "Writer":
        group, asker = [
            await owner.at(Actor.get, id=actor_id)
            for actor_id in (consult.group_id, consult.asker_id)
        ]
        return cls(owner, consult, group, asker)

    def note(self, author: Person, kind: str = "comment", **members: Any) -> dict[str, Any]:
        answer = {"cs:recommendation": "Do it.", "cs:confidence": "low"}
        return {
            "id": f"{author.home.origin}/o/{next(_numbers)}",
            "type": "Note",
            "attributedTo": author.uri,
            "inReplyTo": self.consult.root_uri,
            "published": now(),
            "content": "<p>A word.</p>",
            "cs:kind": kind,
            **(answer if kind == "answer" else {}),
            **self.address,
            **members,
        }

    def create(self, author: Person, note: Mapping[str, Any], **members: Any) -> dict[str, Any]:
        return self.activity(author.home, "Create", author.uri, dict(note), **members)

    def update(self, **state: Any) -> dict[str, Any]:
        """The Group's Update of the root; version 2, answered, unless `state` says otherwise."""
        root = {
            "id": self.consult.root_uri,
            "type": "Article",
            "attributedTo": self.asker.uri,
            "updated": now(),
            "cs:status": "answered",
            "cs:version": 2,
            **self.address,
            **state,
        }
        return self.activity(self.owner, "Update", self.group.uri, root)

    def activity(
        self, home: House, kind: str, actor: str, content: Any, **members: Any
    ) -> dict[str, Any]:
        return {
            "@context": contexts.CONSULT,
            "id": f"{home.origin}/a/{next(_numbers)}",
            "type": kind,
            "actor": actor,
            "published": now(),
            **self.address,
            "object": content,
            **members,
        }

    async def add(self, inner: Mapping[str, Any], seq: int, **members: Any) -> dict[str, Any]:
        """The Group's Add of a proven activity, with the Group's proof."""
        target = {
            "id": f"{self.consult.uri}/history",
            "type": "OrderedCollection",
            "attributedTo": self.group.uri,
        }
        extra = {"target": target, "cs:seq": seq}
        fields = self.activity(self.owner, "Add", self.group.uri, dict(inner), **extra)
        return proven(fields | members, await self.key())

    async def key(self) -> PrivateKey:
        return await group_key(self.consult, self.owner)


async def said(writer: Writer, author: Person, kind: str = "comment", **note: Any) -> Any:
    """A contribution of `author`, right and proven unless `note` changes a member of the Note."""
    document = writer.create(author, writer.note(author, kind, **note))
    return proven(document, await author.key())


def proven(document: Mapping[str, Any], key: PrivateKey) -> dict[str, Any]:
    """With a fresh proof by `key`, whatever it had before."""
    bare = {name: value for name, value in document.items() if name != "proof"}
    return proofs.add_proof(bare, key, datetime.now(UTC))


def changed(document: Mapping[str, Any], change: Callable[[dict[str, Any]], Any]) -> dict[str, Any]:
    """A copy on which `change` was called."""
    copy = deepcopy(dict(document))
    change(copy)
    return copy


def now() -> str:
    return contexts.timestamp(datetime.now(UTC))


@asynccontextmanager
async def refused(house: House, rule: str | None) -> AsyncIterator[list[Answer]]:
    """Answers that are put into the list are 403; nothing is stored but an audit row with `rule`.

    With `rule` None there is no audit row either.
    """
    before = await house.rows()
    answers: list[Answer] = []
    yield answers
    assert [answer.status for answer in answers] == [403] * len(answers)
    entries = len(answers) if rule else 0
    more = {name: before[name] + entries for name in ("AuditEntry", "Event")}
    assert await house.rows() == before | more
    if rule:
        assert set((await audited(house))[-entries:]) == {rule}

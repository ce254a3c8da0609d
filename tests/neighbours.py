"""Servers of every kind that a server may deal with or not (T84), around one house."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from tortoise.transactions import in_transaction

from instance.models import Actor, ActorKind, Peer, Post, PostKind, Role, Thread
from instance.services import channels, hosts, posting, published_list
from tests.cast import LEE, Houses, new
from tests.houses import House, Person
from tests.network import Network
from tests.outsiders import PUBLIC, Outsider

# kind -> host; `trusted` is a house of its own.
HOSTS = {
    "unknown": "unknown.example",
    "pinned": "pinned.example",
    "allowed": "allowed.example",
    "trusted": "trusted.example",
    "blocked": "blocked.example",
    "below a blocked one": "below.blocked.example",
    "below an allowed one": "below.allowed.example",
    "an allowed one's other port": "allowed.example:8443",
    "a blocked one's other port": "blocked.example:8443",
    "allowed below a blocked one": "allowed.blocked.example",
}
CLOSED = {"blocked", "below a blocked one", "a blocked one's other port"} | {
    "allowed below a blocked one"
}
LISTED = {"pinned", "allowed", "trusted"}
# What no rule but F-DOC-4 keeps us from fetching: other ports.
FETCHED = [kind for kind in HOSTS if "port" not in kind]


def is_open(mode: str, kind: str) -> bool:
    return kind in LISTED if mode == "allowlist" else kind not in CLOSED


@dataclass(frozen=True)
class Neighbours:
    """`people`: somebody of each host that is no house. `partner`: at the trusted one."""

    mode: str
    house: House
    lee: Person
    channel: Actor
    starter: Post
    people: dict[str, Outsider]
    partner: Person
    network: Network
    list_uri: str  # of the list of hosts that it publishes

    def expected(self, *kinds: str) -> dict[str, bool]:
        return {kind: is_open(self.mode, kind) for kind in kinds or HOSTS}

    def uri(self, kind: str) -> str:
        return self.partner.uri if kind == "trusted" else self.people[kind].uri

    def documents(self) -> list[str]:
        """One address of each kind of public document."""
        own = [f"/u/{self.lee.actor.id}", f"/c/{self.channel.id}"]
        post, thread = f"/o/{self.starter.id}", f"/t/{self.starter.thread_id}"
        return [
            *own,
            *(f"{at}/{name}" for at in own for name in ("outbox", "outbox?after=0", "followers")),
            f"/u/{self.lee.actor.id}/following",
            f"/c/{self.channel.id}/featured",
            f"/c/{self.channel.id}/moderators",
            "/actor/outbox",
            post,
            *(f"{post}/{name}" for name in ("replies", "likes", "shares")),
            *(thread, f"{thread}?after=0", f"{thread}/history"),
            f"/a/{self.starter.id}",
            f"/c/{self.channel.id}/followers_synchronization",
        ]

    async def asks(self, kind: str, path: str) -> int:
        """The status of a GET that this kind signs."""
        if kind == "trusted":
            key = await self.partner.home.institution_key()
            return (await self.house.asked(path, key)).status
        return (await self.people[kind].asks(self.house, path)).status

    async def sends(self, kind: str, activity: dict[str, Any]) -> int:
        """The status of a POST to the inbox that this kind signs."""
        if kind == "trusted":
            return (await self.house.receives(activity, await self.partner.key())).status
        return (await self.people[kind].sends(self.house, activity)).status

    def asked(self, kind: str) -> bool:
        """Whether anything was sent to this kind since `network.sent` was cleared."""
        return any(sent.host == HOSTS[kind] for sent in self.network.sent)


async def around(houses: Houses, network: Network, mode: str) -> Neighbours:
    house = await houses.open("House", "hospital", "house.example", trusted=False, FEDERATION=mode)
    partner = await houses.open("Partner", "hospital", HOSTS["trusted"])
    lee = await house.person(LEE)
    channel = await house.at(channels.create_channel, "rhythm", "Rhythm", "")
    starter = await lee.speaks(posting.start_thread, channel, "A title", "A text")
    others = [kind for kind in HOSTS if kind != "trusted"]
    people = {kind: Outsider(HOSTS[kind], "mallory", network) for kind in others}
    await house.at(_lists)
    okafor = await partner.person(new("okafor", "Dr A. Okafor", "cardiology"))
    ruiz = await house.person(new("ruiz", "Dr C. Ruiz", role=Role.FEDERATION))
    published = await ruiz.does(published_list.publish)
    uri = published.document["id"]
    return Neighbours(mode, house, lee, channel, starter, people, okafor, network, uri)


async def _lists() -> None:
    now = datetime.now(UTC)
    async with in_transaction():
        await Peer.create(host=HOSTS["pinned"], pinned_at=now, actor_uri="https://pinned.example/a")
        allowed = (HOSTS["allowed"], HOSTS["allowed below a blocked one"])
        await hosts.list_these(dict.fromkeys(allowed, ""), now)
        await hosts.shut({HOSTS["blocked"]: ""}, now)


async def wrote(around: Neighbours) -> None:
    """Before anything was closed, somebody of each kind answered in the thread."""
    await around.house.at(_wrote, around)


async def _wrote(around: Neighbours) -> None:
    now = datetime.now(UTC)
    thread = await Thread.get(id=around.starter.thread_id)
    for kind, host in HOSTS.items():
        uri = f"https://{host}/users/writer"
        author = await Actor.create(
            uri=uri, kind=ActorKind.PERSON, host=host, handle="writer", name=kind, inbox=uri
        )
        note = {"id": f"{uri}/1", "type": "Note", "attributedTo": uri, "to": [PUBLIC]}
        await Post.create(
            uri=note["id"],
            kind=PostKind.NOTE,
            author=author,
            thread=thread,
            in_reply_to_uri=around.starter.uri,
            content=f"<p>Words of {kind}.</p>",
            document=note,
            published_at=now,
        )
        activity = {"id": f"{uri}/2", "type": "Create", "actor": uri, "object": note}
        await channels.pass_on(around.channel, activity, thread)
    await hosts.note_mode()

"""A channel that somebody on each of many hosts follows, and the talk that is delivered to them."""

from instance import events
from instance.demo.founding import Opened, found
from instance.models import Actor, ActorKind, Delivery, Follow, FollowState, Peer, Post
from instance.outbox.enqueue import wake_host
from instance.services import channels, posting
from tests.live import pairs
from tests.live.pairs import CHANNEL, LEE
from tests.live.servers import Place
from tests.live.sick_hosts import Hosts

THREADS, REPLIES = 4, 3
TO_EACH = THREADS * (2 + REPLIES)  # two deliveries a thread and one a reply


async def establish(home: Place, hosts: Hosts) -> None:
    opened = Opened(home)
    try:
        await opened.open()
        await found([opened], lambda _: None)
        await opened.at(lambda: _follow(hosts))
    finally:
        await opened.close()


async def talk() -> None:
    """Threads with replies, one after the other; all of it waits to be delivered."""
    lee = await Actor.get(local_handle=LEE.handle)
    for number in range(THREADS):
        post = await start_thread(f"Round {number}")
        for _ in range(REPLIES):
            post = await posting.reply(lee, post, "And then?")


async def start_thread(title: str) -> Post:
    lee = await Actor.get(local_handle=LEE.handle)
    channel = await Actor.get(local_handle=CHANNEL)
    return await posting.start_thread(lee, channel, title, "What was new?")


async def everything_arrives(within: float = pairs.ARRIVES_WITHIN) -> None:
    """Hosts that fail are woken, as a request of theirs would, instead of waiting for minutes."""

    async def is_everywhere() -> bool:
        for peer in await Peer.exclude(failing_since=None):
            await wake_host(peer.host)
        await events.publish("delivery", 1)
        return not await Delivery.filter(delivered_at=None).exists()

    await pairs.eventually(is_everywhere, "everything is delivered", within)


async def in_order() -> list[list[str]]:
    """The ids of what each host is sent, a list for each thread, in the order of enqueueing."""
    lanes: dict[int, dict[str, None]] = {}
    for row in await Delivery.all().order_by("id").select_related("activity"):
        lanes.setdefault(row.lane, {})[row.activity.uri] = None
    return [list(uris) for uris in lanes.values()]


async def _follow(hosts: Hosts) -> None:
    channel = await channels.create_channel(CHANNEL, "Wards", "Rounds")
    for host in hosts.all:
        uri = f"http://{host.name}/users/reader"
        reader = await Actor.create(
            uri=uri,
            kind=ActorKind.PERSON,
            host=host.name,
            handle="reader",
            inbox=f"{uri}/inbox",
            shared_inbox=f"http://{host.name}/inbox",
        )
        await Follow.create(
            uri=f"{uri}/follow", follower=reader, target=channel, state=FollowState.ACCEPTED
        )

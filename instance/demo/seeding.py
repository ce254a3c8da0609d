"""Let the people of the demonstration talk: through the services, and over the wire.

Everything a person sees was posted by an author at home and travelled to the others as signed
activities; who answers waits until the question has arrived where they work.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import orjson

from federation.errors import FederationError
from instance.demo import content, people, strips
from instance.demo.founding import Opened, Say
from instance.ids import new_id
from instance.models import (
    Actor,
    ConsentBasis,
    Consult,
    Contribution,
    FollowState,
    Member,
    Post,
    Scope,
)
from instance.services import channels, follows, media, members, posting
from instance.services.consults import (
    changing,
    contributing,
    drafts,
    history,
    opening,
    publishing,
    recalling,
)
from instance.services.consults.states import Event

# What meets a server that is not ready for it yet is sent again after a minute, perhaps twice.
_ARRIVES_WITHIN = 180.0
_AT_ONCE = 3

Arrived = Callable[[], Awaitable[bool]]
Spread = dict[str, Arrived]  # key of an institution: whether all of a thread is there


class Seeder:
    """Sends every thread once; `done` is a file that remembers which were begun."""

    def __init__(self, opened: Sequence[Opened], done: Path) -> None:
        self._opened = {one.home.institution.key: one for one in opened}
        self._done_file = done
        self._done: set[int] = set(orjson.loads(done.read_bytes())) if done.exists() else set()
        self._home_of = {p.speaks_as: p.institution for p in people.PEOPLE}
        self._login_of = {p.speaks_as: p.handle for p in people.PEOPLE}

    async def seed(self, say: Say) -> None:
        threads = [thread for thread in content.load() if thread.order not in self._done]
        if not threads:
            return
        say("People follow channels and each other")
        await self._follow_all()
        await self._begin_drafts()
        gate, sent = asyncio.Semaphore(_AT_ONCE), 0

        async def send(thread: content.Thread) -> None:
            nonlocal sent
            async with gate:
                self._remember(thread.order)
                if isinstance(thread, content.PublicThread):
                    spread = await self._send_public(thread)
                else:
                    spread = await self._send_consult(thread)
                sent += 1
                say(f"Threads sent between the three: {sent} of {len(threads)}")
            for key, arrived in spread.items():
                await self._arrive(self._opened[key], arrived)

        async with asyncio.TaskGroup() as group:
            for thread in threads:
                group.create_task(send(thread))

    async def _follow_all(self) -> None:
        for follow in people.FOLLOWS:
            one = self._at(follow.follower)
            address = self._address(follow.target)
            await one.at(self._follow(follow.follower, address))
        for follow in people.FOLLOWS:
            await self._arrive(self._at(follow.follower), _accepted(follow.follower))

    async def _begin_drafts(self) -> None:
        """What somebody has begun to ask and not sent; one of them cannot be sent as it is."""
        for key, words in enumerate(content.DRAFTS, start=1):
            handle = str(words["identity"])
            await self._at(handle).at(partial(self._begin_draft, handle, key, words))

    async def _begin_draft(self, handle: str, key: int, words: dict[str, Any]) -> None:
        member, _ = await self._who(handle)
        draft = await drafts.save(member, key, 0, words)
        if key == len(content.DRAFTS):
            await drafts.hold(draft, datetime.now(UTC))

    def _follow(self, handle: str, address: str) -> Callable[[], Awaitable[Any]]:
        async def work() -> None:
            await follows.follow_address(await members.by_handle(handle), address)

        return work

    async def _send_public(self, thread: content.PublicThread) -> Spread:
        home = self._channel_home(thread.channel)
        author = self._at(thread.author)
        slug = thread.channel if author is home else f"{thread.channel}@{_host(home)}"

        async def start() -> str:
            group = await channels.by_slug(slug)
            actor = await members.by_handle(thread.author)
            return (await posting.start_thread(actor, group, thread.title, thread.text)).uri

        uris = [await author.at(start)]
        for reply in thread.replies:
            uris.append(await self._reply(reply, uris))

        async def are_here() -> bool:
            return await Post.filter(uri__in=uris).count() == len(uris)

        readers = [f.follower for f in people.FOLLOWS if f.target == thread.channel]
        return dict.fromkeys((self._home_of[handle] for handle in readers), are_here)

    async def _reply(self, reply: content.Reply, uris: list[str]) -> str:
        one = self._at(reply.author)
        parent_uri = uris[reply.to]
        await self._arrive(one, lambda: Post.filter(uri=parent_uri).exists())

        async def work() -> str:
            actor = await members.by_handle(reply.author)
            parent = await Post.get(uri=parent_uri)
            return (await posting.reply(actor, parent, reply.text)).uri

        return await one.at(work)

    async def _send_consult(self, thread: content.ConsultThread) -> Spread:
        asker = self._at(thread.asker)
        hosts = [_host(self._opened[key]) for key in thread.audience]
        others = tuple(host for host in hosts if host != _host(asker))

        async def ask() -> str:
            member, _ = await self._who(thread.asker)
            question = opening.Question(
                facts={k: v for k, v in thread.facts.items() if v not in (None, "", [])},
                audience=opening.Audience(Scope.INSTANCES, hosts=others, only_ours=not others),
                attested=True,
                identity=thread.asker,
                images=await _images(member, thread),
            )
            return (await opening.open_consult(member, question)).uri

        uri = await asker.at(ask)
        answers: list[str] = []
        for step in thread.steps:
            await self._step(thread, uri, step, answers)
            await self._settled(thread, uri, step)
        return dict.fromkeys(thread.audience, self._same_as_home(uri, asker))

    async def _step(
        self, thread: content.ConsultThread, uri: str, step: content.Step, answers: list[str]
    ) -> None:
        handle = _author(thread, step)
        one = self._at(handle)
        await self._arrive(one, self._same_as_home(uri, self._at(thread.asker)))

        async def work() -> None:
            member, _ = await self._who(handle)
            consult = await Consult.get(uri=uri)
            if isinstance(step, content.Accept):
                chosen = await Contribution.filter(
                    uri__in=[answers[number - 1] for number in step.answers]
                )
                await contributing.accept(member, consult.id, [str(row.id) for row in chosen])
                return
            if isinstance(step, content.Recall):
                said = Contribution.filter(consult_id=consult.id, seq__not_isnull=True)
                last = await said.order_by("-seq").first()
                posts = [str(last.id)] if last else []
                await recalling.recall(member, consult.id, posts, step.reason)
                return
            if isinstance(step, content.Propose):
                await _propose(member, consult, step.channel)
                return
            if isinstance(step, content.Withdraw):
                await changing.withdraw(member, consult.id)
                return
            if isinstance(step, content.Lapse):
                now = datetime.now(UTC)
                await Consult.filter(id=consult.id).update(lapses_at=now)
                await history.lapse(consult.id, now)
                return
            event, fields = _fields(step)
            await contributing.contribute(member, consult.id, event, fields, handle)
            if event is Event.ANSWER:
                mine = Contribution.filter(consult_id=consult.id, kind="answer")
                latest = await mine.order_by("-published_at").first()
                answers.append(latest.uri if latest else "")

        await one.at(work)

    async def _who(self, handle: str) -> tuple[Member, Actor]:
        actor = await members.by_handle(handle)
        return await Member.get(id=actor.member_id), actor

    async def _settled(self, thread: content.ConsultThread, uri: str, step: content.Step) -> None:
        """What was just written was taken by the consult's owner and came back."""
        one = self._at(_author(thread, step))

        async def taken() -> bool:
            consult = await Consult.get(uri=uri)
            return not await Contribution.filter(consult_id=consult.id, seq=None).exists()

        await self._arrive(one, taken)

    def _same_as_home(self, uri: str, owner: Opened) -> Callable[[], Awaitable[bool]]:
        """True where a consult's history has come as far as at its owner."""

        async def caught_up() -> bool:
            here = await Consult.get_or_none(uri=uri)
            there = await owner.at(lambda: Consult.get(uri=uri))
            return here is not None and here.last_seq >= there.last_seq

        return caught_up

    async def _arrive(self, one: Opened, arrived: Callable[[], Awaitable[bool]]) -> None:
        deadline = time.monotonic() + _ARRIVES_WITHIN
        while not await one.at(arrived):
            if time.monotonic() > deadline:
                raise FederationError(f"nothing arrived at {_host(one)} within 3 minutes")
            await asyncio.sleep(0.05)

    def _at(self, handle: str) -> Opened:
        return self._opened[self._home_of[handle]]

    def _channel_home(self, handle: str) -> Opened:
        key = next(c.institution for c in people.CHANNELS if c.handle == handle)
        return self._opened[key]

    def _address(self, handle: str) -> str:
        is_person = handle in self._home_of
        one = self._at(handle) if is_person else self._channel_home(handle)
        return f"@{handle}@{_host(one)}"

    def _remember(self, order: int) -> None:
        self._done.add(order)
        self._done_file.write_bytes(orjson.dumps(sorted(self._done)))


async def _propose(member: Member, consult: Consult, channel: str) -> None:
    group = await members.by_handle(channel)
    case = await publishing.draft(await Consult.get(id=consult.id).select_related("asker"))
    case = replace(case, channel=group.uri, channel_name=group.name)
    await publishing.propose(member, consult.id, case, named=False)


async def _images(member: Member, thread: content.ConsultThread) -> tuple[int, ...]:
    if not thread.strip:
        return ()
    now = datetime.now(UTC)
    drawn = strips.atrial_fibrillation()
    row = await media.add(member, new_id(), drawn, "", "", now)
    await media.describe(
        member,
        row.id,
        row.version,
        alt=thread.strip,
        basis=ConsentBasis.NO_FEATURE,
        looked_at=now,
    )
    return (row.id,)


def _author(thread: content.ConsultThread, step: content.Step) -> str:
    return step.author if isinstance(step, content.Answer | content.Note) else thread.asker


def _accepted(handle: str) -> Callable[[], Awaitable[bool]]:
    async def work() -> bool:
        actor = await members.by_handle(handle)
        return not await actor.following.filter(  # type: ignore[attr-defined]
            state=FollowState.PENDING
        ).exists()

    return work


def _fields(step: content.Step) -> tuple[Event, dict[str, Any]]:
    if isinstance(step, content.Answer):
        return Event.ANSWER, {
            "recommendation": step.recommendation,
            "rationale": step.rationale,
            "would_change": step.would_change,
            "confidence": step.confidence,
            "see_in_person": step.see_in_person,
            "citation": step.citations[0].doi if step.citations else "",
        }
    if isinstance(step, content.Outcome):
        return Event.RECORD_OUTCOME, {"outcome": step.code, "text": step.note}
    if isinstance(step, content.Escalate):
        return Event.ESCALATE, {"reason": step.reason, "text": step.text}
    if isinstance(step, content.Note):
        return Event(step.kind), {"text": step.text}
    raise TypeError(type(step).__name__)


def _host(one: Opened) -> str:
    return one.home.config.host

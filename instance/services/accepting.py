"""The reply that an asker took as the answer (federation.md 5.4, accepted answer)."""

from datetime import UTC, datetime

from tortoise.transactions import in_transaction

from instance import events
from instance.errors import NotAllowed, NotFound
from instance.models import Actor, Member, Post, Thread
from instance.outbox import moderation as documents
from instance.services import editing, members, moderation


async def acting_as(member: Member, thread: Thread) -> Actor | None:
    """The identity under which this member may accept an answer: the asker's, or a moderator's.

    The asker's first: who asked under a pseudonym does not answer with their own name (F-ACT-2).
    """
    identities = await members.identities(member)
    for own in sorted(identities, key=lambda actor: actor.id != thread.author_id):
        if await may_accept(own, thread):
            return own
    return None


async def may_accept(actor: Actor, thread: Thread) -> bool:
    """`thread.group` is loaded. Only in a channel: there somebody passes it on."""
    if thread.group is None:
        return False
    return actor.id == thread.author_id or await moderation.may_moderate(actor, thread.group)


async def accept(by: Actor, thread: Thread, reply: Post) -> None:
    if reply.thread_id != thread.id or reply.in_reply_to_uri is None or reply.deleted_at:
        raise NotFound
    await _change("Add", by, thread, reply.uri)


async def withdraw(by: Actor, thread: Thread) -> None:
    if thread.accepted_uri is not None:
        await _change("Remove", by, thread, thread.accepted_uri)


async def mark(thread: Thread, reply_uri: str | None) -> None:
    """In the caller's transaction; None: no answer is accepted any more."""
    await Thread.filter(id=thread.id).update(accepted_uri=reply_uri)
    thread.accepted_uri = reply_uri
    await events.publish("thread", thread.id)


async def _change(kind: documents.ListChange, by: Actor, thread: Thread, reply_uri: str) -> None:
    if thread.group is None or not await may_accept(by, thread):
        raise NotAllowed("Only who asked, or a moderator, can accept an answer.")
    activity = await documents.change_answers(
        kind, by, thread.group, thread, reply_uri, datetime.now(UTC)
    )
    accepted = reply_uri if kind == "Add" else None
    starter = await _own_starter(thread)
    restated = await editing.restate(starter, accepted) if starter else None
    async with in_transaction():
        await mark(thread, accepted)
        await moderation.send(by, thread.group, activity, thread)
        if restated is not None:
            await editing.send_restated(restated)


async def _own_starter(thread: Thread) -> Post | None:
    """The question, where its author is ours and may still change it."""
    if thread.locked_at is not None:
        return None
    found = Post.filter(thread_id=thread.id, in_reply_to_uri=None, deleted_at=None)
    return await found.filter(author__is_local=True).select_related("author").first()

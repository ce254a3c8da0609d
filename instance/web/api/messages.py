"""One message of a conversation, where an application asks for a post: for who takes part and may
read consults by it. To all others it is an id that never was, with nothing looked for.
"""

import re
from collections.abc import Collection, Sequence

from instance.errors import FormRefused, NotFound
from instance.ids import read_id
from instance.models import Actor, Contribution
from instance.services import conversations, scopes, sent_once
from instance.services.client_notifications import Reader
from instance.services.consults import changing
from instance.services.conversations import Conversation, Speaker
from instance.services.identifiers import PhiSuspected
from instance.services.sending import Draft
from instance.services.tokens import Caller
from instance.web.api import entities_conversations
from instance.web.api.entities_statuses import Context, Status

Found = tuple[Conversation, Contribution]
_WIDER = ("public", "unlisted")
_FIRST = "The first message goes with the conversation. Recall it on its page."


def speaker(caller: Caller | None) -> Speaker | None:
    """Who may read consults by this application; None for everybody else."""
    if caller is None or caller.member is None or caller.actor is None:
        return None
    return Speaker(caller.member, caller.actor) if caller.may(scopes.CONSULTS) else None


def reader(caller: Caller) -> Reader:
    """Who reads what they were told: of consults where the application may."""
    by = speaker(caller)
    return Reader(caller.acting, by.member if by is not None else None)


async def find(caller: Caller | None, message_id: int | str) -> Found | None:
    """None where there is none for this caller; without the scope nothing is asked."""
    by = speaker(caller)
    number = read_id(message_id) if isinstance(message_id, str) else message_id
    if by is None or number is None:
        return None
    try:
        return await conversations.around(by, number)
    except NotFound:
        return None


async def status(caller: Caller, found: Found) -> Status:
    return await entities_conversations.status(*found, caller)


async def statuses(caller: Caller, message_ids: Collection[int]) -> dict[int, Status]:
    """Of those that this caller may read."""
    by = speaker(caller)
    if by is None or not message_ids:
        return {}
    found = await conversations.around_each(by, message_ids)
    return await entities_conversations.statuses(found, caller)


async def context(caller: Caller, found: Found) -> Context:
    return await entities_conversations.context(*found, caller)


async def answer(caller: Caller, found: Found, draft: Draft, asked: str, key: str) -> Status:
    """Write into the conversation that `found` stands in; once, however often it is sent under this
    key. `asked`: the visibility as it was sent. Raises FormRefused, Conflict, NotAllowed."""
    by = speaker(caller)
    assert by is not None  # noqa: S101  (`find` saw to it)
    if problems := _problems(draft, asked):
        raise FormRefused(problems)
    whole, _ = found
    said = _without_names(draft.text, whole.people)
    above = f"{warning}\n\n" if (warning := draft.warning.strip()) else ""
    left_out = len(draft.text) - len(said) - len(above)

    async def make() -> Contribution:
        try:
            return await conversations.reply(by, whole.consult, above + said)
        except PhiSuspected as error:
            raise _in_words(error, whole, left_out) from error
        except FormRefused as error:
            raise FormRefused({"status": " ".join(error.fields.values())}) from error

    made = await sent_once.message(by.actor, key, make)
    return await status(caller, await conversations.around(by, made.id))


async def delete(caller: Caller, found: Found) -> Status:
    """Of one's own, everywhere; what it said is told once more. Raises NotFound for anybody else's,
    FormRefused for the first message, Conflict where it is too late."""
    whole, message = found
    if caller.member is None or message.author_id != caller.token.actor_id:
        raise NotFound
    shown = await status(caller, found)
    if message.kind not in changing.EDITABLE:
        raise FormRefused({"status": _FIRST})
    shown["text"] = entities_conversations.plain(message)
    await changing.delete(caller.member, whole.consult.id, message.id)
    return shown


def _problems(draft: Draft, asked: str) -> dict[str, str]:
    problems = {}
    if asked in _WIDER:
        problems["visibility"] = "cannot be wider than what it answers"
    if draft.media:
        problems["media_ids"] = "cannot stand in a conversation"
    if draft.options:
        problems["poll"] = "cannot stand in a conversation"
    if draft.at:
        problems["scheduled_at"] = "cannot be: messages are sent at once here"
    return problems


def _without_names(text: str, people: Sequence[Actor]) -> str:
    """Clients put before an answer whom it goes to."""
    names = sorted((n for one in people for n in (one.address, f"@{one.handle}")), key=len)
    pattern = "|".join(re.escape(name) for name in reversed(names))
    if not pattern:
        return text
    return re.sub(rf"\A(?:\s*(?:{pattern})(?![\w@.-])[:,]?)+\s*", "", text, flags=re.IGNORECASE)


def _in_words(error: PhiSuspected, whole: Conversation, left_out: int) -> FormRefused:
    """Nothing can be clicked there: where it stands in what was typed, of which the beginning was
    `left_out`, and where somebody can say that it is none."""
    spans = [(one.start + left_out, one.end + left_out) for one in error.found]
    places = ", ".join(f"{max(0, start) + 1} to {max(1, end)}" for start, end in spans)
    said = f"may identify a patient at characters {places}. Remove it"
    if any(one.must for one in error.found):
        return FormRefused({"status": f"{said}."})
    address = entities_conversations.page(whole)
    return FormRefused(
        {"status": f"{said}, or send it from {address} and say there that it does not."}
    )

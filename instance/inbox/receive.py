"""The one way in for activities: authenticate, deduplicate, apply; everything in one transaction.

Called by the route and by tests alike. Answers with a status; what a peer may read of it is in
`web.peers`.
"""

import logging
import re
from collections import Counter
from contextlib import suppress
from datetime import UTC, datetime
from functools import partial

from tortoise.transactions import in_transaction

from federation import authentication, documents, vocabulary
from federation.authentication import Level, Verified
from federation.errors import (
    FederationError,
    Impersonation,
    KeyNotYet,
    KeyUnavailable,
    SignatureRefused,
)
from federation.keys import PublicKey
from federation.messages import Request
from federation.origin import host_of
from instance import config
from instance.errors import CurbsideError, TooMany
from instance.inbox import (
    announce,
    answers,
    arrivals,
    changes,
    consult,
    fetches,
    follow,
    invite,
    moderation,
    move,
    once,
    post,
    reactions,
    recall,
    refusals,
    relationship,
    report,
    signs_of_life,
    synchronisation,
    undo,
)
from instance.inbox.answers import ACCEPTED, Answer
from instance.models import Actor, Left
from instance.outbox import limits, remote, stored_keys, trust

log = logging.getLogger(__name__)

# A minute, to all inboxes together (T75).
REQUESTS_OF_A_HOST, REQUESTS_OF_A_DOMAIN, REQUESTS_OF_A_PEER = 600, 1_200, 6_000
FAILURES_OF_A_HOST = 60  # in its name; then no key of it is asked for
_MAY_BE_HIDDEN = re.compile(r"/[ug]/[0-9]+/inbox")

# What of it a server leaves here (T78).
_LEAVES = {
    **dict.fromkeys(("Create", "Update"), Left.POSTS),
    **dict.fromkeys(("Like", "Dislike", "EmojiReact", "Announce", "Follow"), Left.REACTIONS),
    **dict.fromkeys(("Add", "Invite"), Left.CONSULTS),
    "Flag": Left.REPORTS,
}

HANDLERS: dict[type[vocabulary.Object], arrivals.Handler] = {
    vocabulary.Follow: follow.receive_follow,
    vocabulary.Offer: relationship.receive_offer,
    vocabulary.Accept: relationship.receive_accept,
    vocabulary.Reject: relationship.receive_reject,
    vocabulary.Undo: undo.receive_undo,
    vocabulary.Create: post.receive_create,
    vocabulary.Update: changes.receive_update,
    vocabulary.Delete: changes.receive_delete,
    vocabulary.Like: reactions.receive_reaction,
    vocabulary.Dislike: reactions.receive_reaction,
    vocabulary.EmojiReact: reactions.receive_reaction,
    vocabulary.Add: moderation.receive_add,
    vocabulary.Remove: moderation.receive_remove,
    vocabulary.Lock: moderation.receive_lock,
    vocabulary.Block: moderation.receive_block,
    vocabulary.Flag: report.receive_flag,
    vocabulary.Move: move.receive_move,
    vocabulary.Invite: invite.receive_invite,
}
# What counts when a channel elsewhere passes it on (5.3): never Follow, Flag, Move, Offer, votes.
ANNOUNCED: dict[type[vocabulary.Object], arrivals.Handler] = {
    vocabulary.Create: post.receive_create,
    vocabulary.Update: changes.receive_update,
    vocabulary.Delete: changes.receive_delete,
    vocabulary.Like: reactions.receive_reaction,
    vocabulary.Dislike: reactions.receive_reaction,
    vocabulary.EmojiReact: reactions.receive_reaction,
    vocabulary.Undo: undo.receive_undo,
    vocabulary.Add: moderation.receive_announced_add,
    vocabulary.Remove: moderation.receive_remove,
    vocabulary.Lock: moderation.receive_lock,
    vocabulary.Block: moderation.receive_block,
}

# What came and was not used, and what was refused: by type and reason, never by host or person.
counters: Counter[str] = Counter()


class NeverMet(KeyUnavailable):
    """Somebody unknown here deletes themselves: nothing is to be done, and no key to be had."""


async def accept(request: Request) -> Answer:
    """Take one POST to an inbox of ours (federation.md 8).

    Raises nothing for anything a peer can send. Before the signature verifies only a counter
    is written.
    """
    if not await _is_inbox(request.target):
        return Answer(404)
    try:
        verified = await _authenticate(request)
    except NeverMet:
        counters["ignored Delete"] += 1
        return ACCEPTED
    except (FederationError, CurbsideError) as error:
        if isinstance(error, Impersonation):
            await refusals.record_impersonation(error, request.body)
        return _refused(error)
    try:
        await receive(verified)
    except (FederationError, CurbsideError) as error:
        await refusals.record(error, verified, request.body)
        await _keep_of(error)
        return _refused(error)
    await synchronisation.compare(verified)
    await signs_of_life.note(verified.host, verified.form)
    return ACCEPTED


async def _keep_of(error: FederationError | CurbsideError) -> None:
    """What is done though its sender has to come again; what fails is done then."""
    if not isinstance(error, fetches.Awaited | recall.Early):
        return
    with suppress(FederationError, CurbsideError):
        async with in_transaction():
            if isinstance(error, recall.Early):
                await recall.obey_early(error)
            else:
                await fetches.request_awaited(error)


async def receive(verified: Verified) -> None:
    """Apply one verified activity at most once. A refusal undoes everything, the memory too."""
    handler = HANDLERS.get(type(verified.activity))
    if handler is None:
        if await consult.concerns_consult(verified.document):
            raise refusals.Refused("T20 activity")
        counters[f"ignored {verified.activity.type_name}"] += 1
        return

    left_here, now = limits.current().left_here, datetime.now(UTC)
    cost, is_partner = _cost(verified), verified.level is Level.TRUSTED
    await left_here.require_room(verified.host, cost, now, is_partner=is_partner)
    if await arrivals.apply(verified, handler):
        left_here.add(verified.host, cost, now)
    activity = verified.activity
    log.info("received %s %s from %s", activity.type_name, activity.id, verified.host)


def _cost(verified: Verified) -> dict[Left, int]:
    """What it may leave here, of which a server has so much (T78). Taking back costs nothing."""
    kind = _LEAVES.get(verified.activity.type_name)
    if kind is None:
        return {}
    has_words = verified.activity.type_name in ("Create", "Update", "Announce")
    return {kind: 1, Left.BYTES: len(verified.body)} if has_words else {kind: 1}


async def receive_announce(verified: Verified) -> None:
    """An Announce: of a channel elsewhere, which passes on what its members did; or a boost."""
    for inner in await announce.unwrapped(verified):
        await receive_passed_on(inner)
    await reactions.receive_boost(verified)


async def receive_passed_on(verified: Verified) -> None:
    """Apply what a channel elsewhere announced, in the caller's transaction, at most once."""
    handler = ANNOUNCED.get(type(verified.activity))
    activity = verified.activity
    if handler is None or await consult.concerns_consult(verified.document):
        counters[f"ignored Announce {activity.type_name}"] += 1
        return
    await arrivals.require_open(verified)
    said = (verified.announced_by, activity.id, verified.host, activity.type_name)
    if await once.is_new_announced(*said, locking=arrivals.decides_about(activity)):
        await handler(verified)


async def _authenticate(request: Request) -> Verified:
    """Only a signature that verifies counts as a request of a host; anybody can claim one (T75)."""
    now, site, door = datetime.now(UTC), config.current().site, _Door(request)
    try:
        signed = await authentication.authenticate_sender(
            request, site=site, trust=door, keys=door, now=now
        )
    except (NeverMet, KeyNotYet):
        raise  # nothing is wrong with the signature, as far as anybody can say
    except SignatureRefused:
        door.note_failure()
        raise
    _require_room(signed.host, signed.level, now)
    verified = await authentication.read_activity(request, signed, site=site, trust=door, now=now)
    await authentication.check_known_proof(verified, keys=stored_keys.KnownKeys(), now=now)
    return verified


class _Door:
    """Trust and keys for one request, and which hosts it says to come from."""

    def __init__(self, request: Request) -> None:
        self._request = request
        self._claimed: set[str] = set()

    async def level(self, host: str) -> Level:
        self._claimed.add(host)
        return await trust.level(host)

    async def find(self, key_id: str, *, refresh: bool = False) -> PublicKey:
        """A key that is at hand, whatever others did in its owner's name; else it is asked for,
        unless its host sent too much of late, or too much came in its name that did not hold.

        Raises NeverMet for the farewell of a stranger: servers send it to everybody (T75).
        """
        body = self._request.body
        if b"D" in body and b"Delete" in body:  # one letter is found in no time
            await self._require_met(key_id)
        may_ask = partial(_may_be_asked, key_id)
        return await remote.directory().find(key_id, refresh=refresh, may_ask=may_ask)

    async def _require_met(self, key_id: str) -> None:
        host = _host(key_id)
        if await _leaves_unmet(self._request.body) and await trust.level(host) is Level.PUBLIC:
            raise NeverMet(f"{host}: nobody known here")

    def note_failure(self) -> None:
        for host in self._claimed:
            limits.current().failed_signatures.take(host, FAILURES_OF_A_HOST)


def _host(key_id: str) -> str:
    return host_of(key_id, config.current().development)


def _may_be_asked(key_id: str) -> bool:
    host, counts = _host(key_id), limits.current()
    has_room = counts.failed_signatures.has_room(host, FAILURES_OF_A_HOST)
    return has_room and counts.requests.has_room(host, REQUESTS_OF_A_HOST)


async def _leaves_unmet(body: bytes) -> bool:
    """Whether somebody of whom nothing is here deletes themselves, as far as the body says."""
    try:
        activity = vocabulary.parse(documents.loads(body))
    except FederationError:
        return False
    is_farewell = activity.type == "Delete" and activity.object_id == activity.actor_id
    return is_farewell and not await Actor.filter(uri=activity.actor_id).exists()


def _require_room(host: str, level: Level, now: datetime) -> None:
    """A peer has a bucket of its own; a stranger's neighbours under one domain share another."""
    requests = limits.current().requests
    is_known = level is Level.TRUSTED or host in config.current().development.peers
    has_room = requests.take(host, REQUESTS_OF_A_PEER if is_known else REQUESTS_OF_A_HOST, now)
    if has_room and not is_known:
        domain = "*." + limits.registered_domain(host)
        has_room = requests.take(domain, REQUESTS_OF_A_DOMAIN, now)
    if not has_room:
        raise TooMany(retry_after_seconds=60)


async def _is_inbox(target: str) -> bool:
    """People and consults may be hidden, so an inbox of theirs answers whether they exist or not.

    Which one was written to decides nothing: the activity says whom it is for.
    """
    path = target.partition("?")[0]
    if path == "/inbox" or _MAY_BE_HIDDEN.fullmatch(path):
        return True
    return await Actor.filter(inbox=config.current().uri(path), is_local=True).exists()


def _refused(error: Exception) -> Answer:
    counters[f"refused {type(error).__name__}"] += 1
    log.info("refused: %s %s", type(error).__name__, error)
    return answers.of_refusal(error)


HANDLERS[vocabulary.Announce] = receive_announce

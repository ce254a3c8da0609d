"""The key check: two administrators compare another server's keys by telephone, then they are
pinned (federation.md 11.1.1). Nobody confirms their own.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from tortoise.transactions import in_transaction

from federation import keys
from federation.errors import FederationError, FetchFailed, HostBlocked, Malformed, UnsafeAddress
from federation.origin import host_of
from instance import config, html
from instance.errors import FormRefused, TrustRefused
from instance.models import KeyCheck, Member, Peer, TrustState
from instance.outbox import local, remote, remote_actors, sight
from instance.services import audit, cutting, duties, holding, members
from instance.services.duties import Duty

DIFFERENT = (
    "The characters do not match. Stop, and do not approve. Someone may be pretending to be this"
    " hospital."
)
NOT_ALL = "Type all 8 characters that were read out: digits, and letters from a to f."
_NAME_MOST = _SPOKE_TO_MOST = 200
_TAIL = re.compile(rf"(?:[\s:.-]*[0-9a-fA-F]){{{keys.HIDDEN_DIGITS}}}[\s:.-]*")


@dataclass(frozen=True)
class Found:
    """Another institution's server as it describes itself, not compared by anybody yet."""

    host: str
    name: str
    actor_uri: str
    actor_inbox: str
    inbox: str
    rsa: keys.PublicKey
    ed25519: keys.PublicKey
    document: Mapping[str, Any]


@dataclass(frozen=True)
class Tails:
    """The last 8 digits of both fingerprints, as somebody read them out on the telephone."""

    rsa: str
    ed25519: str


def kind_of(document: Mapping[str, Any]) -> str:
    """Hospital or society, as an institution says of itself (`cs:kind`)."""
    return "society" if document.get("cs:kind") == "society" else "hospital"


async def look_up(typed: str) -> Found:
    """Ask a server who it is. Raises FormRefused, saying what was tried and what to do next."""
    host = host_named(typed)
    try:
        return read(await remote.directory().introduction(host), host)
    except (FederationError, OSError) as error:
        raise _refused(_told(error, host)) from error


def read(document: Mapping[str, Any], host: str) -> Found:
    """Raises Malformed where this is not the Application of `host`, with a key of each kind."""
    remote_actors.check(document)
    listed = {key.algorithm: key for key in remote_actors.listed_keys(document)}
    endpoints = document.get("endpoints")
    shared = endpoints.get("sharedInbox") if isinstance(endpoints, Mapping) else None
    if document["type"] != "Application" or len(listed) != 2 or not isinstance(shared, str):
        raise Malformed("not the Application of a Curbside server")
    if host_of(document["id"], config.current().development) != host:
        raise Malformed("the Application of another server")
    return Found(
        host=host,
        name=html.plain(str(document.get("name") or ""), _NAME_MOST) or host,
        actor_uri=str(document["id"]),
        actor_inbox=str(document["inbox"]),
        inbox=shared,
        rsa=listed["rsa"],
        ed25519=listed["ed25519"],
        document=document,
    )


async def pin(by: Member, host: str, tails: Tails, spoke_to: str) -> KeyCheck:
    """The first administrator's half: nothing is pinned before another one confirms it.

    Raises FormRefused, also where the digits are not those of the keys that are served now.
    """
    duties.require(by, Duty.HOSPITALS)
    problems = _incomplete(tails)
    if not spoke_to.strip():
        problems["spoke_to"] = "Write whom you spoke to."
    if len(spoke_to.strip()) > _SPOKE_TO_MOST:
        problems["spoke_to"] = f"Use {_SPOKE_TO_MOST} characters or fewer."
    if problems:
        raise FormRefused(problems)
    found = await look_up(host)
    await _require_same(by, found.host, found.rsa.key, found.ed25519.key, tails)
    values = {
        "name": found.name,
        "actor_uri": found.actor_uri,
        "actor_inbox": found.actor_inbox,
        "inbox": found.inbox,
        "rsa": local.public_text(found.rsa.key),
        "rsa_uri": found.rsa.id,
        "ed25519": local.public_text(found.ed25519.key),
        "ed25519_uri": found.ed25519.id,
        "by_id": by.id,
        "spoke_to": spoke_to.strip(),
    }
    async with in_transaction():
        await Peer.get_or_create(host=found.host)
        peer = await cutting.locked(found.host)
        rests = peer.keys_changed_at is not None or peer.awaited_since is not None
        if _is_pinned(peer, values) and not rests:
            raise TrustRefused("These keys are pinned already.")
        fetched = remote_actors.Fetched(dict(found.document), False, datetime.now(UTC))
        await remote_actors.save(found.actor_uri, fetched)
        await KeyCheck.filter(peer_id=peer.id).delete()
        check = await KeyCheck.create(peer=peer, **values)
        await _audit("trust.key_compared", by, peer)
    return check


async def confirm(by: Member, host: str, tails: Tails) -> Peer:
    """The second administrator's half: they compared as well. Pins what the first one saw.

    A pin that was another before ends what stood on it.
    """
    duties.require(by, Duty.HOSPITALS)
    check = await KeyCheck.get_or_none(peer__host=host)
    if check is None:
        raise TrustRefused("Nobody compared the keys of this hospital yet. Begin with that.")
    if check.by_id == by.id:
        raise TrustRefused("You compared these keys yourself. Another administrator confirms them.")
    if problems := _incomplete(tails):
        raise FormRefused(problems)
    rsa, ed25519 = keys.public_from_pem(check.rsa), keys.public_from_multikey(check.ed25519)
    await _require_same(by, host, rsa, ed25519, tails)
    now = datetime.now(UTC)
    async with in_transaction():
        peer = await cutting.locked(host)
        if not await KeyCheck.filter(id=check.id).delete():
            raise TrustRefused("Somebody else confirmed or began anew in the meantime.")
        if peer.pinned_ed25519 and peer.pinned_ed25519 != check.ed25519:
            if peer.keys_changed_at is None:
                await cutting.cut_off(peer, TrustState.SUSPENDED, now)
            await cutting.close_offers(peer, now)
        peer.spoke_to = check.spoke_to
        await keep(peer, check, now)
        await holding.release(peer, now)
        await Peer.filter(id=peer.id).update(awaited_since=None)  # people say so
        await sight.refresh([host])
        await _audit("trust.pinned", by, peer)
    return peer


async def keep(peer: Peer, seen: KeyCheck | Found, now: datetime) -> None:
    """Make these keys the pin. `peer` is locked.

    What people compared has no key beside it: the one of before may be in other hands.
    """
    is_vouched = isinstance(seen, Found)
    peer.former_ed25519 = peer.pinned_ed25519 if is_vouched else None
    peer.former_ed25519_uri = peer.pinned_ed25519_uri if is_vouched else None
    if isinstance(seen, Found):
        rsa, ed25519 = local.public_text(seen.rsa.key), local.public_text(seen.ed25519.key)
        uris = seen.rsa.id, seen.ed25519.id
    else:
        rsa, ed25519, uris = seen.rsa, seen.ed25519, (seen.rsa_uri, seen.ed25519_uri)
    peer.name, peer.actor_uri = seen.name, seen.actor_uri
    peer.inbox, peer.actor_inbox = seen.inbox, seen.actor_inbox
    peer.pinned_rsa, peer.pinned_ed25519 = rsa, ed25519
    peer.pinned_rsa_uri, peer.pinned_ed25519_uri = uris
    peer.pinned_at = now
    await peer.save(
        update_fields=[
            *("name", "actor_uri", "spoke_to", "inbox", "actor_inbox", "pinned_rsa"),
            *("pinned_rsa_uri", "pinned_ed25519", "pinned_ed25519_uri", "pinned_at"),
            *("former_ed25519", "former_ed25519_uri"),
        ]
    )


async def discard(by: Member, host: str) -> None:
    """The second administrator heard other digits, or nobody did: begin anew."""
    duties.require(by, Duty.HOSPITALS)
    async with in_transaction():
        peer = await cutting.locked(host)
        if await KeyCheck.filter(peer_id=peer.id).delete():
            await _audit("trust.key_check_dropped", by, peer)


async def of_host(host: str) -> KeyCheck | None:
    return await KeyCheck.get_or_none(peer__host=host).select_related("by")


def fingerprints(rsa: str, ed25519: str) -> tuple[str, str]:
    """Of two public keys as they are stored."""
    stored = (keys.public_from_pem(rsa), keys.public_from_multikey(ed25519))
    return keys.fingerprint(stored[0]), keys.fingerprint(stored[1])


def _incomplete(tails: Tails) -> dict[str, str]:
    """What cannot be the end of any key, by field: that says nothing of the other hospital."""
    typed = {"rsa_tail": tails.rsa, "ed25519_tail": tails.ed25519}
    return {name: NOT_ALL for name, text in typed.items() if not _TAIL.fullmatch(text)}


async def _require_same(
    by: Member, host: str, rsa: keys.AnyPublicKey, ed25519: keys.AnyPublicKey, tails: Tails
) -> None:
    wrong = {
        name: DIFFERENT
        for name, key, typed in (
            ("rsa_tail", rsa, tails.rsa),
            ("ed25519_tail", ed25519, tails.ed25519),
        )
        if not keys.has_tail(keys.fingerprint(key), typed)
    }
    if wrong:
        # Not in a transaction that this ends: somebody has to be able to look it up.
        actor = await members.speaking_as(by)
        await audit.record("trust.keys_differ", actor_uri=actor.uri, host=host, subject=host)
        raise FormRefused(wrong)


def host_named(typed: str) -> str:
    """A name as people type or paste it. Raises FormRefused for none, and for our own."""
    settings = config.current()
    name = typed.strip().partition("://")[2] or typed.strip()
    name = name.partition("/")[0].rpartition("@")[2]
    try:
        scheme = "http" if name in settings.development.peers else "https"
        host = host_of(f"{scheme}://{name}/", settings.development)
    except Malformed as error:
        shown = f"{name[:80]} is" if name and name.isprintable() else "This is"
        raise _refused(
            f"{shown} not the name of a server. Write it as their administrators say it, such as"
            " heart.example."
        ) from error
    if host == settings.host:
        raise _refused("This is our own server. Enter the name of another hospital's.")
    return host


def _told(error: Exception, host: str) -> str:
    """What was tried, and what to do next."""
    tried = f"We asked {host} who it is."
    if isinstance(error, HostBlocked):
        return f"{host}, or a domain above it, is blocked here. Remove the block first."
    if isinstance(error, UnsafeAddress):
        return (
            f"{host} is at an address that we do not connect to. If you reach this hospital over a"
            " private network, its network has to be listed in CURBSIDE_PRIVATE_NETWORKS."
        )
    if not isinstance(error, FetchFailed):
        return (
            f"{tried} What it answered is not what a Curbside server says of itself. Ask their"
            " administrators whether this is the right name."
        )
    if "Certificate" in str(error):
        return (
            f"{tried} Its certificate is not valid, so nobody knows who answers. Their"
            " administrators have to renew it; do not go on before."
        )
    if "DNSError" in str(error):
        return f"We looked for {host}. There is no server of this name. Check how it is spelt."
    if "SSLError" in str(error):
        return (
            f"{tried} A server is there, but it does not speak over an encrypted connection. Ask"
            " their administrators for the right name; do not go on before."
        )
    if error.status is not None and (error.status >= 500 or error.status == 429):
        return f"{tried} It answered that it is busy or not well. Try again later."
    if error.status is not None or error.permanent:
        return (
            f"{tried} There is a server, but it does not work with others as Curbside does. Check"
            " the name with their administrators."
        )
    return (
        f"{tried} Nobody answered. Check the spelling; if it is right, their server may be down, or"
        " a firewall may stand between us."
    )


def _refused(said: str) -> FormRefused:
    return FormRefused({"host": said})


def _is_pinned(peer: Peer, values: Mapping[str, Any]) -> bool:
    pinned = (peer.pinned_rsa, peer.pinned_ed25519)
    return peer.pinned_at is not None and pinned == (values["rsa"], values["ed25519"])


async def _audit(action: str, by: Member, peer: Peer) -> None:
    actor = await members.speaking_as(by)
    await audit.record(action, actor_uri=actor.uri, host=peer.host, subject=peer.actor_uri or "")

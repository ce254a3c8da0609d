"""What is agreed between our institution and another, as it stands now (federation.md 11.1)."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal

from federation.relationships import Terms
from instance import raw_sql
from instance.models import (
    ActorKey,
    Direction,
    KeyCheck,
    Offer,
    Peer,
    PeerLevel,
    Relationship,
    TrustState,
)
from instance.outbox import local, trust
from instance.services import deliveries, key_checks
from instance.services.deliveries import Arrival

AnswerState = Literal["", "waiting", "gave_up"]
_OFFERED = {"waiting": "offering", "gave_up": "offer_lost"}


@dataclass(frozen=True)
class Treaty:
    """How it stands between us and one host. `ours` and `theirs` are the directions in force or
    ended, `offered` our Offer and `pending` theirs while they are open. `offer_at` and `answer`:
    where our Offer, and our Accept of theirs, have got to."""

    host: str
    name: str
    state: TrustState
    peer: Peer | None = None
    check: KeyCheck | None = None
    ours: Relationship | None = None
    theirs: Relationship | None = None
    offered: Offer | None = None
    pending: Offer | None = None
    offer_at: Arrival | None = None
    answer: AnswerState = ""

    @property
    def step(self) -> str:
        """The state as people see it: a key of `treaty_words.STEPS`."""
        if self.peer is not None and self.peer.level is PeerLevel.BLOCKED:
            return "blocked"
        if self.state is TrustState.ACTIVE:
            return "active"
        if self.answer:
            return "answering" if self.answer == "waiting" else "answer_refused"
        if self.check is not None:
            return "comparing"
        if self.peer is not None and self.peer.keys_changed_at is not None:
            return "keys_changed"
        if self.pending is not None and not self.is_pinned:
            return "pending_unpinned"
        if self.state is TrustState.OFFERED and self.offer_at is not None:
            return _OFFERED.get(self.offer_at.state, self.state.value)
        return self.state.value

    @property
    def is_pinned(self) -> bool:
        return self.peer is not None and self.peer.pinned_at is not None

    @property
    def scopes(self) -> tuple[str, ...]:
        """What may pass (11.1.5)."""
        return trust.shared(row for row in (self.ours, self.theirs) if row is not None)

    @property
    def why_no_consults(self) -> str:
        """A key of `treaty_words.WHY_NOT`; "" where consults pass."""
        if self.state is not TrustState.ACTIVE:
            in_doubt = self.peer is not None and self.peer.keys_changed_at is not None
            return "keys_changed" if in_doubt else "over"
        if "consult" in self.scopes:
            return ""
        return "border" if self.is_cut_by_border else "not_agreed"

    @property
    def is_cut_by_border(self) -> bool:
        """Whether consults may not pass because another law holds there."""
        both = [row for row in (self.ours, self.theirs) if row is not None]
        return len(both) == len(Direction) and trust.is_cut_by_border(both)

    @property
    def terms(self) -> Terms | None:
        if self.ours is None or self.theirs is None:
            return None
        return Terms.from_wire(self.ours.terms).stricter(Terms.from_wire(self.theirs.terms))

    @property
    def ends_at(self) -> datetime | None:
        if self.ours is None or self.theirs is None:
            return None
        return min(self.ours.ends_at, self.theirs.ends_at)


async def of_host(host: str) -> Treaty:
    """Of any host, also one that we never dealt with."""
    peer = await Peer.get_or_none(host=host)
    return Treaty(host, host, TrustState.NONE) if peer is None else await of_peer(peer)


async def of_peer(peer: Peer) -> Treaty:
    rows = {row.direction: row for row in await Relationship.filter(peer_id=peer.id)}
    offers = {row.direction: row for row in await Offer.filter(peer_id=peer.id)}
    offered = _open(offers.get(Direction.OURS), TrustState.OFFERED)
    pending = _open(offers.get(Direction.THEIRS), TrustState.PENDING)
    check = await key_checks.of_host(peer.host)
    return Treaty(
        host=peer.host,
        name=peer.name or (check.name if check is not None else peer.host),
        state=_state(peer, list(rows.values()), list(offers.values())),
        peer=peer,
        check=check,
        ours=rows.get(Direction.OURS),
        theirs=rows.get(Direction.THEIRS),
        offered=offered,
        pending=pending,
        offer_at=await deliveries.of_activity(offered.uri) if offered is not None else None,
        answer=await _answer(pending),
    )


async def all_of_them() -> list[Treaty]:
    """Every host with which trust was ever begun, by name."""
    begun = set(await Relationship.all().values_list("peer_id", flat=True))
    begun |= set(await Offer.all().values_list("peer_id", flat=True))
    begun |= set(await KeyCheck.all().values_list("peer_id", flat=True))
    begun |= set(await Peer.filter(pinned_at__not_isnull=True).values_list("id", flat=True))
    peers = await Peer.filter(id__in=list(begun)).order_by("name", "host")
    return [await of_peer(peer) for peer in peers]


async def of_partners() -> list[Treaty]:
    """Every hospital with which something is agreed, or rests, by name: what members see of it.

    None that is blocked, or with which it ended."""
    rows = await raw_sql.where(Relationship, "state <> ?1", [TrustState.REVOKED.value])
    found_peers = await raw_sql.some(Peer, "id", list({row.peer_id for row in rows}))
    by_id: dict[int, dict[Direction, Relationship]] = {}
    for row in rows:
        by_id.setdefault(row.peer_id, {})[row.direction] = row
    ways = {peer: by_id[peer.id] for peer in found_peers}
    said = await trust.said_of(peer.host for peer in ways)
    found = [
        Treaty(
            host=peer.host,
            name=peer.name or peer.host,
            state=_state(peer, list(both.values()), []),
            peer=peer,
            ours=both.get(Direction.OURS),
            theirs=both.get(Direction.THEIRS),
        )
        for peer, both in ways.items()
        if not trust.has_block(peer.host, said)
    ]
    return sorted(found, key=lambda treaty: (treaty.name, treaty.host))


async def terms_with(hosts: Collection[str]) -> dict[str, Terms]:
    """What was agreed with each of these hosts, in force or ended; read together."""
    ways: dict[str, dict[Direction, Relationship]] = {}
    rows = Relationship.filter(peer__host__in=list(hosts)).select_related("peer")
    for row in await rows if hosts else ():
        ways.setdefault(row.peer.host, {})[row.direction] = row
    found = {
        host: Treaty(
            host,
            host,
            TrustState.NONE,
            ours=both.get(Direction.OURS),
            theirs=both.get(Direction.THEIRS),
        ).terms
        for host, both in ways.items()
    }
    return {host: terms for host, terms in found.items() if terms is not None}


async def own_fingerprints() -> frozenset[str]:
    """Of the keys our institution signs with now."""
    rsa, ed25519 = await own_keys()
    return frozenset(key_checks.fingerprints(rsa, ed25519))


async def own_keys() -> tuple[str, str]:
    """RSA and Ed25519, as they are stored."""
    ours = await local.institution()
    rows = ActorKey.filter(actor_id=ours.id, retired_at=None, private__not_isnull=True)
    found = {row.algorithm: row.public for row in await rows.order_by("id")}
    return found["rsa"], found["ed25519"]


def pinned_fingerprints(peer: Peer) -> frozenset[str]:
    if not peer.pinned_rsa or not peer.pinned_ed25519:
        return frozenset()
    return frozenset(key_checks.fingerprints(peer.pinned_rsa, peer.pinned_ed25519))


def _state(peer: Peer, rows: list[Relationship], offers: list[Offer]) -> TrustState:
    now = datetime.now(UTC)
    states = {offer.state for offer in offers}
    active = [r for r in rows if r.state is TrustState.ACTIVE and r.starts_at <= now < r.ends_at]
    if len(active) == len(Direction) and peer.level is PeerLevel.TRUSTED:
        return TrustState.ACTIVE
    for state in (TrustState.PENDING, TrustState.OFFERED):
        if state in states:
            return state
    if any(row.state in (TrustState.SUSPENDED, TrustState.ACTIVE) for row in rows):
        return TrustState.SUSPENDED
    if TrustState.REJECTED in states:
        return TrustState.REJECTED
    if rows:
        return TrustState.REVOKED
    return TrustState.PINNED if peer.pinned_at is not None else TrustState.NONE


def _open(row: Offer | None, state: TrustState) -> Offer | None:
    return row if row is not None and row.state is state else None


async def _answer(pending: Offer | None) -> AnswerState:
    if pending is None or pending.answer_uri is None:
        return ""
    found = await deliveries.of_activity(pending.answer_uri)
    return "waiting" if found is not None and found.state == "waiting" else "gave_up"

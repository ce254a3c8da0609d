"""Who sent this request, and for whom it speaks. The only place that makes a Verified or a Reader.

The order of checks is that of federation.md 8: nothing is parsed before the signature holds.
"""

from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any, Literal, TypeVar

from federation import documents, ownership, proofs, synchronisation, vocabulary
from federation.errors import (
    FederationError,
    HostBlocked,
    Impersonation,
    NotAllowed,
    ProofRefused,
    SignatureRefused,
    TooLarge,
    UnsupportedMedia,
)
from federation.keys import PublicKey
from federation.messages import Request
from federation.origin import PRODUCTION, Development, host_of, require_same_origin
from federation.signers import Keys, Level, Signed, Site, Trust, check_key, key_host, signer_of

__all__ = [
    "Keys",
    "Level",
    "Reader",
    "Signed",
    "SignedAs",
    "Site",
    "Trust",
    "Verified",
    "authenticate",
    "authenticate_proven",
    "authenticate_reader",
    "authenticate_sender",
    "authenticate_served",
    "check_known_proof",
    "read_activity",
]

SignedAs = Literal["cavage", "rfc9421", "trusted", "proof", "origin"]

S = TypeVar("S", bound="_Sealed")
_FORWARDED_TYPES = frozenset({"Create", "Update", "Delete"})


@dataclass(frozen=True, init=False)
class _Sealed:
    """Nobody makes one but this module, by `_made`."""

    def __init__(self, *_: object, **__: object) -> None:
        raise TypeError(f"only authentication makes a {type(self).__name__}")

    def __init_subclass__(cls) -> None:
        if cls.__module__ != __name__:
            raise TypeError("not to be subclassed elsewhere")


@dataclass(frozen=True, init=False)
class Verified(_Sealed):
    """An activity whose sender is proven, and which speaks for that sender's origin alone.

    `host` and `level` are the sender's. `signer` is the owner of the key, and the activity's actor
    unless `forwarded`: then nothing in it is believed before a proof or a refetch by id.
    `proven`: the document's own proof was checked too. `form` "trusted" is that of F-SIG-8;
    "origin": the document was served by, or through the Group of, its actor's own server.
    `announced_by`: the Group that passed it on (5.3), "" where it came straight from its sender.
    `synchronisation`: the header of FEP-8fcf, "" where none was signed.
    `key_id`: of the key that signed the request, "" where it came in none of its own.
    `body`: the bytes it came in, likewise b"".
    `signature`: of the request, or of the proof it is known by.
    """

    host: str
    level: Level
    signer: str
    activity: vocabulary.Object
    document: dict[str, Any]
    signature: bytes
    form: SignedAs
    forwarded: bool
    proven: bool
    announced_by: str
    synchronisation: str
    key_id: str
    body: bytes

    @property
    def signature_hash(self) -> str:
        """SHA-256 of the signature, hex, to remember against replays (F-SIG-4)."""
        return sha256(self.signature).hexdigest()


@dataclass(frozen=True, init=False)
class Reader(_Sealed):
    """Who signed a GET. `level` is what the signature earns: TRUSTED in the form of F-SIG-8 only.

    A trusted peer's weaker signature reads what any peer's does (no downgrade).
    """

    host: str
    level: Level
    actor_id: str


async def authenticate(
    request: Request, *, site: Site, trust: Trust, keys: Keys, now: datetime
) -> Verified:
    """The activity in a POST to an inbox, with its proven sender.

    `now` is aware. Raises a FederationError; a replay is the caller's to notice.
    Source: federation.md 8 (order), 9 (signatures), 7 (forwards); T01, T02, T08 to T14.
    """
    signed = await authenticate_sender(request, site=site, trust=trust, keys=keys, now=now)
    return await read_activity(request, signed, site=site, trust=trust, now=now)


async def authenticate_sender(
    request: Request, *, site: Site, trust: Trust, keys: Keys, now: datetime
) -> Signed:
    """Whose key signed a POST to an inbox; nothing in its body was read."""
    _check_envelope(request)
    return await signer_of(request, site=site, trust=trust, keys=keys, now=now)


async def read_activity(
    request: Request, signed: Signed, *, site: Site, trust: Trust, now: datetime
) -> Verified:
    """The activity in the body that was `signed`, as `authenticate_sender` gave it."""
    document = documents.loads(request.body)
    activity = vocabulary.parse(document)
    forwarded = activity.actor_id != signed.key.owner
    if forwarded:
        await _require_forwardable(activity, signed.key.owner, site, trust)
    ownership.require_own(activity, site.development)
    return _verified(
        host=signed.host,
        level=signed.level,
        signer=signed.key.owner,
        activity=activity,
        document=document,
        signature=signed.claim.signature,
        form=signed.form,
        forwarded=forwarded,
        proven=not forwarded and _is_proven(document, signed.key, now),
        synchronisation=_signed_header(request, signed, synchronisation.NAME.lower()),
        key_id=signed.key.id,
        body=request.body,
    )


async def check_known_proof(verified: Verified, *, keys: Keys, now: datetime) -> None:
    """Refuse a proof that does not fit, even where none was needed (federation.md 10).

    A key of its author that `keys` cannot find is as if there were no proof. Raises ProofRefused.
    """
    method = proofs.proof_method(verified.document)
    if method is None or verified.proven:
        return
    try:
        key = await keys.find(method)
    except FederationError:
        return
    if key.owner == verified.activity.actor_id:
        proofs.check_proof(verified.document, key, now)


async def authenticate_reader(
    request: Request,
    *,
    site: Site,
    trust: Trust,
    keys: Keys,
    now: datetime,
    public_document: bool = False,
) -> Reader:
    """Who asks for a document with a signed GET. Raises SignatureRefused or HostBlocked.

    `public_document`: what is asked for is public, so that a signature over the path without the
    query passes (F-SIG-6). For private documents leave it False.
    """
    if request.method not in ("GET", "HEAD"):
        raise SignatureRefused("not a GET")
    signed = await signer_of(
        request,
        site=site,
        trust=trust,
        keys=keys,
        now=now,
        query_may_be_unsigned=public_document,
    )
    level = signed.level if signed.form == "trusted" else Level.PUBLIC
    return _made(Reader, {"host": signed.host, "level": level, "actor_id": signed.key.owner})


async def authenticate_proven(
    document: dict[str, Any],
    *,
    keys: Keys,
    now: datetime,
    host: str,
    level: Level,
    development: Development = PRODUCTION,
    announced_by: str = "",
) -> Verified:
    """An activity served by its distributor `host` (trusted at `level`), known by its proof alone.

    The proof must be by a key of the activity's actor. Whether that actor's host may be asked for
    keys is the finder's to decide. Raises a FederationError.
    Source: federation.md 6.2.4 (history) and 10.
    """
    documents.check(document)
    key = await _proving_key(document, keys, now, development)
    activity = _activity_of(key.owner, document, development)
    return _verified(
        host=host,
        level=level,
        signer=key.owner,
        activity=activity,
        document=document,
        signature=proofs.signature_of(document),
        form="proof",
        forwarded=False,
        proven=True,
        announced_by=announced_by,
    )


def authenticate_served(
    document: dict[str, Any],
    *,
    origin: str,
    host: str,
    level: Level,
    development: Development = PRODUCTION,
    announced_by: str = "",
) -> Verified:
    """An activity that its actor's own server vouches for by serving or announcing it.

    `origin`: a URL of the server it came from, which was authenticated (a Group whose Announce
    was signed) or asked (a guarded fetch). Raises OriginMismatch where its actor is of another.
    Source: federation.md 5.3 (a) and (c); T03, T04.
    """
    documents.check(document)
    activity = vocabulary.parse(document)
    require_same_origin(origin, activity.actor_id, activity.id, dev=development)
    ownership.require_own(activity, development)
    return _verified(
        host=host,
        level=level,
        signer=activity.actor_id,
        activity=activity,
        document=document,
        signature=b"",
        form="origin",
        forwarded=False,
        proven=False,
        announced_by=announced_by,
    )


def _verified(
    *,
    host: str,
    level: Level,
    signer: str,
    activity: vocabulary.Object,
    document: dict[str, Any],
    signature: bytes,
    form: SignedAs,
    forwarded: bool,
    proven: bool,
    announced_by: str = "",
    synchronisation: str = "",
    key_id: str = "",
    body: bytes = b"",
) -> Verified:
    return _made(Verified, locals())


def _made(kind: type[S], values: dict[str, Any]) -> S:
    """With these fields: to set each of what is frozen takes three times as long."""
    made = kind.__new__(kind)
    made.__dict__.update(values)
    return made


def _check_envelope(request: Request) -> None:
    if len(request.body) > documents.MAX_BODY:
        raise TooLarge(f"{len(request.body)} bytes")
    if request.header("content-encoding") is not None:
        raise UnsupportedMedia("an encoded body")
    if not documents.is_activity_type(request.header("content-type")):
        raise UnsupportedMedia("not an ActivityStreams type")
    if request.method != "POST":
        raise SignatureRefused("not a POST")


def _signed_header(request: Request, signed: Signed, name: str) -> str:
    return request.header(name) or "" if name in signed.claim.covered else ""


def _is_proven(document: dict[str, Any], key: PublicKey, now: datetime) -> bool:
    """Check the document's proof if it is by the key at hand; no request waits for another one."""
    if proofs.proof_method(document) != key.id:
        return False
    proofs.check_proof(document, key, now)
    return True


def _activity_of(owner: str, document: dict[str, Any], dev: Development) -> vocabulary.Object:
    activity = vocabulary.parse(document)
    if activity.actor_id != owner:
        raise NotAllowed(f"{owner} made a proof for {activity.actor_id}")
    ownership.require_own(activity, dev)
    return activity


async def _proving_key(
    document: dict[str, Any], keys: Keys, now: datetime, dev: Development
) -> PublicKey:
    method = proofs.proof_method(document)
    if method is None:
        raise ProofRefused("no proof of a known suite")
    key_host(method, dev)
    key = await keys.find(method)
    try:
        check_key(key, method, dev)
        proofs.check_proof(document, key, now)
        return key
    except SignatureRefused:
        renewed = await keys.find(method, refresh=True)
        if renewed == key:
            raise  # it would say the same again
    check_key(renewed, method, dev)
    proofs.check_proof(document, renewed, now)
    return renewed


async def _require_forwardable(
    activity: vocabulary.Object, signer: str, site: Site, trust: Trust
) -> None:
    """The signer is not the actor: a Public post handed on, or somebody posing (T01).

    Source: federation.md 7, inbox forwarding.
    """
    actor_host = host_of(activity.actor_id, site.development)
    if actor_host == host_of(site.origin, site.development):
        raise _impersonation("a member of ours, through somebody else's key", activity, signer)
    if activity.type not in _FORWARDED_TYPES or not activity.is_public():
        raise _impersonation(f"not to be forwarded: {activity.type_name}", activity, signer)
    if await trust.level(actor_host) is Level.BLOCKED:
        raise HostBlocked(actor_host)


def _impersonation(what: str, activity: vocabulary.Object, signer: str) -> Impersonation:
    return Impersonation(what, signer=signer, claimed=activity.actor_id, activity_id=activity.id)

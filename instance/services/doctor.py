"""Why an account elsewhere, its keys, or what we send there does not work: step by step.

Looks and stores nothing. A blocked host is not asked anything.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from federation import webfinger
from federation.errors import FederationError, FetchFailed, Malformed, OriginMismatch, UnsafeAddress
from federation.origin import host_of
from instance import config
from instance.delivery_reasons import REASONS, key_of
from instance.models import Peer, PeerLevel
from instance.outbox import forms, remote, remote_actors, trust
from instance.services import deliveries, standing_checks
from instance.services.deliveries import HostState
from instance.treaty_words import SCOPES

# More than this and signatures are refused: by partners, by others (F-SIG-4).
_CLOCK_OF_PARTNERS, _CLOCK_OF_OTHERS = timedelta(minutes=5), timedelta(hours=1)
_NOTICED = timedelta(seconds=30)
_SIGNED_REQUESTS = (
    "Their server may take signed requests only and not accept ours. Check that our address can be"
    " read from outside, that both clocks are right, and ask them whether they block us."
)


@dataclass(frozen=True)
class Finding:
    """One step: what is so, and where it is wrong, how to mend it."""

    step: str
    is_good: bool
    said: str
    mend: str = ""


@dataclass
class Examination:
    """`host` and `uri` of what was asked about, as far as they are known."""

    target: str
    host: str = ""
    uri: str = ""
    findings: list[Finding] = field(default_factory=list)

    @property
    def is_well(self) -> bool:
        return all(finding.is_good for finding in self.findings)

    def good(self, step: str, said: str) -> None:
        self.findings.append(Finding(step, True, said))

    def bad(self, step: str, said: str, mend: str = "") -> None:
        self.findings.append(Finding(step, False, said, mend))


async def examine(target: str) -> Examination:
    """Ask about `@name@host` or the URL of an account. Raises nothing of a peer's."""
    found = Examination(target.strip())
    if not _read_address(found):
        return found
    if not await _look_at_trust(found):
        return found
    if await _look_at_name(found) and await _look_up_handle(found):
        await _look_at_account(found)
    await _look_at_clock(found)
    await _look_at_form(found)
    await _look_at_deliveries(found)
    return found


def _read_address(found: Examination) -> bool:
    development = config.current().development
    try:
        if "://" in found.target:
            found.uri, found.host = found.target, host_of(found.target, development)
        else:
            found.host = webfinger.parse_acct(found.target, development).host
    except Malformed:
        found.bad(
            "address",
            "This is neither a handle nor the address of an account.",
            "Write it as @name@host.example, or copy the address of the profile.",
        )
        return False
    if found.host == config.current().host:
        found.bad("address", "This account is ours: nothing is sent or fetched for it.")
        return False
    found.good("address", f"The account belongs to {found.host}.")
    return True


async def _look_at_trust(found: Examination) -> bool:
    level = await trust.level(found.host)
    peer = await Peer.get_or_none(host=found.host)
    if level is level.BLOCKED:
        found.bad("trust", *await _told_of_block(found.host))
        return False
    if level is level.TRUSTED:
        agreed = await trust.scopes(found.host)
        scopes = "; ".join(words for scope, words in SCOPES.items() if scope in agreed)
        found.good("trust", f"A partner. May pass: {scopes or 'nothing'}.")
    elif peer is not None and peer.level is PeerLevel.TRUSTED:
        found.bad(
            "trust",
            "We count it as a partner, but the agreement is not active in both directions.",
            "Public channels work. For consults renew the agreement with its administrators.",
        )
    else:
        found.good("trust", "Not a partner: public channels only, no consults.")
    return True


async def _told_of_block(host: str) -> tuple[str, str]:
    if await trust.is_blocked(host):
        return (
            f"{host}, or a domain above it, is blocked here: nothing is sent, fetched or accepted.",
            "Remove the block if it is a mistake.",
        )
    return (
        f"{host} is not on the list of servers that we deal with: nothing is sent, fetched or"
        " accepted.",
        f"Compare its keys, or allow it: curbside trust allow {host}.",
    )


async def _look_at_name(found: Examination) -> bool:
    client = remote.directory().client
    url = found.uri or _base(found.host)
    try:
        addresses = await client.addresses(url)
    except UnsafeAddress as error:
        found.bad(
            "name",
            f"We do not connect there: {error}.",
            "If you reach this hospital over a private network, list that network in"
            " CURBSIDE_PRIVATE_NETWORKS.",
        )
        return False
    except OSError:
        found.bad(
            "name",
            f"There is no server by the name {found.host}, or our name server does not answer.",
            "Check the spelling. Try the name from this machine with another program.",
        )
        return False
    found.good("name", f"The name leads to {', '.join(addresses[:4])}, which we may connect to.")
    return True


async def _look_up_handle(found: Examination) -> bool:
    if found.uri:
        return True
    try:
        account = await webfinger.discover(remote.directory().client, found.target)
    except OriginMismatch:
        found.bad(
            "handle",
            "The host of the handle names an account on another server, which does not agree.",
            "Their administrators have to mend how the two names point to each other.",
        )
        return False
    except FederationError as error:
        found.bad("handle", *_told(error, found.host, "The handle"))
        return False
    found.uri = account.actor_id
    found.good("handle", f"The handle leads to {account.actor_id}.")
    if host_of(found.uri, config.current().development) != found.host:
        found.host = host_of(found.uri, config.current().development)
        return await _look_at_trust(found)
    return True


async def _look_at_account(found: Examination) -> None:
    try:
        document = await remote.directory().get(found.uri)
    except FederationError as error:
        found.bad("account", *_told(error, found.host, "The account"))
        return
    try:
        remote_actors.check(document)
    except OriginMismatch:
        found.bad(
            "account",
            "Parts of the account (its address, inbox or keys) are on different servers: we do not"
            " believe it.",
            "Their administrators have to serve all of it from one address.",
        )
        return
    except FederationError as error:
        found.bad(
            "account",
            "What is served there is no account of a person or a channel that we can read.",
            f"Check the address. For their administrators: {error}.",
        )
        return
    found.good("account", f"The account can be read. It is a {document['type']}.")
    _look_at_keys(found, document)
    if document["type"] == "Person" and await trust.is_trusted(found.host):
        found.findings.append(Finding("standing", *await standing_checks.told(document)))


def _look_at_keys(found: Examination, document: Mapping[str, Any]) -> None:
    kinds = sorted(key.algorithm for key in remote_actors.listed_keys(document))
    if not kinds:
        found.bad(
            "keys",
            "It lists no key that we can use, so nothing that it signs is accepted.",
            "It needs an RSA key of 2048 bits or more, or an Ed25519 key.",
        )
    else:
        found.good("keys", f"It lists {len(kinds)} usable: {', '.join(kinds)}.")


async def _look_at_clock(found: Examination) -> None:
    client = remote.directory().client
    try:
        theirs = await client.clock_of(f"{_base(found.host)}.well-known/nodeinfo")
    except (FederationError, OSError):
        return  # said already: it does not answer
    if theirs is None:
        return
    off = theirs - datetime.now(UTC)
    is_partner = await trust.is_trusted(found.host)
    most = _CLOCK_OF_PARTNERS if is_partner else _CLOCK_OF_OTHERS
    minutes = abs(off) / timedelta(minutes=1)
    way = "fast" if off > timedelta(0) else "slow"
    if abs(off) < _NOTICED:
        found.good("clock", "Its clock and ours agree.")
    elif abs(off) < most:
        found.good("clock", f"Its clock is {minutes:.1f} minutes {way}, which is still accepted.")
    else:
        found.bad(
            "clock",
            f"Its clock is {minutes:.0f} minutes {way} by ours: signatures are refused, theirs"
            " here and ours there.",
            "Compare our clock with a time server first, then tell their administrators.",
        )


async def _look_at_form(found: Examination) -> None:
    peer = await Peer.get_or_none(host=found.host)
    form = forms.form_of(await trust.level(found.host), peer)
    names = {"trusted": "the strict form", "rfc9421": "RFC 9421", "cavage": "the older form"}
    since = peer.form_at if peer is not None and peer.form else None
    told = f"accepted last on {since:%d %b %Y, %H:%M} UTC" if since else "not tried yet"
    found.good("signature", f"We sign for it in {names[form]}, {told}.")


async def _look_at_deliveries(found: Examination) -> None:
    states = [state for state in await deliveries.hosts() if state.host == found.host]
    if not states:
        found.good("deliveries", "Nothing was ever sent there.")
        return
    [state] = states
    if state.paused_at is not None and state.paused_by:
        found.bad(
            "deliveries",
            f"Paused by an administrator since {_moment(state.paused_at)}; {state.waiting} wait.",
            "Resume it under Administration, Deliveries.",
        )
    elif state.failing_since is not None:
        found.bad("deliveries", *_failing(state))
    elif state.gave_up:
        found.bad(
            "deliveries",
            f"It takes our messages, but {state.gave_up} were given up within 30 days.",
            "Administration, Deliveries says why, and can send them again.",
        )
    else:
        last = f" The last one arrived {_moment(state.delivered_at)}." if state.delivered_at else ""
        found.good("deliveries", f"{state.waiting} wait, none was given up.{last}")


def _failing(state: HostState) -> tuple[str, str]:
    why = REASONS.get(key_of(state.last_error), "does not answer")
    paused = " It was paused after 7 days and is tried once a day." if state.paused_at else ""
    next_at = f" Next try {_moment(state.next_try_at)}." if state.next_try_at else ""
    return (
        f"It {why}, since {_moment(state.failing_since)}; {state.waiting} wait.{paused}{next_at}",
        "Mend what is said above, then choose Try now under Administration, Deliveries.",
    )


def _told(error: FederationError, host: str, what: str) -> tuple[str, str]:
    """What went wrong, and how to mend it."""
    if isinstance(error, FetchFailed) and error.host not in ("", host):
        said, mend = _told_of_answer(error, error.host, what)
        return f"{host} sends us on to {error.host}. {said}", mend
    if isinstance(error, FetchFailed):
        return _told_of_answer(error, host, what)
    return f"{what} cannot be used: {error}.", ""


def _told_of_answer(error: FetchFailed, host: str, what: str) -> tuple[str, str]:
    if "Certificate" in str(error):
        return f"The certificate of {host} is not valid.", "Its administrators have to renew it."
    if error.status in (401, 403):
        return f"{what} was refused to us: {host} answered {error.status}.", _SIGNED_REQUESTS
    if error.status in (404, 410):
        return f"{what} does not exist on {host}.", "Check the spelling; it may be gone."
    if error.status is not None and (error.status >= 500 or error.status == 429):
        return f"{host} answered {error.status}: it is not well, or busy.", "Try again later."
    if error.permanent:
        return (
            f"{what} cannot be read: {host} has something else there.",
            "It may be a website that nobody can follow from elsewhere. For its administrators:"
            f" {error}.",
        )
    return f"{host} did not answer.", "It may be down, or a firewall may stand between us."


def _moment(at: datetime | None) -> str:
    return f"{at.astimezone(UTC):%d %b, %H:%M} UTC" if at else "never"


def _base(host: str) -> str:
    scheme = "http" if host in config.current().development.peers else "https"
    return f"{scheme}://{host}/"

"""One delivery: sign it now, POST it once, say what the answer means. No database, no waiting.

Source: federation.md 12 (what each answer means, when to try again), 9.3 (double knocking).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from federation.client import Client
from federation.errors import FetchFailed
from federation.keys import PrivateKey
from federation.messages import Form, Response
from federation.signing import signed

MAX_RETRY_AFTER = timedelta(hours=1)
MIN_RETRY_AFTER = timedelta(seconds=10)  # "0" must not make us hammer a peer
GIVE_UP_AFTER = timedelta(days=7)

_DELAYS = (
    timedelta(minutes=1),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=6),
)
_DAILY = timedelta(days=1)
# 8 h 36 min of the delays above and six days are what fits in seven.
_MAX_ATTEMPTS = 1 + len(_DELAYS) + 6
_SPREAD = 0.2
_RETRIED = {401: "unauthorized", 404: "not_found"}
_OTHER_FORM: dict[Form, Form] = {"cavage": "rfc9421", "rfc9421": "cavage"}


@dataclass(frozen=True)
class Attempt:
    """What to send where. `body` is sent as it is: retries send the same bytes.

    `form` "trusted" is signed with `ed25519`, the others with `rsa`. `may_knock_twice`: a 401 may
    be answered with the other form; `first_contact`: a 400 too, because nobody has told us yet
    which form this host reads. `headers` go along, signed.
    """

    inbox: str
    body: bytes
    rsa: PrivateKey | None
    ed25519: PrivateKey | None
    form: Form
    may_knock_twice: bool
    first_contact: bool = False
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Delivered:
    """`form` is the one that was accepted: remember it for the host (9.3)."""

    form: Form


@dataclass(frozen=True)
class Retry:
    """`reason` is a word for logs and admins: unreachable, unauthorized, not_found, redirected,
    busy. `retry_after` is what the peer asked for, an hour at most."""

    reason: str
    status: int | None = None
    retry_after: timedelta | None = None


@dataclass(frozen=True)
class GaveUp:
    """`gone`: the peer said 410, so the follower goes as well. `reason`: gone, refused,
    unsafe_address, no_key."""

    reason: str
    status: int | None = None
    gone: bool = False


Outcome = Delivered | Retry | GaveUp


async def attempt(client: Client, delivery: Attempt, now: datetime) -> Outcome:
    """Send it, and once more in the other form where 9.3 has it so. Raises nothing of a peer's."""
    other = _OTHER_FORM.get(delivery.form) if delivery.may_knock_twice else None
    try:
        answer = await _send(client, delivery, delivery.form, now)
        if answer is None:
            return GaveUp("no_key")
        if other is None or not _asks_for_other_form(answer.status, delivery.first_contact):
            return _outcome(answer, delivery.form, now)
        second = await _send(client, delivery, other, now)
    except FetchFailed as failure:
        return GaveUp("unsafe_address") if failure.permanent else Retry("unreachable")
    if second is None or (answer.status == 401 and second.status == 400):
        # It reads the first form and could not check it: our key may be new to it.
        return _outcome(answer, delivery.form, now)
    return _outcome(second, other, now)


def next_attempt(
    attempts: int,
    retry_after: timedelta | None,
    now: datetime,
    random: Callable[[], float],
    *,
    queued_at: datetime | None = None,
) -> datetime | None:
    """When to try again after `attempts` (from 1) that failed; None: give up.

    `random` gives 0 to 1. Seven days count from `queued_at`; without it they are taken from the
    number of attempts, which is too few where some were made ahead of time (a peer that came back).
    """
    early = attempts <= len(_DELAYS)
    delay = _DELAYS[max(attempts, 1) - 1] if early else _DAILY
    if queued_at is None:
        if attempts >= _MAX_ATTEMPTS:
            return None
    elif now + delay > queued_at + GIVE_UP_AFTER:
        return None
    return now + _waiting(delay, early, retry_after, random)


def is_of_host(outcome: Retry, attempts: int, host_fails: bool) -> bool:
    """Whether the whole host is to be left alone after this answer, or this delivery only.

    A host that is full or does not answer at all is; one inbox that is missing says nothing of
    the others. Other answers are the host's, unless this delivery failed before (`attempts`) and
    the host took others meanwhile: then it chokes on this one.
    """
    if outcome.reason == "unreachable" or outcome.status in (429, 503):
        return True
    if outcome.reason in ("not_found", "redirected"):
        return False
    return attempts == 0 or host_fails


def next_probe(
    failing_since: datetime,
    retry_after: timedelta | None,
    now: datetime,
    random: Callable[[], float],
) -> datetime:
    """When to try a host again that has failed since then: the same steps, by how long it has."""
    passed, step = (now - failing_since) / (1 - _SPREAD), 0
    for delay in _DELAYS:
        passed -= delay
        step += passed >= timedelta(0)
    early = step < len(_DELAYS)
    return now + _waiting(_DELAYS[step] if early else _DAILY, early, retry_after, random)


def _waiting(
    delay: timedelta, early: bool, retry_after: timedelta | None, random: Callable[[], float]
) -> timedelta:
    if retry_after is None:
        return delay * (1 - _SPREAD + 2 * _SPREAD * random())
    asked = min(max(retry_after, MIN_RETRY_AFTER), MAX_RETRY_AFTER)
    # Spread to the later side only. A peer that asks us back for days gets the daily rhythm.
    return (asked if early else delay) * (1 + _SPREAD * random())


async def _send(client: Client, delivery: Attempt, form: Form, now: datetime) -> Response | None:
    """None: there is no key to sign this form with."""
    key = delivery.ed25519 if form == "trusted" else delivery.rsa
    if key is None:
        return None
    url = client.vetted(delivery.inbox)
    headers = await signed("POST", url, delivery.body, key, form, now, delivery.headers)
    return await client.post(url, delivery.body, headers)


def _asks_for_other_form(status: int, first_contact: bool) -> bool:
    return status == 401 or (status == 400 and first_contact)


def _outcome(answer: Response, form: Form, now: datetime) -> Outcome:
    status = answer.status
    if 200 <= status < 300:
        return Delivered(form)
    if status == 410:
        return GaveUp("gone", status, gone=True)
    if status in (408, 429) or status >= 500:
        return Retry("busy", status, _retry_after(answer, now))
    if status in _RETRIED:
        return Retry(_RETRIED[status], status)
    return GaveUp("refused", status) if status >= 400 else Retry("redirected", status)


def _retry_after(answer: Response, now: datetime) -> timedelta | None:
    """Seconds or an HTTP date, on 429 and 503 alone. What is neither says nothing."""
    value = answer.headers.get("retry-after", "").strip()
    if answer.status not in (429, 503) or not value:
        return None
    if value.isascii() and value.isdigit():
        return min(timedelta(seconds=int(value[:9])), MAX_RETRY_AFTER)
    try:
        at = parsedate_to_datetime(value)
        wait = (at if at.tzinfo else at.replace(tzinfo=UTC)) - now
    except (ValueError, OverflowError, TypeError):
        return None
    return min(max(wait, timedelta(0)), MAX_RETRY_AFTER)

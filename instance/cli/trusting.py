"""trust: agree with another hospital to work together, and end that; as the pages do."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any

import click
import orjson

from federation import keys
from federation.relationships import LEVEL_MOST, LONGEST, SCOPES, Terms
from instance import config
from instance.cli import running
from instance.delivery_reasons import REASONS, key_of
from instance.errors import FormRefused
from instance.models import Left, Member
from instance.outbox.host_counts import Limit
from instance.services import agreements, duties, key_checks, members, quotas, settings, treaties
from instance.services.agreements import Treaty
from instance.services.deliveries import Arrival
from instance.services.duties import Duty
from instance.services.key_checks import Tails
from instance.treaty_words import NEXT, OFFER, STEPS

Command = Callable[..., None]
json_option = click.option("--json", "as_json", is_flag=True, help="For programs.")
_as = click.option("--as", "handle", required=True, metavar="HANDLE", help="Who decides.")
_host = click.argument("host")
_KEYS = {"rsa": "key A", "ed25519": "key B"}  # as the pages call them


def _tails(command: Command) -> Command:
    for kind in ("ed25519", "rsa"):
        name = f"--{kind}-tail"
        told = f"The last 8 characters of {_KEYS[kind]}, as they read them out."
        command = click.option(name, required=True, metavar="XXXXXXXX", help=told)(command)
    return command


def _wanted(command: Command) -> Command:
    for option in (
        click.option("--agreement", default="", help="SHA-256 of the agreement on paper."),
        click.option("--contact", help="Whom they call. Left out: the contact in the settings."),
        click.option("--retention-days", default=3650, help="How long they may keep consults."),
        click.option("--max-level", default=LEVEL_MOST, help="Highest standing we count, 0 to 4."),
        click.option("--within-border", is_flag=True, help="No consults where another law holds."),
        click.option("--jurisdiction", default="", help="Whose law holds here, such as US-MN."),
        click.option("--days", default=365, help=f"How long, up to {LONGEST.days} days."),
        click.option(
            "--scopes", default=",".join(SCOPES), help=f"Of {', '.join(SCOPES)}; left out: all."
        ),
    ):
        command = option(command)
    return command


@click.group()
def trust() -> None:
    """Other hospitals: with whom consults may be discussed."""


@trust.command("list")
@json_option
def list_all(as_json: bool) -> None:
    """Every hospital with which anything was begun."""
    found = running.run(agreements.all_of_them)
    if as_json:
        click.echo(orjson.dumps([_shown(treaty) for treaty in found]).decode())
        return
    for treaty in found:
        until = f", until {treaty.ends_at:%d %b %Y}" if treaty.ends_at else ""
        click.echo(f"{treaty.host}  {treaty.name}: {STEPS[treaty.step]}{until}")
    if not found:
        click.echo("You work with no hospital yet.")


@trust.command()
@_host
@json_option
def show(host: str, as_json: bool) -> None:
    """How it stands with HOST, and its keys to compare. Asks its server who it is, if need be."""

    async def work() -> dict[str, Any]:
        treaty = await agreements.of_host(key_checks.host_named(host))
        ours = key_checks.fingerprints(*await agreements.own_keys())
        theirs = await _theirs(treaty)
        return _shown(treaty) | {
            "their_keys": dict(zip(("rsa", "ed25519"), map(keys.comparable, theirs), strict=True)),
            "our_keys": dict(zip(("rsa", "ed25519"), map(keys.grouped, ours), strict=True)),
        }

    _tell(running.run(work), as_json)


@trust.command()
@_host
@_as
@_tails
@click.option("--spoke-to", required=True, metavar="NAME", help="Who read them out.")
@json_option
def pin(
    host: str, handle: str, rsa_tail: str, ed25519_tail: str, spoke_to: str, as_json: bool
) -> None:
    """The first half of the key check: you compared both keys of HOST by telephone."""
    tails = Tails(rsa_tail, ed25519_tail)
    _do(host, handle, as_json, lambda by, name: key_checks.pin(by, name, tails, spoke_to))


@trust.command()
@_host
@_as
@_tails
@json_option
def confirm(host: str, handle: str, rsa_tail: str, ed25519_tail: str, as_json: bool) -> None:
    """The second half, by another administrator, who compared them too."""
    tails = Tails(rsa_tail, ed25519_tail)
    _do(host, handle, as_json, lambda by, name: key_checks.confirm(by, name, tails))


@trust.command()
@_host
@_as
@_wanted
@json_option
def offer(host: str, handle: str, as_json: bool, **wanted: Any) -> None:
    """Offer HOST to work together."""

    async def work(by: Member, name: str) -> None:
        await treaties.offer(by, name, await _want(**wanted))

    _do(host, handle, as_json, work)


@trust.command()
@_host
@_as
@_wanted
@json_option
def accept(host: str, handle: str, as_json: bool, **wanted: Any) -> None:
    """Accept the offer of HOST. Of what both want, what both allow holds."""

    async def work(by: Member, name: str) -> None:
        await treaties.accept(by, name, await _want(**wanted))

    _do(host, handle, as_json, work)


@trust.command()
@_host
@_as
@click.option("--kind", required=True, type=click.Choice([kind.value for kind in Left]))
@click.option("--a-day", type=int, help="How many within a day.")
@click.option("--in-all", type=int, help="How many may be here.")
@click.option("--usual", is_flag=True, help="As for every other server again.")
@json_option
def limit(
    host: str,
    handle: str,
    kind: str,
    a_day: int | None,
    in_all: int | None,
    usual: bool,
    as_json: bool,
) -> None:
    """How much HOST may leave here of one kind. It counts within a minute.

    What it left stands on its page, under Administration > Hospitals and servers.
    """
    if usual == (a_day is not None and in_all is not None):
        raise click.UsageError("Say --a-day and --in-all, or --usual.")
    wanted = None if usual else Limit(a_day or 0, in_all or 0)
    _do(host, handle, as_json, lambda by, name: quotas.change(by, name, {Left(kind): wanted}))


@trust.command()
@_host
@_as
@click.option("--why", default="", help="They read it.")
@json_option
def reject(host: str, handle: str, why: str, as_json: bool) -> None:
    """Reject the offer of HOST. They may offer again after 7 days."""
    _do(host, handle, as_json, lambda by, name: treaties.reject(by, name, why))


@trust.command()
@_host
@_as
@json_option
def revoke(host: str, handle: str, as_json: bool) -> None:
    """End it with HOST, or take back what you offered. At once, on this server."""
    _do(host, handle, as_json, treaties.revoke)


async def acting(handle: str) -> Member:
    """Who decides about hospitals. Raises FormRefused for whoever is no administrator."""
    return await acting_for(handle, Duty.HOSPITALS)


async def acting_for(handle: str, duty: Duty) -> Member:
    """Who decides, having this duty."""
    actor = await members.by_handle(handle)
    by = await Member.get_or_none(id=actor.member_id)
    if by is None:
        raise FormRefused({"as": f"@{actor.handle} is no member."})
    duties.require(by, duty)
    return by


def _do(
    host: str, handle: str, as_json: bool, work: Callable[[Member, str], Awaitable[object]]
) -> None:
    async def decide() -> dict[str, Any]:
        name = key_checks.host_named(host)
        await work(await acting(handle), name)
        return _shown(await agreements.of_host(name))

    _tell(running.run(decide), as_json)


async def _want(
    scopes: str,
    days: int,
    jurisdiction: str,
    within_border: bool,
    max_level: int,
    retention_days: int,
    contact: str | None,
    agreement: str,
) -> treaties.Wanted:
    named = [scope.strip() for scope in scopes.split(",") if scope.strip()]
    contact = (await settings.read()).contact if contact is None else contact
    terms = Terms(
        jurisdiction or config.current().jurisdiction,
        max_level,
        retention_days,
        contact,
        agreement,
        across_border=not within_border,
    )
    return treaties.Wanted(named, days, terms)


async def _theirs(treaty: Treaty) -> tuple[str, str]:
    """Of the keys that are pinned, or about to be, or served now."""
    peer, check = treaty.peer, treaty.check
    if check is not None:
        return key_checks.fingerprints(check.rsa, check.ed25519)
    if peer is not None and peer.pinned_rsa and peer.pinned_ed25519:
        return key_checks.fingerprints(peer.pinned_rsa, peer.pinned_ed25519)
    found = await key_checks.look_up(treaty.host)
    return keys.fingerprint(found.rsa.key), keys.fingerprint(found.ed25519.key)


def _shown(treaty: Treaty) -> dict[str, Any]:
    return {
        "host": treaty.host,
        "name": treaty.name,
        "state": treaty.state.value,
        "step": treaty.step,
        "said": STEPS[treaty.step],
        "next": NEXT[treaty.step],
        "scopes": list(treaty.scopes),
        "terms": treaty.terms.to_wire() if treaty.terms else None,
        "until": treaty.ends_at.isoformat() if treaty.ends_at else None,
        "offer": _offer(treaty.offer_at) if treaty.offer_at else None,
    }


def _offer(found: Arrival) -> dict[str, Any]:
    """Where ours has got to, and since when it is so; `reason` says why it has not arrived."""
    reason = REASONS[key_of(found.error)] if found.error else ""
    return {"state": found.state, "since": found.at.isoformat(), "reason": reason}


def _tell(found: dict[str, Any], as_json: bool) -> None:
    if as_json:
        click.echo(orjson.dumps(found).decode())
        return
    click.echo(f"{found['name']} ({found['host']}): {found['said']}. {found['next']}")
    if offer := found["offer"]:
        why = f": it {offer['reason']}" if offer["reason"] else ""
        since = datetime.fromisoformat(offer["since"])
        click.echo(f"Your offer: {OFFER[offer['state']]} {since:%d %b %Y, %H:%M} UTC{why}.")
    if found["scopes"]:
        click.echo(f"May pass: {', '.join(found['scopes'])}, until {found['until'][:10]}.")
    for whose, label in (("their_keys", "Theirs"), ("our_keys", "Ours, to read out")):
        for kind, fingerprint in found.get(whose, {}).items():
            click.echo(f"{label}, {_KEYS[kind]} ({kind}): {fingerprint}")


COMMANDS = (trust,)

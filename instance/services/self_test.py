"""Eleven checks of our own server, each with its cure: what `/set-up` and `curbside doctor` run."""

import asyncio
import shutil
import stat
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from http import HTTPStatus

from federation.errors import FederationError, FetchFailed, UnsafeAddress
from instance import config, sealed, smtp
from instance.models import Peer
from instance.outbox import remote
from instance.services import audit_checks, deliveries, mails, proxies, settings, vital_signs
from instance.services.doctor import Finding
from instance.smtp import NotSent

_PATH = "/.well-known/nodeinfo"
_HEALTH = "/health"  # answers under any name that leads here


async def run() -> list[Finding]:
    """All of them, in the order in which they are mended. Raises nothing of others' doing."""
    return [await check() for check in CHECKS]


async def _name() -> Finding:
    url = config.current().uri(_PATH)
    try:
        found = await remote.directory().client.addresses(url)
    except UnsafeAddress:
        return _bad(
            "name",
            "Our name leads to an address of a private network: nobody outside comes here by it.",
            f"Give it a public address, then look: host {_host()}",
        )
    except OSError:
        return _bad(
            "name",
            "No name server knows our name.",
            f"Enter it with whoever keeps your domain, then look: host {_host()}",
        )
    return _good("name", f"Our name leads to {', '.join(found[:4])}.")


async def _address() -> Finding:
    """That the proxy in front of us answers by our name, with a certificate that holds."""
    try:
        await remote.directory().client.get_json(config.current().uri(_PATH))
    except (FederationError, OSError) as error:
        if "Certificate" in str(error):
            said = "The certificate for our name does not hold."
            return _bad("address", said, "Renew it where TLS ends, such as: certbot renew")
        return _bad(
            "address",
            "We do not reach ourselves by our name.",
            "See with curbside status that it runs. Lead port 443 to CURBSIDE_LISTEN, then look: "
            f"curl -i {config.current().uri(_PATH)}",
        )
    return _good("address", f"{config.current().origin} answers, as others see it.")


async def _files() -> Finding:
    """That the second name leads here, and to files alone: pages there would share their origin
    with what others send (T15)."""
    origin, client = config.current().media_origin, remote.directory().client
    if not origin:
        return _good("files", "No images are taken: no CURBSIDE_MEDIA_ORIGIN is set.")
    if config.current().is_development:
        return _good("files", f"Images are at {origin}.")
    host = config.current().media_authority
    lead = f"Lead it to CURBSIDE_LISTEN as our own name, then look: curl -i {origin}{_HEALTH}"
    if origin == config.current().origin:
        cure = "Set CURBSIDE_MEDIA_ORIGIN to a name of its own, then: curbside serve"
        return _bad("files", "Images are served at the origin of the pages.", cure)
    try:
        await client.get_json(origin + _HEALTH, may_leave=False)
    except UnsafeAddress:
        said = f"{host}, where images are, leads to an address of a private network."
        return _bad("files", said, f"Give it a public address, then look: host {host}")
    except (FederationError, OSError) as error:
        if getattr(error, "status", None) == HTTPStatus.SERVICE_UNAVAILABLE:
            return await _pages_at(origin)  # ours, and not well: others say why
        if "Certificate" in str(error):
            said = f"The certificate for {host}, where images are, does not hold."
            return _bad("files", said, "Renew it where TLS ends, such as: certbot renew")
        return _bad("files", f"{host}, where images are, does not lead to this server.", lead)
    return await _pages_at(origin)


async def _pages_at(origin: str) -> Finding:
    try:
        await remote.directory().client.get_json(origin + _PATH, may_leave=False)
    except FetchFailed as error:
        if error.status == HTTPStatus.NOT_FOUND:
            return _good("files", f"{origin} answers, and serves nothing but images.")
    except (FederationError, OSError):
        pass
    return _bad(
        "files",
        f"{origin} serves more than images, or another server.",
        f"Let the proxy pass the name on as it was asked (Host), then: curl -i {origin}{_PATH}",
    )


async def _clock() -> Finding:
    peer = await Peer.filter(failing_since=None).order_by("id").first()
    if peer is None:
        return _good("clock", f"It is {datetime.now(UTC):%d %b %Y, %H:%M} UTC. Is that right?")
    scheme = "http" if peer.host in config.current().development.peers else "https"
    try:
        theirs = await remote.directory().client.clock_of(f"{scheme}://{peer.host}{_PATH}")
    except (FederationError, OSError):
        theirs = None
    if theirs is not None and abs(theirs - datetime.now(UTC)) > vital_signs.CLOCK_MOST:
        said = f"Our clock and that of {peer.host} differ by more than a minute."
        return _bad("clock", said, "Let a time server set it: timedatectl set-ntp true")
    return _good("clock", "Our clock agrees with that of others.")


async def _mail() -> Finding:
    server = config.current().smtp
    if server is None and config.current().is_development:
        return _good("mail", "Mails are written to files.")
    if server is None:
        cure = "Set CURBSIDE_SMTP_HOST and start again: curbside serve"
        return _bad("mail", "No mail server is set, so nobody can be invited.", cure)
    try:
        async with smtp.connected(server, _host()):
            pass
    except NotSent as error:
        said = f"The mail server does not take our mails: {error.reason}."
        return _bad("mail", said, "Look at the settings CURBSIDE_SMTP_..., then: curbside doctor")
    if await mails.stuck_since(datetime.now(UTC)) is not None:
        return _bad("mail", "Mails wait that do not get out.", "See why: curbside mails list")
    return _good("mail", f"{server.host} takes our mails.")


async def _worker() -> Finding:
    if await (await deliveries.late(datetime.now(UTC))).exists():
        said = "Messages should have left 15 minutes ago: no worker runs."
        return _bad("worker", said, "Start one beside the server: curbside worker")
    return _good("worker", "Messages leave as they should.")


async def _record() -> Finding:
    _, last = await audit_checks.last()
    if last is not None and last.problems:
        said = "The record of what was done is not as it was written."
        return _bad("record", said, "See from where on: curbside audit verify")
    return _good("record", "The record of what was done is as it was written.")


async def _key() -> Finding:
    path = config.current().data / sealed.KEY_FILE
    mode = stat.S_IMODE((await asyncio.to_thread(path.stat)).st_mode)
    if mode & 0o077:
        said = "Others on this machine can read the key that seals consults."
        return _bad("key", said, f"Take that from them: chmod 600 {path}")
    return _good("key", "Only this server reads the key that seals consults.")


async def _space() -> Finding:
    free = (await asyncio.to_thread(shutil.disk_usage, config.current().data)).free
    if free < vital_signs.DISK_LEAST:
        said = f"Only {free // 1024**2:,} MB are left on the disk."
        return _bad("space", said, f"Make room, then look: df -h {config.current().data}")
    return _good("space", f"{free // 1024**3:,} GB are left on the disk.")


async def _backups() -> Finding:
    days = await settings.backup_days()
    if days is None:
        return _bad(
            "backups",
            "Nobody has said how long backups are kept.",
            "Have one made each night, then set the days under Administration, Settings, or so:"
            " CURBSIDE_BACKUP_DAYS=30 curbside serve",
        )
    return _good("backups", f"Backups are kept for {days} days.")


def _host() -> str:
    return config.current().host.partition(":")[0]


def _good(step: str, said: str) -> Finding:
    return Finding(step, True, said)


def _bad(step: str, said: str, mend: str) -> Finding:
    return Finding(step, False, said, mend)


CHECKS: tuple[Callable[[], Awaitable[Finding]], ...] = (
    *(
        _name,
        _address,
        proxies.check,
        _files,
        _clock,
        _mail,
        _worker,
        _record,
        _key,
        _space,
        _backups,
    ),
)

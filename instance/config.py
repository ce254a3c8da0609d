"""Settings of one institution, read once from the environment.

Everything an operator fixes at start lives here; what administrators change while it runs
(trust, channels) lives in tables. Nobody else reads `os.environ`.
"""

import os
import re
from collections.abc import Mapping
from contextvars import ContextVar
from dataclasses import dataclass, field
from functools import cached_property
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from federation.authentication import Site
from federation.errors import Malformed
from federation.origin import Development, host_of, origin_of
from federation.relationships import JURISDICTION
from instance.database import tortoise_config
from instance.errors import BadSettings

KINDS = ("hospital", "society")
MODES = ("open", "allowlist")
BORDERS = ("across-borders", "within-border")
LOG_LEVELS = ("debug", "info", "warning", "error")
LOG_FORMATS = ("text", "json")
DAYS_MOST = 3_650
PROCESSES_MOST = 64
SMTP_PORTS = {"starttls": 587, "tls": 465, "none": 25}
_ADDRESS = re.compile(r"[A-Za-z0-9._+-]{1,64}@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*")


@dataclass(frozen=True)
class Smtp:
    """The mail server that takes what we send. `tls` is a key of `SMTP_PORTS`."""

    host: str
    port: int
    tls: str
    user: str
    password: str = field(repr=False)
    sender: str


@dataclass(frozen=True)
class Config:
    """One institution. `origin` is `https://host`, or `http://localhost:port` in development.

    `jurisdiction`: whose law holds here, in ISO 3166, "" where each agreement says it. With
    `is_within_border` no consult goes to where another one does, whatever was agreed.
    `backup_days`: how long backups are kept, "" where that is not said. `media_origin`: where files
    are served, a host of its own (T15, T53); without one ("") no images are taken. `metrics_at`:
    where Prometheus reads, a listener of its own that no proxy leads to; None: nowhere.
    """

    origin: str
    name: str
    kind: str
    on_call: str
    contact: str
    backup_days: str
    data: Path
    database_url: str
    listen_host: str
    listen_port: int
    development: Development
    private_networks: tuple[IPv4Network | IPv6Network, ...]
    trusted_proxies: tuple[IPv4Network | IPv6Network, ...]
    log_level: str
    log_format: str
    metrics_at: tuple[str, int] | None
    metrics_from: tuple[IPv4Network | IPv6Network, ...]
    authorized_fetch: bool
    mode: str
    smtp: Smtp | None
    jurisdiction: str
    is_within_border: bool
    media_origin: str
    web_processes: int

    @cached_property
    def host(self) -> str:
        """Our name in trust, handles and lanes: the host, with its port where not the default."""
        return host_of(self.origin, self.development)

    @cached_property
    def authority(self) -> str:
        return urlsplit(self.origin).netloc

    @property
    def is_development(self) -> bool:
        return bool(self.development.peers)

    @property
    def is_allowlist(self) -> bool:
        """Whether a host that no administrator listed is as one that is blocked."""
        return self.mode == "allowlist"

    @property
    def sends_mail(self) -> bool:
        """Over the operator's mail server; in development without one, to files."""
        return self.smtp is not None or self.is_development

    @property
    def asks_for_signatures(self) -> bool:
        """Whether servers read public documents only with a signature: without one nobody knows
        who is on the list."""
        return self.authorized_fetch or self.is_allowlist

    @cached_property
    def site(self) -> Site:
        return Site(self.origin, self.authority, self.development)

    @cached_property
    def media_authority(self) -> str:
        return urlsplit(self.media_origin).netloc

    @cached_property
    def media_site(self) -> Site:
        return Site(self.media_origin, self.media_authority, self.development.with_files())

    def uri(self, path: str) -> str:
        """The id of one of our own things, e.g. `uri("/k/12")`."""
        return self.origin + path

    def is_ours(self, uri: str) -> bool:
        return uri.startswith(self.origin + "/")

    @classmethod
    def from_env(cls, environ: Mapping[str, str]) -> "Config":
        """Read `CURBSIDE_*`. Raises BadSettings naming every bad value at once."""
        reader = _Reader(environ)
        config = cls(
            origin=reader.origin("CURBSIDE_ORIGIN"),
            name=reader.name("CURBSIDE_NAME"),
            kind=reader.choice("CURBSIDE_KIND", KINDS, "hospital"),
            on_call=environ.get("CURBSIDE_ON_CALL", "").strip(),
            contact=environ.get("CURBSIDE_CONTACT", "").strip(),
            backup_days=reader.days("CURBSIDE_BACKUP_DAYS"),
            data=reader.folder("CURBSIDE_DATA"),
            database_url=reader.database("CURBSIDE_DATABASE"),
            listen_host=reader.address("CURBSIDE_LISTEN", "127.0.0.1:8000")[0],
            listen_port=reader.address("CURBSIDE_LISTEN", "127.0.0.1:8000")[1],
            development=reader.development(),
            private_networks=reader.networks("CURBSIDE_PRIVATE_NETWORKS"),
            trusted_proxies=reader.networks("CURBSIDE_TRUSTED_PROXIES"),
            log_level=reader.choice("CURBSIDE_LOG_LEVEL", LOG_LEVELS, "info"),
            log_format=reader.choice("CURBSIDE_LOG_FORMAT", LOG_FORMATS, "text"),
            metrics_at=reader.metrics("CURBSIDE_METRICS_LISTEN"),
            metrics_from=reader.networks("CURBSIDE_METRICS_FROM"),
            authorized_fetch=reader.choice("CURBSIDE_AUTHORIZED_FETCH", ("no", "yes"), "no")
            == "yes",
            mode=reader.choice("CURBSIDE_FEDERATION", MODES, "open"),
            smtp=reader.smtp(),
            jurisdiction=reader.jurisdiction("CURBSIDE_JURISDICTION"),
            is_within_border=reader.choice("CURBSIDE_CONSULTS", BORDERS, BORDERS[0]) != BORDERS[0],
            media_origin=reader.media_origin("CURBSIDE_MEDIA_ORIGIN"),
            web_processes=reader.processes("CURBSIDE_WEB_PROCESSES"),
        )
        reader.raise_problems()
        return config


class _Reader:
    """Reads single values and collects what is wrong with them."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self.environ = environ
        self.problems: dict[str, str] = {}

    def raise_problems(self) -> None:
        if self.problems:
            raise BadSettings(sorted(f"{name}: {why}" for name, why in self.problems.items()))

    def development(self) -> Development:
        """Federation.md 14: loopback peers and an `http` origin come together or not at all."""
        name = "CURBSIDE_LOOPBACK_PEERS"
        peers = frozenset(p.strip().lower() for p in self._get(name, "").split(",") if p.strip())
        for peer in peers:
            if not is_loopback_pair(peer):
                self.problems[name] = f"{peer!r} is not a loopback host:port, e.g. localhost:8001"
        scheme, authority = self._origin_parts()
        if peers and scheme == "https":
            self.problems[name] = "is for development and cannot go with an https origin"
        if peers and scheme == "http" and authority not in peers:
            self.problems[name] = f"must list our own origin, {authority}"
        if not peers and scheme == "http":
            self.problems["CURBSIDE_ORIGIN"] = "must be https:// (http only with loopback peers)"
        return Development(peers)

    def origin(self, name: str) -> str:
        """As it stands in every id of ours: lower case, without a default port or anything else."""
        scheme, authority = self._origin_parts()
        pairs = frozenset({authority} if scheme == "http" else ())
        try:
            if re.search(r"[/?#]", authority):
                raise Malformed("more than an origin")
            return origin_of(f"{scheme}://{authority}", Development(pairs))
        except Malformed:
            self.problems[name] = "set it to this server's address, e.g. https://curbside.example"
            return ""

    def media_origin(self, name: str) -> str:
        """A host of its own, at the default port: to another one no peer goes. In development
        `127.0.0.1` beside `localhost` (federation.md 14)."""
        own, authority = self._origin_parts()
        scheme, _, named = self._get(name, "").strip().lower().rstrip("/").partition("://")
        if own == "http":
            if named:
                self.problems[name] = "is not for development: files are at 127.0.0.1 there"
            host, _, port = authority.rpartition(":")
            return f"http://127.0.0.1:{port}" if host == "localhost" else ""
        is_other = named.partition(":")[0] != authority.partition(":")[0]
        if not named and not scheme:
            return ""
        try:
            if scheme == "https" and is_other and not re.search(r"[/?#:]", named):
                return origin_of(f"https://{named}")
        except Malformed:
            pass
        self.problems[name] = "must be https:// and a host of its own, without port or path"
        return ""

    def name(self, name: str) -> str:
        value = self._get(name, "").strip()
        if not value:
            self.problems[name] = "set it to the name of the hospital or society"
        return value

    def choice(self, name: str, allowed: tuple[str, ...], default: str) -> str:
        value = self._get(name, default).strip().lower()
        if value not in allowed:
            self.problems[name] = f"must be one of {', '.join(allowed)}"
        return value

    def jurisdiction(self, name: str) -> str:
        value = self._get(name, "").strip().upper()
        if value and not JURISDICTION.fullmatch(value):
            self.problems[name] = "must be a country or state, e.g. DE or US-MN"
        if not value and self._get("CURBSIDE_CONSULTS", "").strip().lower() == BORDERS[1]:
            self.problems[name] = "set it too: within which border do consults stay?"
        return value

    def days(self, name: str) -> str:
        value = self._get(name, "").strip()
        if value and not is_days(value, DAYS_MOST):
            self.problems[name] = f"must be a number of days from 1 to {DAYS_MOST}, or left out"
        return value

    def processes(self, name: str) -> int:
        value = self._get(name, "").strip() or "1"
        if not is_days(value, PROCESSES_MOST):
            self.problems[name] = f"must be a number from 1 to {PROCESSES_MOST}, or left out"
            return 1
        return int(value)

    def folder(self, name: str) -> Path:
        value = self._get(name, "")
        if not value:
            self.problems[name] = "set it to the folder for the database, keys and media"
        return Path(value or ".").expanduser().resolve()

    def database(self, name: str) -> str:
        value = self._get(name, "")
        value = value or f"sqlite://{self.folder('CURBSIDE_DATA')}/curbside.sqlite3"
        try:
            tortoise_config(value)
        except ValueError as error:
            self.problems[name] = f"{error}; leave it out for SQLite"
        return value

    def address(self, name: str, default: str) -> tuple[str, int]:
        host, _, port = self._get(name, default).strip().rpartition(":")
        if not host or not is_port(port):
            self.problems[name] = f"must be host:port, e.g. {default}"
            host, _, port = default.rpartition(":")
        return host.strip("[]"), int(port)

    def metrics(self, name: str) -> tuple[str, int] | None:
        """Of this machine alone, or it is said who may come: it asks for no password."""
        if not self._get(name, "").strip():
            return None
        host, port = self.address(name, "127.0.0.1:9464")
        if not is_loopback_pair(f"{host}:{port}") and not self._get("CURBSIDE_METRICS_FROM", ""):
            self.problems["CURBSIDE_METRICS_FROM"] = (
                "set it to the networks that may read them, e.g. 10.20.0.7/32: "
                f"{name} can be reached from other machines"
            )
        return host, port

    def networks(self, name: str) -> tuple[IPv4Network | IPv6Network, ...]:
        try:
            return tuple(ip_network(n.strip()) for n in self._get(name, "").split(",") if n.strip())
        except ValueError:
            self.problems[name] = "must be address ranges, e.g. 10.20.0.0/16,fd00::/8"
            return ()

    def smtp(self) -> Smtp | None:
        """None where no server is named: then nothing is sent."""
        host = self._get("CURBSIDE_SMTP_HOST", "").strip().lower()
        tls = self.choice("CURBSIDE_SMTP_TLS", tuple(SMTP_PORTS), "starttls")
        port = self._get("CURBSIDE_SMTP_PORT", "").strip() or str(SMTP_PORTS.get(tls, 587))
        user = self._get("CURBSIDE_SMTP_USER", "")
        password = self._get("CURBSIDE_SMTP_PASSWORD", "")
        sender = self._get("CURBSIDE_SMTP_FROM", "").strip()
        sender = sender or f"curbside@{self._origin_parts()[1].partition(':')[0]}"
        if not host:
            return None
        if not re.fullmatch(r"[a-z0-9.:-]+", host) or not is_port(port):
            self.problems["CURBSIDE_SMTP_HOST"] = "must be a name; the port is CURBSIDE_SMTP_PORT"
            return None
        if bool(user) != bool(password):
            self.problems["CURBSIDE_SMTP_USER"] = (
                "goes with CURBSIDE_SMTP_PASSWORD, or without both"
            )
        if user and tls == "none" and not is_loopback_pair(f"{host}:{port}"):
            self.problems["CURBSIDE_SMTP_TLS"] = "a password is sent over starttls or tls only"
        if not _ADDRESS.fullmatch(sender):
            self.problems["CURBSIDE_SMTP_FROM"] = (
                "must be an address, e.g. curbside@hospital.example"
            )
        return Smtp(host, int(port), tls, user, password, sender)

    def _origin_parts(self) -> tuple[str, str]:
        scheme, _, authority = self._get("CURBSIDE_ORIGIN", "").strip().lower().partition("://")
        return scheme, authority.rstrip("/")

    def _get(self, name: str, default: str) -> str:
        return self.environ.get(name, default)


def is_days(text: str, most: int, least: int = 1) -> bool:
    return text.isascii() and text.isdecimal() and len(text) <= 4 and least <= int(text) <= most


def is_port(text: str) -> bool:
    return text.isdecimal() and 0 < int(text) < 65536


def is_loopback_pair(peer: str) -> bool:
    host, _, port = peer.rpartition(":")
    if not is_port(port):
        return False
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


_current: ContextVar[Config] = ContextVar("curbside_config")


def use(config: Config) -> None:
    """Make `config` the one of the current task (Institution.activate does it)."""
    _current.set(config)


def current() -> Config:
    return _current.get()


def _for_authors() -> dict[str, Any]:
    """What `tortoise makemigrations` reads. A bad URL is Config.from_env's to name, not ours."""
    try:
        return tortoise_config(os.environ.get("CURBSIDE_DATABASE", ""))
    except ValueError:
        return tortoise_config("sqlite://:memory:")


TORTOISE_ORM = _for_authors()

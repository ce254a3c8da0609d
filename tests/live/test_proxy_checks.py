"""`curbside doctor` behind a real nginx and Caddy: what a proxy is set up wrongly for is said in
words with its cure; of the ones that `curbside example` prints nothing is said.

In a network of its own, because it asks by our own name, at the port that names have.
"""

import os
import re
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import orjson
import pytest

from tests.live import pairs, servers
from tests.live.certificates import certificate
from tests.live.servers import CURBSIDE, Place, Process, children, until

pytestmark = pytest.mark.xdist_group("proxy checks")

PAGES, ADDRESS = "curbside.test", "10.99.0.1"
_APART = ("unshare", "--net", "--mount", "--fork", "--kill-child=KILL", "--propagation=private")
_BEGIN = f"""set -e
ip link set lo up; ip address add {ADDRESS}/32 dev lo
mount --bind "$0" /etc/hosts; echo ready; exec sleep infinity"""
_PLACES = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")


@dataclass(frozen=True)
class Network:
    """`into`: how something is begun in it."""

    into: tuple[str, ...]
    home: Place
    folder: Path

    def proxy_finding(self) -> dict[str, str]:
        done = subprocess.run(
            [*self.into, *CURBSIDE, "doctor", "--json"],
            env=servers.clean_environment(self.home.environ),
            cwd=servers.ROOT,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=90,
        )
        found = {one["step"]: one for one in orjson.loads(done.stdout)["findings"]}
        assert found["address"]["ok"] or "name that was asked" in found["proxy"]["said"], found
        proxy: dict[str, str] = found["proxy"]
        return proxy


@pytest.fixture(scope="module")
def network(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Network]:
    if os.geteuid() != 0 or shutil.which("unshare") is None or shutil.which("ip") is None:
        pytest.skip("only root may make a network of its own")
    folder = tmp_path_factory.mktemp("proxies")
    certificate(folder / "site.pem", PAGES)
    (folder / "hosts").write_text(f"127.0.0.1 localhost\n{ADDRESS} {PAGES}\n")
    begin = ("sh", "-c", _BEGIN, str(folder / "hosts"))
    holder = Process({}, folder / "network.log", *begin, program=_APART)
    home = pairs.hospital(
        folder,
        [],
        CURBSIDE_ORIGIN=f"https://{PAGES}",
        CURBSIDE_LOOPBACK_PEERS="",
        CURBSIDE_PRIVATE_NETWORKS="10.99.0.0/24",
        CURBSIDE_TRUSTED_PROXIES="127.0.0.1/32",
        SSL_CERT_FILE=str(folder / "site.pem"),
    )
    holder.start()
    try:
        until(lambda: _is_made(holder), 20, "the network is there")
        into = ("nsenter", "-t", str(children(holder.pid)[0]), "--net", "--mount")
        network = Network(into, home, folder)
        with _running(
            network, Process(home.environ, home.log, "serve", program=(*into, *CURBSIDE))
        ):
            until(lambda: "Uvicorn running" in home.log.read_text(), 40, "it serves")
            yield network
    finally:
        holder.kill()  # it does not end when it is asked


def _is_made(holder: Process) -> bool:
    if not holder.is_running():
        pytest.skip(f"no network of its own may be made here: {holder.log.read_text()[-200:]}")
    return "ready" in holder.log.read_text()


@contextmanager
def _running(network: Network, process: Process) -> Iterator[None]:
    try:
        process.start()
        yield
    except BaseException as error:
        error.add_note(process.log.read_text()[-2000:] if process.log.exists() else "")
        raise
    finally:
        process.end()


def _found(network: Network, kind: str, *changes: tuple[str, str]) -> dict[str, str]:
    """What is said of the proxy that is printed, with these lines of it written otherwise."""
    if shutil.which(kind) is None:
        pytest.skip(f"{kind} is not installed")
    printed = servers.command(network.home, "example", kind).stdout
    for before, after in changes:
        assert before in printed
        printed = printed.replace(before, after)
    arguments = {"nginx": _nginx, "caddy": _caddy}[kind](network, printed)
    proxy = Process({"HOME": str(network.folder)}, network.folder / "proxy.log", program=arguments)
    with _running(network, proxy):
        until(lambda: _listens(network), 20, "the proxy listens")
        return network.proxy_finding()


def _listens(network: Network) -> bool:
    shown = subprocess.run(
        [*network.into, "ss", "-ltn"], capture_output=True, text=True, check=True
    )
    return ":443 " in shown.stdout


def _nginx(network: Network, printed: str) -> Sequence[str]:
    folder = network.folder
    site = re.sub(r"/etc/letsencrypt/\S+?;", f"{folder}/site.pem;", printed)
    site = re.sub(r"listen \[::\].*\n", "", site).replace("/var/log/nginx/", f"{folder}/")
    (folder / "site.conf").write_text(site)
    places = "".join(f"{kind}_temp_path {folder}/{kind};\n" for kind in _PLACES)
    (folder / "nginx.conf").write_text(
        f"user root;\ndaemon off;\npid {folder}/pid;\nerror_log {folder}/error.log;\n"
        f"events {{}}\nhttp {{\n{places}include {folder}/site.conf;\n}}\n"
    )
    return (*network.into, "nginx", "-c", str(folder / "nginx.conf"))


def _caddy(network: Network, printed: str) -> Sequence[str]:
    folder = network.folder
    pem = folder / "site.pem"
    site = printed.replace(f"{PAGES} {{\n", f"{PAGES} {{\n\ttls {pem} {pem}\n", 1)
    site = site.replace("/var/log/caddy/", f"{folder}/")
    (folder / "Caddyfile").write_text("{\n\tadmin off\n}\n" + site)
    config = ("--adapter", "caddyfile", "--config", str(folder / "Caddyfile"))
    return (*network.into, "caddy", "run", *config)


@pytest.mark.parametrize("kind", ["nginx", "caddy"])
def test_of_the_examples_nothing_is_said(network: Network, kind: str) -> None:
    found = _found(network, kind)
    assert found["ok"] and not found["mend"] and "streams and WebSockets" in found["said"], found


def test_an_nginx_that_holds_back_cuts_and_hides_is_told_each_with_its_cure(
    network: Network,
) -> None:
    wrongs = (
        (
            ("proxy_set_header Host $http_host;", ""),
            "does not pass on the name",
            "proxy_set_header Host $http_host",
        ),
        (
            (
                "proxy_http_version 1.1;",
                "proxy_http_version 1.1; proxy_ignore_headers X-Accel-Buffering;",
            ),
            "holds streams back",
            "proxy_buffering off",
        ),
        (
            ("proxy_set_header Upgrade $http_upgrade;", ""),
            "cuts WebSockets",
            "proxy_set_header Upgrade",
        ),
        (
            (
                "proxy_set_header X-Forwarded-For $remote_addr;",
                'proxy_set_header X-Forwarded-For "";',
            ),
            "does not say who asks",
            "X-Forwarded-For $remote_addr",
        ),
        (
            ("proxy_set_header X-Forwarded-For $remote_addr;", ""),
            "lets everybody say who they are",
            "X-Forwarded-For $remote_addr",
        ),
    )
    for change, said, mend in wrongs:
        found = _found(network, "nginx", change)
        assert not found["ok"] and said in found["said"], (change, found)
        assert found["said"].count("The proxy") == 1 and mend in found["mend"], found


def test_a_caddy_that_hides_who_asks_or_the_name_is_told(network: Network) -> None:
    for line, said in (
        ("header_up -X-Forwarded-For", "does not say who asks"),
        ("header_up Host elsewhere.example", "does not pass on the name"),
    ):
        found = _found(
            network, "caddy", ("flush_interval -1\n", f"flush_interval -1\n\t\t{line}\n")
        )
        assert not found["ok"] and said in found["said"] and found["mend"], found


def test_a_proxy_that_is_not_in_the_settings_is_told_with_its_address(network: Network) -> None:
    with_dead = ("proxy_pass http://curbside;", "proxy_pass http://curbside; proxy_bind 10.99.0.1;")
    found = _found(network, "nginx", with_dead)
    assert not found["ok"] and f"CURBSIDE_TRUSTED_PROXIES={ADDRESS}" in found["mend"], found

"""A provider of single sign-on made by others: Canaille from PyPI, in an environment of its own.

Its packages would want other versions than ours, so they are installed beside, once.
"""

import hashlib
import http.cookiejar
import os
import shutil
import subprocess
import sys
import tempfile
import urllib.error
import urllib.parse
import urllib.request
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from tests.live.servers import Process, until

SOURCES = Path(__file__).parent / "canaille"
CLIENT, SECRET, PASSWORD = "curbside", "a secret: of 100 % our own", "a password for tests"
INSTALLS_WITHIN = 400.0
STARTS_WITHIN = 60.0


def python() -> Path:
    """The interpreter that has Canaille. Skips where pip cannot fetch it."""
    wanted = (SOURCES / "requirements.txt").read_bytes()
    mark = hashlib.sha256(wanted + sys.version.encode()).hexdigest()[:12]
    folder = Path(tempfile.gettempdir()) / f"curbside-canaille-{os.getuid()}-{mark}"
    if not (folder / "complete").exists():
        _install(folder)
    return folder / "bin" / "python"


class Provider(Process):
    """Two people, ada and bob, of one group; they have one password."""

    def __init__(self, folder: Path, port: int, redirect: str) -> None:
        self.issuer = f"http://localhost:{port}"
        arguments = (str(SOURCES / "serve.py"), str(port), redirect, CLIENT, SECRET, PASSWORD)
        super().__init__({}, folder / "canaille.log", *arguments, program=[str(python())])

    def wait_ready(self) -> None:
        until(self._answers, STARTS_WITHIN, f"{self.issuer} answers")

    def _answers(self) -> bool:
        assert self.is_running(), self.log.read_text()[-2000:]
        try:
            description = f"{self.issuer}/.well-known/openid-configuration"
            with urllib.request.urlopen(description, timeout=5) as answer:
                return bool(answer.status == 200)
        except OSError:
            return False


class Visitor:
    """Somebody at the pages of the provider: a browser without scripts, with its own cookies."""

    def __init__(self, issuer: str) -> None:
        self._issuer = issuer
        cookies = urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar())
        self._opener = urllib.request.build_opener(cookies, _Stays)

    def signs_in(self, url: str, name: str, password: str = PASSWORD) -> str:
        """Through whatever pages it shows; the address of ours to which it sends the browser."""
        typed = {"login": name, "password": password, "answer": "accept"}
        body: bytes | None = None
        for _ in range(12):
            status, location, text = self._ask(url, body)
            if status in (301, 302, 303):
                url, body = urllib.parse.urljoin(url, location), None
                if not url.startswith(self._issuer):
                    return url
                continue
            form = _Form()
            form.feed(text)
            url = urllib.parse.urljoin(url, form.action)
            body = urllib.parse.urlencode(form.filled(typed)).encode()
        raise AssertionError(f"it goes on and on: {url}")

    def _ask(self, url: str, body: bytes | None) -> tuple[int, str, str]:
        try:
            with self._opener.open(urllib.request.Request(url, body), timeout=30) as answer:
                return answer.status, answer.headers.get("Location", ""), answer.read().decode()
        except urllib.error.HTTPError as refused:
            with refused:
                return refused.code, refused.headers.get("Location", ""), refused.read().decode()


class _Stays(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: Any) -> None:
        return None


class _Form(HTMLParser):
    """The first form of a page that is sent."""

    def __init__(self) -> None:
        super().__init__()
        self.action = ""
        self._values: dict[str, str] = {}
        self._is_in = self._is_over = False

    def filled(self, typed: dict[str, str]) -> dict[str, str]:
        return {name: typed.get(name, value) for name, value in self._values.items()}

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        if tag == "form" and not self._is_over and found.get("method", "").lower() == "post":
            self._is_in, self.action = True, found.get("action", "")
        if self._is_in and tag in ("input", "button") and "name" in found:
            self._values.setdefault(found["name"], found.get("value", ""))

    def handle_endtag(self, tag: str) -> None:
        if tag == "form" and self._is_in:
            self._is_in, self._is_over = False, True


def _install(folder: Path) -> None:
    """Half an installation is never used: the mark of a whole one comes last."""
    shutil.rmtree(folder, ignore_errors=True)
    wanted = str(SOURCES / "requirements.txt")
    pip = [str(folder / "bin" / "python"), "-m", "pip", "install", "-q", "-r", wanted]
    try:
        for command in ([sys.executable, "-m", "venv", str(folder)], pip):
            subprocess.run(command, check=True, capture_output=True, timeout=INSTALLS_WITHIN)
        (folder / "complete").touch()
    except (subprocess.SubprocessError, OSError) as error:
        pytest.skip(f"pip cannot fetch the provider: {type(error).__name__}")

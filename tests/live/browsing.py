"""A person at a server, over HTTP: cookies kept, forms sent with the token of their page."""

import http.client
import re
from collections.abc import Mapping
from dataclasses import dataclass
from http.cookies import SimpleCookie
from urllib.parse import urlencode

_TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')
PATIENCE = 45.0  # seconds: a server may start meanwhile


@dataclass(frozen=True)
class Answer:
    status: int
    headers: Mapping[str, str]
    text: str

    @property
    def location(self) -> str:
        return self.headers.get("location", "")


class Browser:
    """One browser profile: its cookies are shared by all servers of one host name (RFC 6265)."""

    def __init__(self, jar: dict[str, str] | None = None, *, through: int = 0) -> None:
        """`through`: a port of this machine where all of it goes, under the names that are asked
        for."""
        self.cookies: dict[str, str] = {} if jar is None else jar
        self._through = through

    def get(self, url: str, **headers: str) -> Answer:
        return self.send("GET", url, None, headers)

    def post(self, url: str, form: Mapping[str, str], *, page: str | None = None) -> Answer:
        """Send a form as the page at `page` (or `url` itself) would."""
        return self.post_raw(url, {**form, "csrf_token": self.form_token(page or url)})

    def form_token(self, page: str) -> str:
        found = _TOKEN.search(self.get(page).text)
        assert found, f"no form at {page}"
        return found[1]

    def post_raw(self, url: str, form: Mapping[str, str]) -> Answer:
        origin, _ = _split(url)
        headers = {
            "Content-Type": "application/x-www-form-urlencoded",
            "Origin": f"http://{origin}",
        }
        return self.send("POST", url, urlencode(form).encode(), headers)

    def sign_in(self, server: str, handle: str, password: str) -> Answer:
        return self.post(f"{server}/sign-in", {"login": handle, "password": password})

    def stream(self, url: str) -> "Stream":
        """Follow an open page; the first message says what it shows now."""
        return Stream(*_split(url), self._cookie_line(), self._through)

    def _cookie_line(self) -> str:
        return "; ".join(f"{name}={value}" for name, value in self.cookies.items())

    def send(self, method: str, url: str, body: bytes | None, headers: Mapping[str, str]) -> Answer:
        host, path = _split(url)
        connection = _connection(host, self._through)
        try:
            named = {"Host": host} if self._through else {}
            named |= {**headers, "Cookie": self._cookie_line()}
            connection.request(method, path, body, named)
            answer = connection.getresponse()
            self._keep(answer.headers.get_all("Set-Cookie") or [])
            found = {name.lower(): value for name, value in answer.headers.items()}
            return Answer(answer.status, found, answer.read().decode())
        finally:
            connection.close()

    def _keep(self, sent: list[str]) -> None:
        for line in sent:
            for name, morsel in SimpleCookie(line).items():
                if morsel["max-age"] == "0":
                    self.cookies.pop(name, None)
                else:
                    self.cookies[name] = morsel.value


class Stream:
    """Server-sent events, one message after the other."""

    def __init__(self, host: str, path: str, cookies: str, through: int = 0) -> None:
        self._connection = _connection(host, through)
        headers = {"Cookie": cookies} | ({"Host": host} if through else {})
        self._connection.request("GET", path, headers=headers)
        self._answer = self._connection.getresponse()
        assert self._answer.status == 200, self._answer.status

    def __enter__(self) -> "Stream":
        return self

    def __exit__(self, *_: object) -> None:
        self._answer.close()
        self._connection.close()

    def message(self) -> str | None:
        """The next message with data; None when the server has ended the stream."""
        lines: list[str] = []
        while line := self._answer.readline().decode():
            if line.startswith("data: "):
                lines.append(line.removeprefix("data: "))
            elif lines and line == "\n":
                return "".join(lines)
        return None


def _connection(host: str, through: int) -> http.client.HTTPConnection:
    place = f"localhost:{through}" if through else host
    return http.client.HTTPConnection(place, timeout=PATIENCE)


def _split(url: str) -> tuple[str, str]:
    host, slash, path = url.removeprefix("http://").partition("/")
    return host, f"{slash}{path}" or "/"

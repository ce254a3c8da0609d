"""Calls of the client API that no client of good sense makes: made of its own routes, of the names
that its code reads, and of values of every kind."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

import orjson
from hypothesis import strategies as st
from quart import Quart
from werkzeug.routing import Rule

from tests.network import Sent
from tests.odd_values import CANARY, GOOD, KINDS, ODD, RAW, TEXTS

API = Path(__file__).parent.parent / "instance" / "web" / "api"
NEVER_END = "/api/v1/streaming"
_PAGES = ("/oauth/authorize",)  # for people: HTML
_READS = re.compile(r"""(?:texts?|flag|number|inner|has|get)\(\s*"([a-z][a-z0-9_]*)\"""")
_PLACE = re.compile(r"<(?:([^<>]*):)?(\w+)>")
_TEST_ID, _TEST_NAME = re.compile(r"testid(\d\d)"), re.compile(r"testname(\d\d)")
_METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
_MORE_NAMES = ("x", "id", "home", "limit", "max_id", "min_id", "since_id", "offset", "types", "")


@dataclass(frozen=True)
class Door:
    """One method of one route, and what is read by name where it is."""

    method: str
    path: str
    names: Sequence[str] = ()

    def at(self, *values: str) -> str:
        """The address with these values in its places, the last one in all that are left."""
        left = list(values)

        def fill(found: re.Match[str]) -> str:
            value = left.pop(0) if len(left) > 1 else left[0]
            choices = _choices(found[1] or "")
            return choices[len(value) % len(choices)] if choices else quote(value, safe="")

        return _PLACE.sub(fill, self.path)

    @property
    def collection(self) -> str:
        """What the first place is one of: `lists`."""
        return self.path.partition("/<")[0].rpartition("/")[2]


@dataclass(frozen=True)
class Known:
    """What there is to be asked for: ids of things of every kind, and those that an application
    made by what they are one of. The first token may do all."""

    doors: Sequence[Door]
    ids: Sequence[str]
    made: Mapping[str, Sequence[str]]
    tokens: Sequence[str]


def doors(app: Quart) -> list[Door]:
    """Every call of the client API that is answered at once, and each route by a wrong method."""
    found = []
    for rule in _rules(app):
        asked = set(rule.methods or ()) & set(_METHODS)
        if rule.rule.startswith(NEVER_END) and not rule.rule.endswith("/health"):
            continue
        module = app.view_functions[rule.endpoint].__module__.rpartition(".")[2]
        read = _names(API / f"{module}.py")
        found += [Door(method, rule.rule, read) for method in sorted(asked)]
    return sorted(found, key=lambda door: (door.path, door.method))


def more_often_written(found: Sequence[Door]) -> list[Door]:
    """Where something is sent stands thrice."""
    return [door for door in found for _ in range(1 if door.method == "GET" else 3)]


def _rules(app: Quart) -> list[Rule]:
    return [
        rule
        for rule in app.url_map.iter_rules()
        if rule.rule.startswith(("/api/", "/oauth/"))
        and not rule.rule.startswith(_PAGES)
        and not rule.websocket
    ]


def _names(*files: Path) -> list[str]:
    """What these modules read by name, in an address or a body."""
    read = {name for file in files for name in _READS.findall(file.read_text())}
    return sorted(read | set(_MORE_NAMES))


def _choices(converter: str) -> list[str]:
    """Of `any(a, b)`."""
    inner = converter.partition("(")[2].rstrip(")")
    return [one.strip() for one in inner.split(",")] if converter.startswith("any(") else []


@dataclass(frozen=True)
class Call:
    """What hypothesis draws; numbers, `testid07` and `testname07` stand for what is there."""

    door: int
    places: tuple[str, str]
    query: list[tuple[str, str]]
    kind: str
    document: dict[str, Any] | bytes
    is_sensible: bool  # but for what `document` says
    token: int
    twist: str

    def sent(self, known: Known) -> Sent:
        doors = more_often_written(known.doors)
        door = doors[self.door % len(doors)]
        method = door.method
        if self.twist == "method":
            method = _METHODS[(_METHODS.index(method) + self.token) % len(_METHODS)]
        token = known.tokens[max(0, self.token) % len(known.tokens)]
        headers = {name: value for name, value in self._headers(token).items() if value}
        path = door.at(self._place(door, known), self.places[1])
        slash = "/" if self.twist == "/" else ""
        asked = f"?{_form(self.query).decode()}" if self.query else ""

        def filled(text: str) -> str:
            text = _TEST_NAME.sub(lambda found: door.names[int(found[1]) % len(door.names)], text)
            return _TEST_ID.sub(lambda found: known.ids[int(found[1]) % len(known.ids)], text)

        url = filled(f"https://mercy.example{path}{slash}{asked}")
        body = filled(self._body(door).decode("latin-1")).encode("latin-1")
        return Sent(method, url, headers, body)

    def _place(self, door: Door, known: Known) -> str:
        """More often than not one that is there."""
        rows = known.made.get(door.collection)
        chosen = abs(self.token) + len(self.places[1])
        return rows[chosen % len(rows)] if rows and len(self.places[0]) % 7 else self.places[0]

    def _body(self, door: Door) -> bytes:
        if isinstance(self.document, bytes):
            return self.document
        wanted = [name for name in door.names if name in GOOD and self.is_sensible]
        document = {**{name: GOOD[name] for name in wanted}, **self.document}
        if self.kind == KINDS[2]:
            return _parts(_pairs(document))
        return _form(_pairs(document)) if self.kind in KINDS[1::4] else _json(document)

    def _headers(self, token: str) -> Mapping[str, str]:
        return {
            "Content-Type": self.kind,
            "Authorization": token,
            "Accept": "text/html" if self.twist == "accept" else "",
            "Idempotency-Key": CANARY if self.twist == "accept" else "",
        }


def calls() -> st.SearchStrategy[Call]:
    text = st.sampled_from(TEXTS) | st.integers(0, 99).map("testid{:02}".format)
    own = st.integers(0, 99).map("testname{:02}".format)
    name = own | own | st.sampled_from(_names(*API.glob("*.py")))
    leaf = text | text | st.sampled_from(ODD)
    value = leaf | st.recursive(
        leaf,
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(name, inner, max_size=3),
        max_leaves=5,
    )
    usual = st.builds(  # a right call with one thing wrong
        Call,
        door=st.integers(0, 10_000),
        places=st.tuples(text, text),
        query=st.just([]),
        kind=st.sampled_from(KINDS[:3]),
        document=st.dictionaries(own, value, min_size=1, max_size=2),
        is_sensible=st.just(True),
        token=st.just(0),
        twist=st.just(""),
    )
    wild = st.builds(
        Call,
        door=st.integers(0, 10_000),
        places=st.tuples(text, text),
        query=st.lists(st.tuples(_keys(name), text), max_size=3),
        kind=st.sampled_from(KINDS),
        document=st.dictionaries(_keys(name), value, max_size=3) | st.sampled_from(RAW),
        is_sensible=st.booleans(),
        token=st.integers(-20, 20),  # every other one the best there is
        twist=st.sampled_from(["", "", "", "/", "method", "accept"]),
    )
    return usual | usual | wild


def _keys(name: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    more = st.sampled_from(["", "", "[]", "[0]", "[x]", "[a][b]", "[][]", "[", "]"])
    return st.builds(str.__add__, name, more)


def _json(document: Any) -> bytes:
    return orjson.dumps(document, default=str, option=orjson.OPT_PASSTHROUGH_SUBCLASS)


def _form(pairs: list[tuple[str, str]]) -> bytes:
    return urlencode(pairs).encode()


def _pairs(document: Mapping[str, Any], outer: str = "") -> list[tuple[str, str]]:
    """As Rails writes it: `poll[options][]`."""
    found: list[tuple[str, str]] = []
    for name, value in document.items():
        key = f"{outer}[{name}]" if outer else name
        if isinstance(value, dict):
            found += _pairs(value, key)
        elif isinstance(value, list):
            for one in value:
                found += _pairs({"": one}, key)
        else:
            found.append((key, value if isinstance(value, str) else str(value).lower()))
    return found


def _parts(pairs: list[tuple[str, str]]) -> bytes:
    lines = [
        f'--x\r\nContent-Disposition: form-data; name="{quote(name, safe="[]")}"\r\n\r\n{value}\r\n'
        for name, value in pairs
    ]
    return "".join([*lines, "--x--\r\n"]).encode()

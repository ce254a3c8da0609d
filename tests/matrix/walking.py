"""Every request that the table names, sent by one reader; and what the answers tell."""

import asyncio
import re
from collections.abc import AsyncIterator, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any
from urllib.parse import quote

from quart import Quart

from tests.matrix.asking import Reader, Reply, masked, settled
from tests.matrix.row import Row
from tests.matrix.rows import NAMES, PARTS, ROWS
from tests.test_canary import CANARY

# With streams as those without sockets, of which rows speak; and one that opens for us alone.
SOCKETS = {"/api/v1/streaming", "/health/proxy"}
PATIENCE = 20.0  # seconds; a stream that is refused ends at once
# Of other views none asks what is accepted; what a refusal looks like is decided for all alike.
_READ_BY_SERVERS = ("public", "document", "unsigned", "trusted", "partner")
_PART = re.compile(r"<(?:(any)\(([^)]*)\):|(\w+):)?(\w+)>")
_ENDS = ("/sign-out", "/sign-in", "/account/sessions", "/account/security", "/join", "/set-up")
FAR = 7  # from a number that is taken to one that never was


@dataclass(frozen=True)
class Request:
    """`numbers`: those that it names, or that take their place."""

    method: str
    rule: str
    path: str
    form: str
    at: str
    numbers: tuple[int, ...] = ()

    def __str__(self) -> str:
        return f"{self.method} {self.rule}"


def problems_of_table(app: Quart) -> list[str]:
    """What has to be added to the table or taken out of it."""
    rules = {rule.rule for rule in app.url_map.iter_rules()}
    add = [
        f"{rule}: say in tests/matrix/rows.py how it is filled in, as\n"
        f'    "{rule}": {"of(...)" if "<int:" in rule else "plain()"},'
        for rule in sorted(rules - set(ROWS))
    ]
    gone = [f"{rule}: no such route any more" for rule in sorted(set(ROWS) - rules)]
    sockets = {rule.rule for rule in app.url_map.iter_rules() if rule.websocket} - SOCKETS
    return [*add, *gone, *(f"{rule}: nothing here opens a websocket" for rule in sorted(sockets))]


def ways_of(app: Quart) -> dict[str, dict[str, str]]:
    """By rule and then method (GET, POST), which guard its view has."""
    found: dict[str, dict[str, str]] = {}
    for rule in app.url_map.iter_rules():
        guard = getattr(app.view_functions[rule.endpoint], "__guard__", "")
        known = sorted({"GET", "POST"} & set(rule.methods or ()))
        found.setdefault(rule.rule, {}).update(dict.fromkeys(known, guard))
    return found


class Findings:
    """What went wrong, each thing once, with everybody whom it concerns."""

    def __init__(self) -> None:
        self._found: dict[str, list[str]] = {}

    def add(self, reader: str, what: str) -> None:
        readers = self._found.setdefault(what, [])
        if reader not in readers:
            readers.append(reader)

    def __str__(self) -> str:
        return "\n".join(f"{what}\n    {', '.join(who)}" for what, who in self._found.items())


async def compare(reader: Reader, ids: Mapping[str, Mapping[str, int]], findings: Findings) -> None:
    """What tells a thing that is hidden from one that never was."""
    for rule, ways in ways_of(reader.house.app).items():
        if reader.name in ROWS[rule].tells:
            continue
        for method, guard in ways.items():
            reads = method == "GET" and guard in _READ_BY_SERVERS
            for variant in reader.variants if reads else reader.variants[:1]:
                await _compare(reader, method, rule, variant, ids, findings)


async def _compare(
    reader: Reader,
    method: str,
    rule: str,
    variant: str,
    ids: Mapping[str, Mapping[str, int]],
    findings: Findings,
) -> None:
    """One way to ask: what was never there is asked for once, since it is always the same."""
    nothing: dict[str, Reply] = {}
    for subject in reader.hidden:
        for shape, known, unknown in _pairs(method, rule, ROWS[rule], ids[subject]):
            if shape not in nothing:
                nothing[shape] = await _ask(reader, unknown, variant)
            reply = await _ask(reader, known, variant)
            told = _difference(rule, reply, nothing[shape])
            if told:  # what the first one found and remembered tells nothing
                nothing[shape] = await _ask(reader, unknown, variant)
                told = _difference(rule, reply, nothing[shape])
            if ROWS[rule].kinds and reply.status not in (404, ROWS[rule].as_none):
                told += f"; status {reply.status}"
            if CANARY in reply.whole:
                told += "; words of the consult"
            if told:
                findings.add(reader.name, f"{known}, {subject}, as {variant}: {told}")


async def _ask(reader: Reader, request: Request, variant: str) -> Reply:
    try:
        async with asyncio.timeout(PATIENCE):
            reply = await reader.ask(
                request.method, request.path, at=request.at, variant=variant, form=request.form
            )
    except TimeoutError:
        return Reply(0, (), "a stream without an end", ())
    assert reply.status < 500, (reader.name, str(request), variant)
    return masked(reply, *request.numbers)


async def snapshot(reader: Reader, ids: Mapping[str, int]) -> dict[Request, Reply]:
    """What every address without a number answers. `ids`: what may be named in a query."""
    answers = plain_answers(reader, "GET", ids)
    return {request: reply async for request, reply in answers}


async def plain_answers(
    reader: Reader, method: str, ids: Mapping[str, int]
) -> AsyncIterator[tuple[Request, Reply]]:
    """Of every route without a number, streams apart, which do not end; last of those that may end
    the session that asks."""
    ways = ways_of(reader.house.app)
    for rule in sorted(ways, key=lambda rule: rule.startswith(_ENDS)):
        if "<int:" in rule or method not in ways[rule] or is_endless(rule):
            continue
        for path in _paths(rule, (), PARTS):
            for request in _requests(method, rule, path, ids):
                yield request, await _ask(reader, request, reader.variants[0])


def is_endless(rule: str) -> bool:
    """Whether who may read it gets a stream; what comes over those has tests of its own."""
    return rule.endswith("stream") or rule.startswith("/api/v1/streaming")


async def post(reader: Reader, ids: Mapping[str, int], findings: Findings) -> None:
    """What comes back of every form: whatever it does, it tells nothing of a consult."""
    named = re.compile("|".join([CANARY, *map(str, ids.values())]))
    async for request, reply in plain_answers(reader, "POST", ids):
        if reader.name not in ROWS[request.rule].tells and named.search(reply.whole):
            findings.add(reader.name, f"{request}: words or numbers of the consult")


def changes(
    reader: Reader,
    before: Mapping[Request, Reply],
    after: Mapping[Request, Reply],
    asked: Iterable[int],
    findings: Findings,
) -> None:
    """What somebody sees of it that something was asked of others. `asked`: its numbers."""
    named = re.compile("|".join([CANARY, *map(str, asked)]))
    for request, reply in after.items():
        row = ROWS[request.rule]
        if named.search(reply.whole):
            findings.add(reader.name, f"{request}: words or numbers of the consult")
        if reader.name in row.tells:
            continue
        if told := _difference(request.rule, reply, before[request]):
            findings.add(reader.name, f"{request}: {told}")


def _difference(rule: str, one: Reply, other: Reply) -> str:
    is_fresh = ROWS[rule].is_fresh
    return settled(one, is_fresh=is_fresh).difference(settled(other, is_fresh=is_fresh))


def _pairs(
    method: str, rule: str, row: Row, ids: Mapping[str, int]
) -> Iterator[tuple[str, Request, Request]]:
    """What is there beside what never was, and what both are but for their numbers."""
    others = {name: number + FAR for name, number in ids.items()}
    masks = dict.fromkeys(ids, "#")
    for kinds in row.kinds or ("",):
        names = [name for name in kinds.split("/") if name]
        shapes, known, unknown = (
            [
                one
                for path in _paths(rule, [str(numbers[name]) for name in names], PARTS | NAMES)
                for one in _requests(method, rule, path.format(**numbers), numbers)
            ]
            for numbers in (masks, ids, others)
        )
        for shape, one, other in zip(shapes, known, unknown, strict=True):
            if one != other:
                yield str((shape.path, shape.form)), one, other


def _requests(method: str, rule: str, path: str, ids: Mapping[str, Any]) -> Iterator[Request]:
    row = ROWS[rule]
    form = row.form.format(**ids) if method == "POST" else ""
    for query in row.query.split(" or ") if method == "GET" else [""]:
        asked = quote(query.format(**ids), safe="=&")
        whole = f"{path}?{asked}" if asked else path
        named = tuple(number for number in ids.values() if str(number) in whole + form)
        yield Request(method, rule, whole, form, row.at, named)


def _paths(rule: str, numbers: Sequence[str], parts: Mapping[str, str]) -> list[str]:
    left = iter(numbers)
    choices = []
    for kind, named, converter, name in _PART.findall(rule):
        if kind:
            choices.append([one.strip(" '\"") for one in named.split(",")])
        else:
            choices.append([next(left) if converter == "int" else parts[name]])
    pattern = _PART.sub("{}", rule)
    return [pattern.format(*chosen) for chosen in product(*choices)]

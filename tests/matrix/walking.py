"""Every request that the table names, sent by one reader; and what the answers tell."""

import asyncio
import re
from collections.abc import AsyncIterator, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from urllib.parse import quote

from quart import Quart

from tests.matrix.asking import Reader, Reply, masked, settled
from tests.matrix.rows import PARTS, ROWS, Row
from tests.test_canary import CANARY

PATIENCE = 5.0  # seconds; a stream that is refused ends at once
_PART = re.compile(r"<(?:(any)\(([^)]*)\):|(\w+):)?(\w+)>")
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
    rules = {rule.rule for rule in app.url_map.iter_rules()}  # websockets are among them
    add = [
        f"{rule}: say in tests/matrix/rows.py how it is filled in, as\n"
        f'    "{rule}": {"of(...)" if "<int:" in rule else "plain()"},'
        for rule in sorted(rules - set(ROWS))
    ]
    return add + [f"{rule}: no such route any more" for rule in sorted(set(ROWS) - rules)]


def methods(app: Quart) -> dict[str, list[str]]:
    """By rule, GET and POST where it has them."""
    found: dict[str, list[str]] = {}
    for rule in app.url_map.iter_rules():
        known = {"GET", "POST"} & set(rule.methods or ())
        found.setdefault(rule.rule, []).extend(sorted(known))
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
    for rule, ways in methods(reader.house.app).items():
        row = ROWS[rule]
        if not row.names_something or reader.name in row.tells:
            continue
        for method in ways:
            for variant in reader.variants if method == "GET" else reader.variants[:1]:
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
            told = reply.difference(nothing[shape])
            if told:  # what the first one found and remembered tells nothing
                nothing[shape] = await _ask(reader, unknown, variant)
                told = reply.difference(nothing[shape])
            if ROWS[rule].kinds and reply.status not in (404, ROWS[rule].as_none):
                told += f"; status {reply.status}"
            if CANARY in reply.whole:
                told += "; words of the consult"
            if told:
                findings.add(reader.name, f"{known}, {subject}, as {variant}: {told}")


async def _ask(reader: Reader, request: Request, variant: str) -> Reply:
    async with asyncio.timeout(PATIENCE):
        reply = await reader.ask(
            request.method, request.path, at=request.at, variant=variant, form=request.form
        )
    assert reply.status < 500, (reader.name, str(request), variant)
    return masked(reply, *request.numbers)


async def snapshot(reader: Reader, ids: Mapping[str, int]) -> dict[Request, Reply]:
    """What every address without a number answers. `ids`: what may be named in a query."""
    answers = plain_answers(reader, "GET", ids)
    return {request: reply async for request, reply in answers}


async def plain_answers(
    reader: Reader, method: str, ids: Mapping[str, int]
) -> AsyncIterator[tuple[Request, Reply]]:
    """Of every route without a number, streams apart, which do not end."""
    for rule, ways in methods(reader.house.app).items():
        row = ROWS[rule]
        if row.kinds or method not in ways or rule.endswith("stream"):
            continue
        for path in _paths(rule, ()):
            request = _request(method, rule, path, row, ids)
            yield request, await _ask(reader, request, reader.variants[0])


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
        now, then = (settled(one, is_fresh=row.is_fresh) for one in (reply, before[request]))
        if told := now.difference(then):
            findings.add(reader.name, f"{request}: {told}")


def _pairs(
    method: str, rule: str, row: Row, ids: Mapping[str, int]
) -> Iterator[tuple[str, Request, Request]]:
    """What is there beside what never was, and what both are but for their numbers."""
    others = {name: number + FAR for name, number in ids.items()}
    for kinds in row.kinds or ("",):
        names = [name for name in kinds.split("/") if name]
        masks = _paths(rule, ["#" for _ in names])
        paths = [_paths(rule, [str(numbers[name]) for name in names]) for numbers in (ids, others)]
        for shape, known, unknown in zip(masks, *paths, strict=True):
            yield (
                shape,
                _request(method, rule, known, row, ids),
                _request(method, rule, unknown, row, others),
            )


def _request(method: str, rule: str, path: str, row: Row, ids: Mapping[str, int]) -> Request:
    query = quote(row.query.format(**ids), safe="=&") if method == "GET" else ""
    form = row.form.format(**ids) if method == "POST" else ""
    path = f"{path}?{query}" if query else path
    return Request(method, rule, path, form, row.at, tuple(ids.values()))


def _paths(rule: str, numbers: Sequence[str]) -> list[str]:
    left = iter(numbers)
    choices = []
    for kind, named, converter, name in _PART.findall(rule):
        if kind:
            choices.append([one.strip(" '\"") for one in named.split(",")])
        else:
            choices.append([next(left) if converter == "int" else PARTS[name]])
    pattern = _PART.sub("{}", rule)
    return [pattern.format(*chosen) for chosen in product(*choices)]

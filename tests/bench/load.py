"""POST requests over kept-open connections, and what came back."""

import asyncio
from collections import Counter
from collections.abc import Coroutine, Iterator, Mapping, Sequence
from dataclasses import dataclass

import aiohttp

_CONNECTIONS = 16
_SERVERS = 64  # that write at the same time: as many as one commit takes
_ROUND_WITHIN = 120.0

Letter = tuple[Mapping[str, str], bytes]  # headers and body


@dataclass(frozen=True)
class Answers:
    """Of one round: seconds from the first byte out to the last one in, and the statuses."""

    seconds: float
    statuses: Counter[int]

    def per_second(self) -> float:
        return self.statuses.total() / self.seconds

    def require(self, status: int) -> "Answers":
        """Raises RuntimeError unless every answer has that status."""
        if set(self.statuses) != {status}:
            raise RuntimeError(f"expected {status} from all, got {dict(self.statuses)}")
        return self


def raw_post(target: str, headers: Mapping[str, str], body: bytes) -> bytes:
    """A POST as it goes over the wire. `headers` has Host; Content-Length is added."""
    lines = [f"POST {target} HTTP/1.1", *(f"{name}: {value}" for name, value in headers.items())]
    lines.append(f"Content-Length: {len(body)}")
    return "\r\n".join([*lines, "", ""]).encode() + body


async def post_all(
    port: int, requests: Sequence[bytes], connections: int = _CONNECTIONS
) -> Answers:
    """Send each request, made before, once: nearly all the work is the server's. A connection sends
    its next one after the answer to the last."""
    waiting = iter(requests)
    statuses: Counter[int] = Counter()
    lanes = [await asyncio.open_connection("127.0.0.1", port) for _ in range(connections)]
    sending = [_send(reader, writer, waiting, statuses) for reader, writer in lanes]
    seconds = await _taken(sending)
    for _, writer in lanes:
        writer.close()
    return Answers(seconds, statuses)


async def deliver_all(url: str, letters: Iterator[Letter]) -> Answers:
    """Send each as other servers do: by an HTTP client, and signed when its turn has come."""
    statuses: Counter[int] = Counter()
    async with aiohttp.ClientSession() as session:
        sending = [_deliver(session, url, letters, statuses) for _ in range(_SERVERS)]
        return Answers(await _taken(sending), statuses)


async def _taken(sending: Sequence[Coroutine[None, None, None]]) -> float:
    """The seconds until all is sent and answered."""
    loop = asyncio.get_running_loop()
    start = loop.time()
    async with asyncio.timeout(_ROUND_WITHIN), asyncio.TaskGroup() as group:
        for one in sending:
            group.create_task(one)
    return loop.time() - start


async def _deliver(
    session: aiohttp.ClientSession, url: str, letters: Iterator[Letter], statuses: Counter[int]
) -> None:
    for headers, body in letters:
        async with session.post(url, headers=headers, data=body) as response:
            await response.read()
            statuses[response.status] += 1


async def _send(
    reader: asyncio.StreamReader,
    writer: asyncio.StreamWriter,
    waiting: Iterator[bytes],
    statuses: Counter[int],
) -> None:
    for request in waiting:
        writer.write(request)
        head = await reader.readuntil(b"\r\n\r\n")
        await reader.readexactly(_content_length(head))
        statuses[int(head[9:12])] += 1


def _content_length(head: bytes) -> int:
    for line in head.lower().split(b"\r\n"):
        if line.startswith(b"content-length:"):
            return int(line.partition(b":")[2])
    return 0

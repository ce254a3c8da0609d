"""POST requests that were serialised before, over kept-open connections; and what came back."""

import asyncio
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

_CONNECTIONS = 16
_ROUND_WITHIN = 120.0


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
    """Send each request once; a connection sends its next one after the answer to the last."""
    waiting = iter(requests)
    statuses: Counter[int] = Counter()
    lanes = [await asyncio.open_connection("127.0.0.1", port) for _ in range(connections)]
    loop = asyncio.get_running_loop()
    start = loop.time()
    async with asyncio.timeout(_ROUND_WITHIN), asyncio.TaskGroup() as group:
        for reader, writer in lanes:
            group.create_task(_send(reader, writer, waiting, statuses))
    seconds = loop.time() - start
    for _, writer in lanes:
        writer.close()
    return Answers(seconds, statuses)


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

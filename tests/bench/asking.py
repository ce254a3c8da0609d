"""Somebody who asks a server every few milliseconds: `python -m tests.bench.asking PORT PATH`.

A process of its own: what else a benchmark does would make its answers look late. It asks until its
input ends, then prints how long each answer took, in milliseconds.
"""

import asyncio
import json
import sys
import time
from collections.abc import Awaitable

_ASK_EVERY = 0.005


async def times_while(work: Awaitable[object], port: int, path: str) -> list[float]:
    """Milliseconds of each answer until `work` is done."""
    asker = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.bench.asking", str(port), path),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    assert asker.stdout is not None
    await asker.stdout.readline()  # it has its first answer
    try:
        await work
    finally:
        output, _ = await asker.communicate(b"")  # ends its input
    return [float(one) for one in json.loads(output)]


async def _ask(port: int, path: str) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    request = f"GET {path} HTTP/1.1\r\nHost: localhost:{port}\r\n\r\n".encode()
    ended = asyncio.create_task(asyncio.to_thread(sys.stdin.read))
    times: list[float] = []
    while not ended.done():
        start = time.perf_counter()
        writer.write(request)
        await _answer(reader)
        if not times:
            print("ready", flush=True)
        times.append((time.perf_counter() - start) * 1000)
        await asyncio.sleep(_ASK_EVERY)
    print(json.dumps(times[1:]))


async def _answer(reader: asyncio.StreamReader) -> None:
    head = (await reader.readuntil(b"\r\n\r\n")).lower()
    if not head.startswith(b"http/1.1 200"):
        raise RuntimeError("not a 200")
    await reader.readexactly(int(head.partition(b"content-length:")[2].split(b"\r\n")[0]))


if __name__ == "__main__":
    asyncio.run(_ask(int(sys.argv[1]), sys.argv[2]))

"""Servers of a test on a port of loopback, and what they leave behind: no open connection.

A socket that is still open when a test ends is closed by the collector of garbage, some tests
later, and fails that one.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress

Handler = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@asynccontextmanager
async def served(handler: Handler) -> AsyncIterator[int]:
    """Its port. A connection is closed when its handler is done or the other side hangs up, and at
    the latest at the end."""
    connections: dict[asyncio.Task[None], asyncio.StreamWriter] = {}

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        connections[task] = writer
        with suppress(asyncio.IncompleteReadError, ConnectionError):
            await handler(reader, writer)
        with suppress(ConnectionError):
            writer.close()
            await writer.wait_closed()
        del connections[task]

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
        left = dict(connections)
        for task, writer in left.items():
            task.cancel()
            writer.transport.abort()
        await asyncio.gather(*left, return_exceptions=True)
        await asyncio.sleep(0)  # what is aborted is closed by the loop

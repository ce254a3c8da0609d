"""Connections handed on between hosts of a test that share nothing but a folder.

`python -m tests.live.relay FROM=TO[,TO] ...`: a port of loopback or a socket in the folder each;
several TO take turns.
"""

import asyncio
import sys
from contextlib import suppress
from itertools import cycle

Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]


async def relay(*pairs: str) -> None:
    for pair in pairs:
        place, _, targets = pair.partition("=")
        turns = cycle(targets.split(","))

        async def hand_on(
            reader: asyncio.StreamReader, writer: asyncio.StreamWriter, turns: "cycle[str]" = turns
        ) -> None:
            try:
                there = await _connected(next(turns))
            except OSError:
                writer.close()
                return
            await asyncio.gather(_copy(reader, there[1]), _copy(there[0], writer))

        if place.isdecimal():
            await asyncio.start_server(hand_on, "127.0.0.1", int(place))
        else:
            await asyncio.start_unix_server(hand_on, place)
    await asyncio.Event().wait()


async def _connected(place: str) -> Streams:
    if place.isdecimal():
        return await asyncio.open_connection("127.0.0.1", int(place))
    return await asyncio.open_unix_connection(place)


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(OSError):
        while part := await reader.read(65536):
            writer.write(part)
            await writer.drain()
    writer.close()


if __name__ == "__main__":
    asyncio.run(relay(*sys.argv[1:]))

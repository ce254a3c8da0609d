"""Open streams of applications: each has a place here, and what is to be sent to it waits there.

What is sent was written once, however many it goes to. A reader that does not keep up is cut off:
nothing is kept for who does not read.
"""

import asyncio
from collections import Counter, deque
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

import orjson

from instance.errors import TooMany, Unavailable
from instance.services.tokens import Caller
from instance.web.api.streams import Stream

OF_TOKEN_MOST, OF_MEMBER_MOST, MOST = 16, 48, 4_000
WAITING_MOST = 100
STREAMS_MOST = 60  # of one socket


class Message:
    """One event. `payload`: what it is of, as JSON has it; a text is sent as it is; None: it says
    all by its name, for which Mastodon has a word of its own."""

    def __init__(self, event: str, payload: Any = None) -> None:
        is_text = payload is None or isinstance(payload, str)
        self._event, self._payload = event, payload if is_text else orjson.dumps(payload).decode()
        self._frames: dict[Stream, str] = {}
        self._lines = f"event: {event}\ndata: {self._payload or 'undefined'}\n\n".encode()

    def frame(self, stream: Stream) -> str:
        """For a socket, which carries many streams: it says of which one it is."""
        found = self._frames.get(stream)
        if found is None:
            whole = {"stream": stream.label, "event": self._event}
            whole |= {"payload": self._payload} if self._payload is not None else {}
            found = self._frames[stream] = orjson.dumps(whole).decode()
        return found

    def lines(self) -> bytes:
        """As a server-sent event."""
        return self._lines


class Place:
    """One connection, open for `caller`. Made and left by `Places.taken`."""

    def __init__(self, caller: Caller) -> None:
        self.caller = caller
        self.streams: dict[Stream, None] = {}  # in the order they were asked for
        self.is_closed = False
        self._task = asyncio.current_task()
        self._waiting: deque[tuple[Message, Stream]] = deque()
        self._ready = asyncio.Event()
        self._is_sending = False

    @property
    def actor_id(self) -> int:
        return int(self.caller.acting.id)

    def put(self, message: Message, stream: Stream) -> None:
        if self.is_closed or stream not in self.streams:
            return
        if len(self._waiting) >= WAITING_MOST:
            self.close()
            return
        self._waiting.append((message, stream))
        self._ready.set()

    async def next(self, seconds: float) -> tuple[Message, Stream] | None:
        """What to send; None when so long nothing came, or it is closed."""
        self._is_sending = False
        if not self._waiting and not self.is_closed:
            self._ready.clear()
            with suppress(TimeoutError):
                async with asyncio.timeout(seconds):
                    await self._ready.wait()
        self._is_sending = True  # or a sign of life
        return self._waiting.popleft() if self._waiting else None

    def close(self) -> None:
        """It ends at once, also where its reader takes nothing."""
        self.is_closed = True
        self._waiting.clear()
        self._ready.set()
        if self._is_sending and self._task is not None:
            self._task.cancel()


class Places:
    """All of this process."""

    def __init__(self) -> None:
        self._open: set[Place] = set()
        self._of: Counter[str] = Counter()
        self.is_closed = False

    def __iter__(self) -> Iterator[Place]:
        return iter(list(self._open))

    def __len__(self) -> int:
        return len(self._open)

    def with_stream(self, name: str) -> list[tuple[Place, Stream]]:
        """Where one without parameters is open."""
        stream = Stream(name)
        return [(place, stream) for place in self if stream in place.streams]

    def require_room(self, caller: Caller) -> None:
        """Raises TooMany, Unavailable."""
        if self.is_closed or len(self._open) >= MOST:
            raise Unavailable("This server has too many open streams. Try again in a minute.")
        token, member = _owners(caller)
        if self._of[token] >= OF_TOKEN_MOST or self._of[member] >= OF_MEMBER_MOST:
            raise TooMany(
                "Too many streams are open for this account. Close one, then open this again.",
                retry_after_seconds=60,
            )

    @contextmanager
    def taken(self, caller: Caller) -> Iterator[Place]:
        """For as long as the calling task serves it. Raises as `require_room`."""
        self.require_room(caller)
        place = Place(caller)
        self._open.add(place)
        self._of.update(_owners(caller))
        try:
            yield place
        finally:
            place.is_closed = True
            self._open.discard(place)
            self._of.subtract(_owners(caller))
            self._of += Counter()  # without those that are none

    def close(self) -> None:
        """No more from now on."""
        self.is_closed = True
        for place in self:
            place.close()


def _owners(caller: Caller) -> tuple[str, str]:
    return f"token {caller.token.id}", f"member {caller.token.member_id}"

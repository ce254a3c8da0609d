"""Connections: how long they may take to say what they want, and how they end.

Of a server that is started again none fails that came before the end. systemd holds the listening
socket (`curbside.socket`), so what comes later waits in the kernel for the next process. What came
before is answered here and told that the connection ends.
"""

import asyncio
import os
import socket
from collections.abc import MutableMapping

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from instance import asgi

LEAVES_WITHIN = 0.5  # seconds: a request that was on its way has arrived by then
HEAD_SECONDS = 10.0  # from the first byte of a request to the last of its headers (T30)
HEAD_MOST = 64 * 1024  # bytes of them, after the first part that came
_FIRST = 3  # descriptor
_REFUSAL = b"HTTP/1.1 %b\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"


class Connection(HttpToolsProtocol):
    """uvicorn's, which at the end would close what waits for its first request, or its next one,
    be that already there and unread. It also would wait for headers without end, in bytes and in
    time, and take `GET http://other/` for `GET /` whatever the other is (T10)."""

    _is_leaving = False
    _patience: asyncio.TimerHandle | None = None
    _head_bytes = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)  # type: ignore[arg-type]
        self._patience = self.loop.call_later(HEAD_SECONDS, self._give_up)

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        if (self.scope is None or "method" not in self.scope) and not self.transport.is_closing():
            self._wait_for_headers(len(data))

    def connection_lost(self, exc: Exception | None) -> None:
        super().connection_lost(exc)
        self._be_patient_no_more()
        self._unset_keepalive_if_required()  # uvicorn's: it keeps that of one that was reset

    def shutdown(self) -> None:
        self._is_leaving = True
        if self._is_idle():
            self.loop.call_later(LEAVES_WITHIN, self._leave)
        else:
            self.cycle.keep_alive = False

    def on_headers_complete(self) -> None:
        self._be_patient_no_more()
        if not self.url.startswith(b"/"):
            raise ValueError("not a path")  # the parser makes a 400 of it
        super().on_headers_complete()
        if self._is_leaving and not self._is_idle():
            self.cycle.keep_alive = False

    def on_message_complete(self) -> None:
        super().on_message_complete()
        asgi.say_whole(self.scope)

    def _wait_for_headers(self, size: int) -> None:
        """Most requests come whole. In one part with the beginning of another the body before it
        may be: so that part is not counted."""
        if self._patience is None:
            self._patience = self.loop.call_later(HEAD_SECONDS, self._give_up)
            self._head_bytes = 0
        else:
            self._head_bytes += size
        if self._head_bytes > HEAD_MOST:
            self._refuse(b"431 Request Header Fields Too Large")

    def _be_patient_no_more(self) -> None:
        if self._patience is not None:
            self._patience.cancel()
            self._patience = None

    def _give_up(self) -> None:
        if self.scope is None:
            self.transport.close()  # it said nothing
        else:
            self._refuse(b"408 Request Timeout")

    def _refuse(self, status: bytes) -> None:
        if not self.transport.is_closing():
            self.transport.write(_REFUSAL % status)
            self.transport.close()

    def _leave(self) -> None:
        if self._is_idle() and not self.transport.is_closing():
            self.transport.close()

    def _is_idle(self) -> bool:
        return self.cycle is None or self.cycle.response_complete


def handed_over(environ: MutableMapping[str, str]) -> list[socket.socket]:
    """The listening sockets that systemd has, or none. What says so is taken out of `environ`: it
    is not meant for processes of ours."""
    count, pid = environ.pop("LISTEN_FDS", ""), environ.pop("LISTEN_PID", "")
    environ.pop("LISTEN_FDNAMES", None)
    if pid != str(os.getpid()) or not count.isdecimal():
        return []
    descriptors = range(_FIRST, _FIRST + int(count))
    for descriptor in descriptors:
        os.set_inheritable(descriptor, False)
    return [socket.socket(fileno=descriptor) for descriptor in descriptors]


def tell(environ: MutableMapping[str, str], state: str) -> None:
    """Tell systemd how it goes (`READY=1`, `STOPPING=1`), where it asked for that."""
    place = environ.get("NOTIFY_SOCKET", "")
    if not place:
        return
    address = "\0" + place[1:] if place.startswith("@") else place
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as teller:
        teller.sendto(state.encode(), address)

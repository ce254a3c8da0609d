"""Connections of a server that is started again: none fails that came before the end.

systemd holds the listening socket (`curbside.socket`), so what comes later waits in the kernel for
the next process. What came before is answered here and told that the connection ends.
"""

import os
import socket
from collections.abc import MutableMapping

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

LEAVES_WITHIN = 0.5  # seconds: a request that was on its way has arrived by then
_FIRST = 3  # descriptor


class Connection(HttpToolsProtocol):
    """uvicorn's, which at the end would close what waits for its first request, or its next one,
    be that already there and unread."""

    _is_leaving = False

    def shutdown(self) -> None:
        self._is_leaving = True
        if self._is_idle():
            self.loop.call_later(LEAVES_WITHIN, self._leave)
        else:
            self.cycle.keep_alive = False

    def on_headers_complete(self) -> None:
        super().on_headers_complete()
        if self._is_leaving and not self._is_idle():
            self.cycle.keep_alive = False

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

"""How often a host may make us do something; counted in memory, per institution and process."""

from collections import OrderedDict
from contextvars import ContextVar
from datetime import UTC, datetime, timedelta

from federation.origin import REGISTRIES
from instance.outbox.host_counts import HostCounts
from instance.outbox.seen_pictures import SeenPictures

WINDOW = timedelta(minutes=1)
_NAMES_MAX = 10_000


def registered_domain(host: str) -> str:
    """The domain somebody had to register for `host` (which is as origin.host_of gives it).

    A guess without a public suffix list: the last two labels, or three where the second-last is
    a registry under a country's name (`trust.nhs.uk`). Where it guesses wrong, strangers share a
    limit. An address stands for itself, whatever the port.
    """
    if host.startswith("["):
        return host.partition("]")[0] + "]"
    name = host.partition(":")[0]
    labels = name.split(".")
    if labels[-1].isdigit():
        return name
    under_registry = len(labels) > 2 and len(labels[-1]) == 2 and labels[-2] in REGISTRIES
    return ".".join(labels[-3 if under_registry else -2 :])


class _Window:
    """Of one name: when the current minute began and ends, its count, and the one before."""

    __slots__ = ("before", "count", "end", "start")

    def __init__(self, start: datetime, end: datetime) -> None:
        self.start, self.end = start, end
        self.count = self.before = 0


class Rate:
    """At most so many events of one name within a minute (`window`), for the names that came last.

    A moving window made of two counts: this minute's, and the last one's by how much of it is
    still within reach. A name that is forgotten starts anew. `among`: processes that count for
    themselves, and let happen their part of it each.
    """

    def __init__(
        self, names_max: int = _NAMES_MAX, *, among: int = 1, window: timedelta = WINDOW
    ) -> None:
        self._windows: OrderedDict[str, _Window] = OrderedDict()
        self._names_max, self._among, self._window_length = names_max, among, window

    def __len__(self) -> int:
        return len(self._windows)

    def has_room(self, name: str, most: int, now: datetime | None = None) -> bool:
        """Whether one more could happen; nothing is counted."""
        window = self._windows.get(name)
        return window is None or self._has_room(window, most, now or datetime.now(UTC))

    def take(self, name: str, most: int, now: datetime | None = None) -> bool:
        """Whether one more may happen; if so, it is counted."""
        now = now or datetime.now(UTC)
        window = self._windows.get(name)
        if window is None:
            window = self._windows[name] = _Window(now, now + self._window_length)
            if len(self._windows) > self._names_max:
                self._windows.popitem(last=False)
        else:
            self._windows.move_to_end(name)
        may_happen = self._has_room(window, most, now)
        window.count += may_happen
        return may_happen

    def _has_room(self, window: _Window, most: int, now: datetime) -> bool:
        if now >= window.end:
            self._move_on(window, now)
        count, before = window.count, window.before
        if count + before < (most := most // self._among or 1):
            return True
        reached = (now - window.start) / self._window_length
        return count + before * (1 - reached) < most

    def _move_on(self, window: _Window, now: datetime) -> None:
        is_next = now < window.end + self._window_length
        window.before, window.count = (window.count if is_next else 0), 0
        window.start = window.end if is_next else now
        window.end = window.start + self._window_length


class Budget:
    """So much of one name at once, and so much an hour after that; the names that came last.

    What is over it has to wait for its turn, behind all of that name that waits already. `among`:
    as of `Rate`.
    """

    def __init__(self, names_max: int = _NAMES_MAX, *, among: int = 1) -> None:
        self._spent_until: OrderedDict[str, datetime] = OrderedDict()
        self._names_max, self._among = names_max, among

    def spend(self, name: str, cost: int, at_once: int, per_hour: int, now: datetime) -> timedelta:
        """How long it has to wait, which it is counted for."""
        hour = timedelta(hours=1)
        took = hour * cost * self._among / per_hour
        until = max(now, self._spent_until.get(name, now)) + took
        self._spent_until[name] = until
        self._spent_until.move_to_end(name)
        if len(self._spent_until) > self._names_max:
            self._spent_until.popitem(last=False)
        return max(timedelta(), until - now - hour * at_once / per_hour)


class Limits:
    """The counts of one institution, each for one thing.

    `web_processes`: so many share what comes in; the rest happens in workers, or seldom.
    """

    def __init__(self, web_processes: int = 1) -> None:
        # To our inboxes, with a signature that verified (T75).
        self.requests = Rate(among=web_processes)
        self.failed_signatures = Rate(among=web_processes)  # by the host that was claimed (T75)
        self.key_fetches = Rate(among=web_processes)  # caused by requests (T77)
        # What a hospital asks us to recall, within an hour (T86).
        self.recalls_asked = Rate(among=web_processes, window=timedelta(hours=1))
        self.asked_fetches = Rate()  # documents that activities made us want (T40)
        self.picture_fetches = Rate()  # by the host whose posts name them (T40)
        self.parent_fetches = Rate()  # up chains of answers (T28)
        self.followers_lists = Rate()  # fetched because a digest did not fit (FEP-8fcf)
        self.signs_of_life = Rate()  # looks for what waits for a host that writes to us
        self.sent_again = Rate()  # all that a partner took, because it lost it
        self.audited = Rate(among=web_processes)  # refusals of strangers that leave a row
        self.left_here = HostCounts()  # what servers make us keep (T78)
        self.seen_pictures = SeenPictures()  # copies from elsewhere
        self.fan_out = Budget(among=web_processes)  # deliveries that one author causes (T76)


_current: ContextVar[Limits] = ContextVar("curbside_limits")


def use(limits: Limits) -> None:
    _current.set(limits)


def current() -> Limits:
    return _current.get()

"""Actors whose document could not be had: how long nobody asks for it again (federation.md 9.3)."""

from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime, timedelta

from federation.authentication import Level
from federation.errors import FetchFailed, KeyNotYet, KeyUnavailable

LONGEST = timedelta(minutes=5)
SHORTEST = timedelta(seconds=10)
_MOST = 5_000


class AskedRecently(KeyUnavailable):
    """It was not asked for: `until` then a former failure stands."""

    def __init__(self, host: str, until: datetime) -> None:
        super().__init__(f"{host} could not be asked recently")
        self.until = until


class SilentRecently(AskedRecently, KeyNotYet):
    """Nobody answered then: that says nothing about the key."""

    def __init__(self, host: str, until: datetime) -> None:
        super().__init__(host, until)
        self.again_at = until


@dataclass(frozen=True)
class _Failure:
    since: datetime
    until: datetime
    is_silence: bool


class Failures:
    """In memory, by the URL that was asked for."""

    def __init__(self) -> None:
        self._by_url: OrderedDict[str, _Failure] = OrderedDict()

    def require_none(self, url: str, host: str, now: datetime) -> None:
        """Raises AskedRecently while the last failure stands."""
        failure = self._by_url.get(url)
        if failure is not None and failure.until > now:
            kind = SilentRecently if failure.is_silence else AskedRecently
            raise kind(host, failure.until)

    def remember(self, url: str, level: Level, error: Exception, now: datetime) -> None:
        """For five minutes; a partner that did not answer at all may be starting again, and what
        its members wrote waits for this: it is asked again after as long as it has been silent."""
        before = self._by_url.get(url)
        since = before.since if before else now
        pause = LONGEST
        if level is Level.TRUSTED and is_silence(error):
            pause = min(LONGEST, max(SHORTEST, now - since))
        self._by_url[url] = _Failure(since, now + pause, is_silence(error))
        self._by_url.move_to_end(url)
        if len(self._by_url) > _MOST:
            self._by_url.popitem(last=False)

    def until(self, url: str) -> datetime | None:
        """When it is asked for again, where that failed."""
        failure = self._by_url.get(url)
        return failure.until if failure is not None else None

    def forget(self, url: str) -> None:
        self._by_url.pop(url, None)


def is_silence(error: Exception) -> bool:
    """No answer, or one that only says that nobody is behind it."""
    if isinstance(error, FetchFailed):
        return not error.permanent and (error.status is None or error.status >= 500)
    return isinstance(error, OSError)

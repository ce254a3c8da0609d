"""How often an application may ask: counted in this process, by who asks and from where.

Where several processes share the work, each call stands for as many: a proxy sends them around.
"""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

_KEYS_MOST = 50_000  # then those whose time is over are forgotten


@dataclass(frozen=True)
class Limit:
    most: int
    within: timedelta


CALLS = Limit(300, timedelta(minutes=5))
DELETIONS = Limit(30, timedelta(minutes=30))
UPLOADS = Limit(30, timedelta(minutes=30))
LOOK_UPS = Limit(30, timedelta(minutes=5))  # on other servers
REGISTRATIONS = Limit(30, timedelta(minutes=30))


@dataclass(frozen=True)
class Counted:
    """How it stands with a limit after this call."""

    limit: int
    remaining: int
    resets_at: datetime
    is_over: bool


@dataclass
class Rates:
    among: int = 1  # processes
    _windows: dict[str, tuple[datetime, int]] = field(default_factory=dict)

    def count(self, limit: Limit, name: str, who: str) -> Counted:
        """One more of this name by `who`, and how it stands then."""
        now, key = datetime.now(UTC), f"{name} {who}"
        if len(self._windows) > _KEYS_MOST:
            self._windows = {key: one for key, one in self._windows.items() if one[0] > now}
        ends_at, number = self._windows.get(key, (now, 0))
        if ends_at <= now:
            ends_at, number = now + limit.within, 0
        number += 1
        self._windows[key] = (ends_at, number)
        left = limit.most - number * self.among
        is_over = number > max(1, limit.most // self.among)
        return Counted(limit.most, max(0, left), ends_at, is_over)

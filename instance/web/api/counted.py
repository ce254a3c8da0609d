"""How many posts and followers accounts have, as counted within the last minute.

To count them takes the longer the more there are, and every page of posts tells them of each of
its authors. Where one account alone is asked for, it is counted anew.
"""

import time
from collections.abc import Collection, Mapping

from instance.services import accounts
from instance.services.accounts import Figures

KEPT_SECONDS = 60.0
_MOST = 20_000  # then those whose time is over are forgotten, and if need be all


class Counted:
    """One per institution and process."""

    def __init__(self) -> None:
        self._kept: dict[int, tuple[float, Figures]] = {}

    async def of(self, ids: Collection[int]) -> Mapping[int, Figures]:
        now = time.monotonic()
        known = {one: self._kept[one] for one in ids if one in self._kept}
        found = {one: figures for one, (until, figures) in known.items() if until > now}
        if missing := [one for one in ids if one not in found]:
            counted = await accounts.figures(missing)
            self._make_room(now)
            self._kept |= {one: (now + KEPT_SECONDS, figures) for one, figures in counted.items()}
            found |= counted
        return found

    def forget(self, ids: Collection[int]) -> None:
        for one in ids:
            self._kept.pop(one, None)

    def _make_room(self, now: float) -> None:
        if len(self._kept) > _MOST:
            self._kept = {one: kept for one, kept in self._kept.items() if kept[0] > now}
        if len(self._kept) > _MOST:
            self._kept = {}

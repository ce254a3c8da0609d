"""What members are told of, by which ways, and what holds where they chose nothing (ux.md 5).

In the app everything stands at once. The rest can be switched on and off, occasion by occasion.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Literal

from instance.models import NotificationKind

Way = Literal["push", "mail", "off_hours"]
WAYS: tuple[Way, ...] = ("push", "mail", "off_hours")
AT_ONCE = timedelta(0)


class Occasion(StrEnum):
    ASKED_TODAY = "asked_today"
    ASKED_SOON = "asked_soon"
    ASKED_ROUTINE = "asked_routine"
    INFO_ASKED = "info_asked"
    ANSWERED = "answered"
    ANSWERED_MORE = "answered_more"
    CHANGED = "changed"
    OUTCOME_DUE = "outcome_due"
    EXPIRES = "expires"
    MENTION = "mention"
    RECALLED = "recalled"
    CONSENT = "consent"
    PRIVATE = "private"
    HOSPITAL = "hospital"  # to who looks after hospitals: one is down, or shows other keys


@dataclass(frozen=True)
class Habit:
    """`ways`: what is on by default; `off_hours` sends in quiet hours too, else it is held.

    `mail_after`: where it is not read until then; None: with the next digest of a day. `lives`:
    after that a push service need not deliver it any more.
    """

    kind: NotificationKind
    ways: frozenset[str]
    push_after: timedelta = AT_ONCE
    mail_after: timedelta | None = None
    is_urgent: bool = False
    lives: timedelta = timedelta(days=2)


_OWN = timedelta(hours=4)
_GROUPED = timedelta(minutes=10)
_PUSH, _MAIL, _BOTH = frozenset({"push"}), frozenset({"mail"}), frozenset({"push", "mail"})
HABITS: Mapping[Occasion, Habit] = {
    Occasion.ASKED_TODAY: Habit(
        NotificationKind.ASKED,
        frozenset({"push", "off_hours"}),
        mail_after=AT_ONCE,
        is_urgent=True,
        lives=timedelta(hours=4),
    ),
    Occasion.ASKED_SOON: Habit(NotificationKind.ASKED, _PUSH, lives=timedelta(days=1)),
    Occasion.ASKED_ROUTINE: Habit(NotificationKind.ASKED, _MAIL),
    Occasion.INFO_ASKED: Habit(NotificationKind.INFO_ASKED, _BOTH, mail_after=_OWN),
    Occasion.ANSWERED: Habit(NotificationKind.ANSWERED, _BOTH, mail_after=_OWN),
    Occasion.ANSWERED_MORE: Habit(
        NotificationKind.ANSWERED_MORE, _BOTH, push_after=_GROUPED, mail_after=_OWN
    ),
    Occasion.CHANGED: Habit(NotificationKind.CHANGED, _BOTH, mail_after=_OWN),
    Occasion.OUTCOME_DUE: Habit(NotificationKind.OUTCOME_DUE, _MAIL),
    Occasion.EXPIRES: Habit(NotificationKind.EXPIRES, _MAIL),
    Occasion.MENTION: Habit(NotificationKind.MENTION, _MAIL),
    Occasion.RECALLED: Habit(
        NotificationKind.RECALLED, frozenset(WAYS), mail_after=AT_ONCE, is_urgent=True
    ),
    Occasion.CONSENT: Habit(NotificationKind.CONSENT, _BOTH, mail_after=_OWN),
    Occasion.PRIVATE: Habit(NotificationKind.PRIVATE, _BOTH, push_after=_GROUPED, mail_after=_OWN),
    # Its mails are chosen for themselves (`mail_kinds.CHOICES`).
    Occasion.HOSPITAL: Habit(
        NotificationKind.ALERT, frozenset({"push", "off_hours"}), is_urgent=True
    ),
}


def of_request(urgency: str) -> Occasion:
    """To be asked to answer a consult of this urgency."""
    return Occasion(f"asked_{urgency}")

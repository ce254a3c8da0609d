"""Of what kind a mail is: who may switch it off, what it says, and where it leads."""

from collections.abc import Mapping
from dataclasses import dataclass

from instance import config
from instance.alert_words import (
    EVERYBODY_FOOTER,
    FOOTER,
    INVITING_FOOTER,
    OWN_FOOTER,
    SENTENCES,
    STANDING_FOOTER,
    SUBJECTS,
    WEEKLY_END,
)
from instance.models import AlertKind
from instance.services.duties import Duty

JOIN = "/join"
CHOICES = (
    *(AlertKind.SILENT, AlertKind.KEYS, AlertKind.TRUST, AlertKind.ENDS_SOON),
    *(AlertKind.OFFERED, AlertKind.OVERDUE, AlertKind.GAVE_UP, AlertKind.QUOTA),
    *(AlertKind.LIST, AlertKind.AUDIT, AlertKind.BACKUP, AlertKind.CASE_LATE, AlertKind.HELD),
)
# Of a member's own account: nobody switches these off.
OWN = (
    *(AlertKind.PASSWORD, AlertKind.FACTOR, AlertKind.PASSKEY, AlertKind.CODES),
    *(AlertKind.RECOVERED, AlertKind.RESET),
    *(AlertKind.CONFIRM, AlertKind.ADDRESS),
)
OF_THIS_SERVER = (AlertKind.CLOSING, AlertKind.STAYS)  # nor these
OF_STANDING = (  # nor these: of their own standing
    *(AlertKind.CASE, AlertKind.EXPIRES, AlertKind.SUSPENDED, AlertKind.RESTORED),
    *(AlertKind.CHANGED, AlertKind.RECHECK, AlertKind.UNMASKED),
)
OF_CONSULTS = (AlertKind.DIGEST,)  # what of it goes in is chosen by occasion
ALWAYS = (*OWN, *OF_STANDING, *OF_THIS_SERVER, *OF_CONSULTS)
# To who is invited: nobody here yet, so they have no choice to make, and nowhere to make it.
INVITING = (AlertKind.INVITED, AlertKind.KNOWN, AlertKind.MAILBOX)
_FOOTERS: Mapping[AlertKind, str] = {
    **dict.fromkeys(OWN, OWN_FOOTER),
    **dict.fromkeys(OF_THIS_SERVER, EVERYBODY_FOOTER),
    **dict.fromkeys(OF_STANDING, STANDING_FOOTER),
    **dict.fromkeys(INVITING, INVITING_FOOTER),
}
_BELONGS_TO: Mapping[AlertKind, AlertKind] = {
    AlertKind.BACK: AlertKind.SILENT,
    AlertKind.STANDING: AlertKind.SILENT,
    AlertKind.ENDED: AlertKind.TRUST,
    AlertKind.FLOOD: AlertKind.OFFERED,
}
_DUTIES: Mapping[AlertKind, Duty] = {
    AlertKind.AUDIT: Duty.RECORD,
    AlertKind.CASE_LATE: Duty.VERIFICATION,
    AlertKind.HELD: Duty.SAFETY,
}
_PAGES: Mapping[AlertKind, str] = {
    AlertKind.CLOSING: "/account/export",
    AlertKind.STAYS: "/",
    AlertKind.WEEKLY: "/channels",
    AlertKind.DIGEST: "/",
    AlertKind.FLOOD: "/admin/hospitals",
    AlertKind.LIST: "/admin/hospitals/lists",
    AlertKind.GAVE_UP: "/admin/deliveries",
    AlertKind.AUDIT: "/admin/audit",
    AlertKind.BACKUP: "/admin/backups",
    AlertKind.CASE_LATE: "/admin/verification",
    AlertKind.HELD: "/admin/held",
    AlertKind.CASE: "/account/verification",
    AlertKind.EXPIRES: "/account/verification",
    AlertKind.RECHECK: "/account/verification",
    **dict.fromkeys(
        (AlertKind.SUSPENDED, AlertKind.RESTORED, AlertKind.CHANGED, AlertKind.UNMASKED),
        "/account/career",
    ),
}


@dataclass(frozen=True)
class Words:
    subject: str
    text: str


def duty_of(kind: AlertKind) -> Duty:
    """Whose matter it is, where it is not a member's own."""
    return _DUTIES.get(kind, Duty.HOSPITALS)


def choice_of(kind: AlertKind) -> AlertKind:
    return _BELONGS_TO.get(kind, kind)


def page_of(kind: AlertKind, host: str) -> str:
    """Where it can be looked at, and something done about it."""
    if kind in OWN:
        return "/account/security"
    if kind in INVITING:
        return "/sign-in" if kind is AlertKind.KNOWN else JOIN
    return _PAGES.get(kind, f"/admin/hospitals/{host}" if host else "/account/notifications")


def words(
    kind: AlertKind, host: str, code: str = "", ours: str = "", *, end_url: str = ""
) -> Words:
    """Of a mail; `ours`: the name of our institution, in whose own matter it is. The link needs
    signing in, but for that of an invitation, and `end_url`, which ends mails of this kind."""
    said = SENTENCES[kind] % {"hospital": host or ours, "code": code}
    link = config.current().uri(page_of(kind, host))
    if kind is AlertKind.INVITED:
        link = f"{link}/{code}"
    footer = _FOOTERS.get(kind, FOOTER) + (f"\n{WEEKLY_END}\n{end_url}" if end_url else "")
    return Words(SUBJECTS[kind], f"{said}\n\n{link}\n\n{footer}\n")

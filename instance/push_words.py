"""What a push message says, by the kind of the notification, and where it leads: nothing else.

Nothing that anybody wrote, no name, no specialty, no id of a consult (T54, UX-7).
"""

from collections.abc import Mapping

from instance.marking import N_

SENTENCES: Mapping[str, str] = {
    "asked": N_("Your answer to a consult is asked. Open Curbside."),
    "info_asked": N_("Information is asked in a consult of yours. Open Curbside."),
    "answered": N_("A consult you asked has an answer. Open Curbside."),
    "answered_more": N_("A consult you asked has new answers. Open Curbside."),
    "changed": N_("The question of a consult you answered was changed. Open Curbside."),
    "outcome_due": N_("The outcome of a consult of yours is due. Open Curbside."),
    "expires": N_("A consult of yours ends soon. Open Curbside."),
    "reply": N_("Somebody replied to you in a channel. Open Curbside."),
    "mention": N_("Somebody mentioned you in a channel. Open Curbside."),
    "recalled": N_("Something you wrote or read was recalled. Open Curbside."),
    "consent": N_("You are asked whether a consult may be published. Open Curbside."),
    "private": N_("Somebody wrote to you privately. Open Curbside."),
    "alert": N_("A partner hospital is down, or shows other keys. Open Curbside."),
    "trust_changed": N_("A partner hospital shows other keys. Open Curbside."),
    "test": N_("You asked for this message to see that messages arrive. They do."),
}
# What applications of members show, by Mastodon's type: a title, and a line below.
_READ = N_("Open it to read.")
APPLICATIONS: Mapping[str, tuple[str, str]] = {
    "mention": (N_("Somebody mentioned you"), _READ),
    "status": (N_("There is a new thread"), _READ),
    "reblog": (N_("Somebody shared your post"), _READ),
    "update": (N_("Somebody changed a post that you shared"), _READ),
    "favourite": (N_("Somebody liked your post"), _READ),
    "follow": (N_("Somebody follows you"), _READ),
    "follow_request": (N_("Somebody asks to follow"), _READ),
    "poll": (N_("A poll is closed"), _READ),
}
# Lines of a digest: how many, and where they are.
DIGEST: Mapping[str, tuple[str, str]] = {
    "consent": (
        N_("%(n)s consult asks whether it may be published:"),
        N_("%(n)s consults ask whether they may be published:"),
    ),
    "asked": (
        N_("%(n)s consult waits for your answer:"),
        N_("%(n)s consults wait for your answer:"),
    ),
    "mine": (N_("%(n)s consult of yours has news:"), N_("%(n)s consults of yours have news:")),
    "channels": (
        N_("%(n)s reply to you in channels:"),
        N_("%(n)s replies to you in channels:"),
    ),
    "private": (
        N_("%(n)s private conversation has news:"),
        N_("%(n)s private conversations have news:"),
    ),
    "changed": (
        N_("%(n)s consult you answered has another question now:"),
        N_("%(n)s consults you answered have other questions now:"),
    ),
    "recalled": (N_("%(n)s thing was recalled:"), N_("%(n)s things were recalled:")),
}
WEEKLY: tuple[str, str] = (
    N_("%(n)s thread has something new."),
    N_("%(n)s threads in %(channels)s of your channels have something new."),
)
FOLDERS: Mapping[str, str] = {
    "asked": "asked",
    "info_asked": "mine",
    "answered": "mine",
    "answered_more": "mine",
    "changed": "changed",
    "outcome_due": "mine",
    "expires": "mine",
    "reply": "channels",
    "mention": "channels",
    "recalled": "recalled",
    "consent": "consent",
    "private": "private",
}
PAGES: Mapping[str, str] = {
    "asked": "/consults?box=needs-you",
    "mine": "/consults?box=mine",
    "channels": "/notifications",
    "changed": "/notifications",
    "recalled": "/notifications",
    "consent": "/notifications",
    "private": "/consults?box=private",
}


def page_of(kind: str) -> str:
    """Where a message of this kind leads; who opens it has to sign in."""
    if kind in ("alert", "trust_changed"):
        return "/admin/hospitals"
    return PAGES.get(FOLDERS.get(kind, ""), "/account/notifications")

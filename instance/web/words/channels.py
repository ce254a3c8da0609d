"""Channels: who opens and signs, what moderators decide, who votes."""

from instance.marking import N_

DECIDE = {
    "no_action": N_("Nothing"),
    "removed": N_("Remove the posts"),
    "warned": N_("Warn them"),
    "banned": N_("Ban from the channel"),
    "suspended": N_("Ban from every channel here"),
    "passed_on": N_("Pass to their hospital"),
}

DECISIONS = {
    "no_action": N_("No action"),
    "removed": N_("Removed"),
    "warned": N_("Warned"),
    "banned": N_("Banned"),
    "suspended": N_("Banned everywhere here"),
    "passed_on": N_("Passed to their hospital"),
}

OPENERS = {"moderators": N_("Moderators and owners"), "owners": N_("Owners alone")}

PICTURES = {
    "pages": N_("On the pages of this server alone"),
    "applications": N_("From applications as well"),
    "off": N_("Nowhere"),
}

SIGNED_BY = {
    "either": N_("Their own name or a pseudonym"),
    "names": N_("Their own names"),
    "pseudonyms": N_("Pseudonyms"),
}

SIGNED_BY_RULES = {
    "names": N_("Here members write under their own names."),
    "pseudonyms": N_("Here members write under pseudonyms."),
}

# Why somebody cannot vote in a poll: `services.votes.Bar`.
POLL_BARS = {
    "hidden": N_("To vote here, make your profile public: their server must see who votes."),
    "profession": N_("You cannot vote in this poll: your profession is another."),
    "stage": N_(
        "You cannot vote in this poll: physicians in practice or retired do. You see the result "
        "when it is closed."
    ),
    "level": N_("You cannot vote in this poll yet: your standing has to be Verified."),
    "partner": N_(
        "You cannot vote in this poll: your hospital has no agreement with the one that asks that "
        "covers it."
    ),
}

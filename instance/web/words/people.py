"""People: profile, invitations, what they are told of, how they sign in."""

from instance.marking import N_

# What a member may be told of besides in the app (`services.occasions`).
OCCASIONS = {
    "asked_today": N_("You are asked to answer, today"),
    "asked_soon": N_("You are asked to answer, soon"),
    "asked_routine": N_("You are asked to answer, routine"),
    "info_asked": N_("Information is asked in a consult of yours"),
    "answered": N_("A consult of yours has its first answer"),
    "answered_more": N_("A consult of yours has further answers"),
    "changed": N_("The question of a consult you answered was changed"),
    "outcome_due": N_("The outcome of a consult of yours is due"),
    "expires": N_("A consult of yours ends soon without an answer"),
    "mention": N_("Somebody replies to you or mentions you in a channel"),
    "recalled": N_("Something you wrote or read was recalled"),
    "consent": N_("You are asked whether a consult may be published"),
    "private": N_("Somebody writes to you privately"),
    "hospital": N_("A partner hospital is down, or shows other keys"),
}

FILTER_ACTIONS = {
    "warn": N_("Warns"),
    "hide": N_("Leaves out"),
    "blur": N_("Blurs pictures"),
}
FILTER_CONTEXTS = {
    "home": N_("Home and lists"),
    "notifications": N_("Notifications"),
    "public": N_("Public posts"),
    "thread": N_("Threads"),
    "account": N_("Profiles"),
}

PROFILE = {
    "about": N_("About you"),
    "town": N_("Town"),
    "positions": N_("Posts held"),
    "training": N_("Training"),
    "certification": N_("Board certification"),
    "languages": N_("Languages"),
    "interests": N_("Interests"),
    "links": N_("Links"),
    "banner": N_("Banner"),
}

BANNERS = {
    "dawn": N_("Dawn"),
    "sea": N_("Sea"),
    "forest": N_("Forest"),
    "slate": N_("Slate"),
    "plum": N_("Plum"),
}

PROFILE_HINTS = {
    "about": N_("A few sentences."),
    "town": N_("Where you work. Colleagues can search for it."),
    "positions": N_("One a line, the present one first."),
    "training": N_("School, residency, fellowship, one a line."),
    "certification": N_("Board and year, one a line."),
    "languages": N_("Those you can speak with patients in."),
    "interests": N_("What colleagues can ask you about."),
    "links": N_("Up to 5 addresses of your pages elsewhere, one a line."),
    "banner": N_("A drawing above your profile."),
}

VISIBILITY = {
    "public": N_("Anyone"),
    "partners": N_("Members here and at partner hospitals"),
    "members": N_("Members here"),
    "private": N_("Only me"),
}

THEMES = {"system": N_("As the system"), "light": N_("Light"), "dark": N_("Dark")}

SECURITY_DONE = {
    "application": N_("The application may do nothing for you any more."),
    "password": N_("Your password is changed. You are signed out everywhere else."),
    "app": N_("Your code app is set up."),
    "passkey": N_("Your passkey is added."),
    "removed": N_("It is removed."),
    "address": N_("Your address is changed."),
    "signed_out": N_("You are signed out everywhere else."),
    "linked": N_("Your hospital's sign-in signs you in from now on."),
    "unlinked": N_("Your hospital's sign-in does not sign you in any more."),
}

INVITATION_STATES = {
    "sent": N_("Sent"),
    "used": N_("Has joined"),
    "expired": N_("Expired"),
    "withdrawn": N_("Withdrawn"),
}

INVITATION_DONE = {
    "sent": N_("The invitation is on its way. It is good for 7 days."),
    "withdrawn": N_("The invitation is withdrawn. Its link does not work any more."),
}

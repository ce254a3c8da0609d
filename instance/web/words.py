"""The words for codes, in one place: what people read where programs store a slug.

Every string is marked for translation with `N_` and translated when a page is drawn
(`instance.web.rendering`). Source of the sentences: ux.md 8, 9 and 13; of the codes: domain.md 3.
"""

from collections.abc import Mapping

from instance import (
    alert_words,
    audit_words,
    case_words,
    delivery_reasons,
    list_words,
    member_words,
    role_words,
    roster_words,
    sign_on_words,
    treaty_words,
)
from instance.specialties import SPECIALTIES


def N_(text: str) -> str:
    """Mark for extraction; the translation happens when the page is drawn."""
    return text


STATES = {
    "draft": N_("Draft"),
    "held": N_("Held: needs a fix"),
    "open": N_("Open"),
    "needs_info": N_("More information asked"),
    "answered": N_("Answered"),
    "resolved": N_("Resolved"),
    "closed": N_("Closed"),
    "escalated": N_("Escalated: formal consult"),
    "expired": N_("Expired"),
    "withdrawn": N_("Withdrawn"),
}

# Class of the badge and its icon: never colour alone, the words stand beside it.
STATE_LOOKS: Mapping[str, tuple[str, str]] = {
    "draft": ("", "draft"),
    "held": ("bad", "alert"),
    "open": ("info", ""),
    "needs_info": ("warn", "pause"),
    "answered": ("ok", "check"),
    "resolved": ("ok", "check"),
    "closed": ("", ""),
    "escalated": ("fill", "alert"),
    "expired": ("line", ""),
    "withdrawn": ("", ""),
}

# UX-7: the title of a consult page says state and specialty, and nothing clinical.
TITLES = {
    "held": N_("Held consult in %(specialty)s"),
    "open": N_("Open consult in %(specialty)s"),
    "needs_info": N_("Consult in %(specialty)s, information asked"),
    "answered": N_("Answered consult in %(specialty)s"),
    "resolved": N_("Resolved consult in %(specialty)s"),
    "closed": N_("Closed consult in %(specialty)s"),
    "escalated": N_("Escalated consult in %(specialty)s"),
    "expired": N_("Expired consult in %(specialty)s"),
    "withdrawn": N_("Withdrawn consult in %(specialty)s"),
}

# What a member may be told of besides in the app (`services.occasions`).
OCCASIONS = {
    "asked_today": N_("You are asked to answer, today"),
    "asked_soon": N_("You are asked to answer, soon"),
    "asked_routine": N_("You are asked to answer, routine"),
    "info_asked": N_("Information is asked in a consult of yours"),
    "answered": N_("A consult of yours has its first answer"),
    "answered_more": N_("A consult of yours has further answers"),
    "outcome_due": N_("The outcome of a consult of yours is due"),
    "expires": N_("A consult of yours ends soon without an answer"),
    "mention": N_("Somebody replies to you or mentions you in a channel"),
    "recalled": N_("Something you wrote or read was recalled"),
    "hospital": N_("A partner hospital is down, or shows other keys"),
}

QUESTION_TYPES = {
    "diagnosis": N_("Diagnosis"),
    "management": N_("Management"),
    "drug": N_("Drug"),
    "procedure": N_("Procedure"),
    "interpretation": N_("Interpretation"),
    "logistics": N_("Logistics"),
}

QUESTION_BADGES = {
    "diagnosis": N_("Diagnosis question"),
    "management": N_("Management question"),
    "drug": N_("Drug question"),
    "procedure": N_("Procedure question"),
    "interpretation": N_("Interpretation question"),
    "logistics": N_("Logistics question"),
}

URGENCIES = {
    "routine": N_("Routine, 72 h"),
    "soon": N_("Soon, 24 h"),
    "today": N_("Today, 4 h"),
    "emergency": N_("Emergency"),
}

URGENCY_NAMES = {"routine": N_("Routine"), "soon": N_("Soon"), "today": N_("Today")}

AGE_BANDS = {
    "<1m": N_("Under 1 month"),
    "1-11m": N_("1 to 11 months"),
    "1-4": N_("1 to 4"),
    "5-12": N_("5 to 12"),
    "13-17": N_("13 to 17"),
    "18-29": N_("18 to 29"),
    "30-39": N_("30 to 39"),
    "40-49": N_("40 to 49"),
    "50-59": N_("50 to 59"),
    "60-69": N_("60 to 69"),
    "70-79": N_("70 to 79"),
    "80-89": N_("80 to 89"),
    "90+": N_("90 or over"),
}

SEXES = {
    "female": N_("Female"),
    "male": N_("Male"),
    "other": N_("Intersex or other"),
    "not_stated": N_("Not stated"),
}

PREGNANT = {"na": N_("Does not apply"), "yes": N_("Yes"), "no": N_("No")}

CONFIDENCES = {"low": N_("Low"), "med": N_("Medium"), "high": N_("High")}

OUTCOMES = {
    "followed": N_("Followed the advice"),
    "followed_in_part": N_("Followed in part"),
    "not_followed": N_("Did not follow"),
    "referral_avoided": N_("Referral avoided"),
    "referred": N_("Referred"),
    "patient_transferred": N_("Patient transferred"),
    "unknown": N_("Not known"),
    "not_reported": N_("Not reported"),
    "not_accepted": N_("No answer accepted"),
}

# What the asker is offered as one tap; the last two of OUTCOMES only time writes.
OUTCOME_BUTTONS = tuple(OUTCOMES)[:-2]

REASONS = {
    "formal_consult": N_("Needs a formal consult"),
    "emergency": N_("It is an emergency"),
    "transfer": N_("The patient is transferred"),
}

BOXES = {
    "needs-you": N_("Needs you"),
    "mine": N_("Asked by me"),
    "answering": N_("Answering"),
    "open": N_("Open to me"),
    "drafts": N_("Drafts"),
    "closed": N_("Closed"),
}

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
START_GROUPS = {
    "people": N_("People"),
    "hospitals": N_("Hospitals"),
    "content": N_("Channels"),
    "server": N_("This server"),
}
RECALL_REASONS = {
    "phi": N_("It could identify a patient"),
    "erasure": N_("The patient wants it deleted"),
    "withdrawn": N_("It was posted by mistake"),
}
# Ux.md 9, 18; for the question, and for any other post.
RECALLED = {
    "phi": N_(
        "This post was recalled because it could identify a patient. If you copied it, delete your"
        " copy."
    ),
    "erasure": N_(
        "This post was recalled because the patient wants it deleted. If you copied it, delete your"
        " copy."
    ),
    "withdrawn": N_(
        "This post was recalled because it was posted by mistake. If you copied it, delete your"
        " copy."
    ),
}
POSTS = {
    "question": N_("The question"),
    "answer": N_("Answer"),
    "comment": N_("Comment"),
    "ask_info": N_("Question for more information"),
    "provide_info": N_("Reply with information"),
    "not_solved": N_("What is still open"),
    "record_outcome": N_("Note on the outcome"),
}
OPENERS = {"moderators": N_("Moderators and owners"), "owners": N_("Owners alone")}
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
WAYS = {
    "document": N_("Send your licence and a photo ID"),
    "number": N_("A number in a register"),
    "colleagues": N_("Colleagues who know you"),
    "statement": N_("Sign a statement"),
}
WAY_TEXTS = {
    "document": N_("Two officers look at them. They are deleted with the decision."),
    "number": N_("Your licence number or NPI, looked up in a public register: good for Checked."),
    "colleagues": N_("2 Verified colleagues here say how they know you: good for Checked."),
    "statement": N_("Your own word, for a year. It opens channels, and no consults."),
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
VISIBILITY = {
    "public": N_("Anyone"),
    "partners": N_("Members here and at partner hospitals"),
    "members": N_("Members here"),
    "private": N_("Only me"),
}
THEMES = {"system": N_("As the system"), "light": N_("Light"), "dark": N_("Dark")}

# The five steps to a partner hospital (ux.md J9).
TREATY_STAGES = {
    "found": N_("Found"),
    "first": N_("First administrator"),
    "second": N_("Second administrator"),
    "agreed": N_("Both agree"),
    "active": N_("Partner"),
}
# The highest standing of theirs that counts here.
METHODS = {
    "sso": N_("Your hospital's own sign-in"),
    "roster": N_("Your hospital's staff list"),
    "document": N_("Documents that your hospital looked at"),
    "registry": N_("A public register"),
    "vouch": N_("2 colleagues"),
    "attest": N_("Your own word"),
}
NUMBERS = {
    "licence": N_("Licence number"),
    "npi": N_("NPI"),
    "orcid": N_("ORCID"),
}
NUMBER_OUTCOMES = {
    "given": N_("It helps an officer. It proves no licence."),
    "matched": N_("A register has it under your name, place and profession."),
    "no_register": N_("No register of that place is here. It is not looked up."),
    "unknown": N_("It is not in the register. Compare it with your licence."),
    "inactive": N_("The register says that it is not in use. Ask your board or council."),
    "unsettled": N_(
        "The register does not settle that it is yours. Name, place and profession have to agree."
    ),
}
NUMBER_FINDINGS = {  # for officers
    "given": N_("It supports. It proves no licence."),
    "matched": N_("In a register under this name, place and profession."),
    "no_register": N_("No register of that place is here. Look it up."),
    "unknown": N_("Not in the register."),
    "inactive": N_("Not in use, says the register."),
    "unsettled": N_("In the register, but name, place or profession differ."),
    "taken": N_("Another member gave this number first."),
}
CEILINGS = {
    "4": N_("As their hospital says"),
    "3": N_("Verified at most"),
    "2": N_("Checked at most"),
    "1": N_("Self-declared at most"),
    "0": N_("None"),
}

DELIVERY_KINDS = {
    "consult": N_("Consults"),
    "post": N_("Posts"),
    "follow": N_("Follows"),
    "other": N_("Profiles and other changes"),
}

HOST_LOOKS = {
    "well": N_("Answers"),
    "quiet": N_("Nothing sent yet"),
    "failing": N_("Not answering"),
    "paused": N_("Paused after 7 days"),
    "stopped": N_("Paused by an administrator"),
}

# By the name of the error; what is not here reads as "other".
REFUSALS = {
    "ignored": N_("Kinds of message that are not used here"),
    "SignatureRefused": N_("Signature missing or wrong"),
    "KeyUnavailable": N_("The key of the sender could not be had"),
    "AskedRecently": N_("The key of the sender could not be had"),
    "ProofRefused": N_("Proof of the author wrong"),
    "Malformed": N_("Not readable"),
    "TooLarge": N_("Too large"),
    "UnsupportedMedia": N_("Not the right kind of file"),
    "HostBlocked": N_("From a blocked server"),
    "NotAllowed": N_("Not allowed to the sender"),
    "Refused": N_("Against a rule for consults"),
    "Equivocation": N_("Told two stories about a consult"),
    "Impersonation": N_("Spoke for somebody else"),
    "OriginMismatch": N_("Spoke for another server"),
    "Conflict": N_("Not possible any more"),
    "TooMany": N_("Too many messages"),
    "Awaited": N_("Asked to come again later"),
    "Unavailable": N_("Asked to come again later"),
    "other": N_("Other reasons"),
}

# Why a hospital can read a consult: its name stands before it.
READS_BECAUSE = {
    "asker": N_("The question comes from there."),
    "chosen": N_("It was chosen by who asked."),
    "partner": N_("It is a partner: all of them were asked."),
    "named": N_("Somebody who was asked by name works there."),
}

FIELD_ERRORS: Mapping[str, Mapping[str, str]] = {
    "": {
        "missing": N_("Fill in this field"),
        "too_long": N_("This text is too long"),
        "choose": N_("Choose one"),
    },
    "title": {"missing": N_("Enter a title"), "too_long": N_("Use 120 characters or fewer")},
    "question": {
        "missing": N_("Enter one question"),
        "too_long": N_("Use 500 characters or fewer"),
    },
    "question_type": {"missing": N_("Choose the kind of question")},
    "specialties": {
        "missing": N_("Choose 1 to 3 specialties"),
        "too_many": N_("Choose 1 to 3 specialties"),
    },
    "urgency": {
        "missing": N_("Choose how soon you need an answer"),
        "emergency": N_("Curbside is too slow for an emergency"),
    },
    "target_hours": {"range": N_("Enter a number of hours from 1 to 168")},
    "age_band": {"missing": N_("Choose the age band")},
    "sex": {"missing": N_("Choose the sex, or Not stated")},
    "history": {
        "missing": N_("Enter the history"),
        "too_long": N_("Use 4,000 characters or fewer"),
    },
    "meds": {"too_long": N_("Use 2,000 characters or fewer")},
    "allergies": {"too_long": N_("Use 500 characters or fewer")},
    "exam": {"too_long": N_("Use 2,000 characters or fewer")},
    "tried": {"missing": N_("Enter what was tried, or “nothing yet”")},
    "audience": {"missing": N_("Choose who can read this")},
    "hospitals": {"missing": N_("Choose at least one hospital")},
    "people": {
        "missing": N_("Enter at least one address"),
        "unknown": N_("One address does not belong to a partner hospital"),
    },
    "attested": {"missing": N_("Tick the box to confirm the three statements")},
    "recommendation": {"missing": N_("Enter your recommendation")},
    "confidence": {"missing": N_("Choose how confident you are")},
    "text": {"missing": N_("Enter some text")},
    "login": {"missing": N_("Enter your e-mail or handle")},
    "password": {"missing": N_("Enter your password")},
    "address": {
        "missing": N_("Enter an address such as @rhythm@heart.example"),
        "unreadable": N_("An address has two parts, such as @rhythm@heart.example"),
        "not_found": N_("Nobody was found at this address"),
    },
}

APP_SCOPES = {
    "profile": N_("See your name and picture"),
    "read": N_("Read public channels as you do, whom you follow, your lists and notifications"),
    "read:accounts": N_("See your account and the profiles that you can see"),
    "read:blocks": N_("See whom you block"),
    "read:bookmarks": N_("See your bookmarks"),
    "read:favourites": N_("See what you liked"),
    "read:filters": N_("See your filters"),
    "read:follows": N_("See whom you follow and who follows you"),
    "read:lists": N_("See your lists"),
    "read:mutes": N_("See whom you muted"),
    "read:notifications": N_("Read your notifications about public channels"),
    "read:search": N_("Search for you"),
    "read:statuses": N_("Read what you read in public channels"),
    "write": N_("Post in public channels in your name, delete your posts, like, follow and block"),
    "write:accounts": N_("Change your profile"),
    "write:blocks": N_("Block and unblock for you"),
    "write:bookmarks": N_("Set bookmarks for you"),
    "write:conversations": N_("Mark conversations as read for you"),
    "write:favourites": N_("Like posts in your name"),
    "write:filters": N_("Change your filters"),
    "write:follows": N_("Follow and unfollow in your name"),
    "write:lists": N_("Change your lists"),
    "write:media": N_("Send images in your name"),
    "write:mutes": N_("Mute and unmute for you"),
    "write:notifications": N_("Clear your notifications"),
    "write:reports": N_("Report posts in your name"),
    "write:statuses": N_("Post in public channels in your name, and delete your posts"),
    "follow": N_("Follow, block and mute in your name, and see whom you do"),
    "push": N_("Get messages about your notifications"),
    "consults": N_("Read and answer the consults that you take part in"),
}
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

SET_UP_STEPS = {
    "account": N_("Your account"),
    "hospital": N_("This hospital"),
    "tested": N_("Self-test"),
    "second": N_("A second administrator"),
    "roster": N_("Roster"),
    "rules": N_("Rules members agree to"),
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

PERIODS = {
    "8w": N_("Last 8 weeks"),
    "6m": N_("Last 6 months"),
    "12m": N_("Last 12 months"),
}

CONSENT_BASES = {
    "held": N_("The patient consented to showing it."),
    "no_feature": N_("Nothing in it makes the patient recognisable."),
}
# Why a finding may identify (ux.md 9, 5-8).
IDENTIFIERS = {
    "NAME": N_("This looks like a name."),
    "CLINICIAN": N_("This looks like a colleague's name."),
    "LOCATION": N_("Places can identify."),
    "DATE": N_("Dates can identify."),
    "AGE90": N_("Ages over 89 can identify a person."),
    "PHONE": N_("A telephone number identifies."),
    "FAX": N_("A fax number identifies."),
    "EMAIL": N_("A mail address identifies."),
    "SSN": N_("A social security number identifies."),
    "NATIONAL_ID": N_("A national number identifies."),
    "MRN": N_("A record number identifies the patient."),
    "PLAN": N_("A number of an insurance identifies."),
    "ACCOUNT": N_("An account number identifies."),
    "LICENSE": N_("A licence number identifies."),
    "VEHICLE": N_("A number of a vehicle identifies."),
    "DEVICE": N_("A serial number of a device can identify."),
    "URL": N_("A link can lead to the patient."),
    "IP": N_("An address of a computer can identify."),
    "BIOMETRIC": N_("A mark of the body can identify."),
    "OTHER": N_("Could a neighbour recognise the patient by this?"),
}
TABLES: Mapping[str, Mapping[str, str]] = {
    "recall_reason": RECALL_REASONS,
    "recalled": RECALLED,
    "post": POSTS,
    "identifier": IDENTIFIERS,
    "period": PERIODS,
    "consent_basis": CONSENT_BASES,
    "app_scope": APP_SCOPES,
    "security_done": SECURITY_DONE,
    "state": STATES,
    "folder_state": {code: words for code, words in STATES.items() if code != "draft"},
    "title": TITLES,
    "question_type": QUESTION_TYPES,
    "question_badge": QUESTION_BADGES,
    "urgency": URGENCIES,
    "urgency_name": URGENCY_NAMES,
    "age_band": AGE_BANDS,
    "sex": SEXES,
    "pregnant": PREGNANT,
    "confidence": CONFIDENCES,
    "outcome": OUTCOMES,
    "reason": REASONS,
    "box": BOXES,
    "theme": THEMES,
    "banner": BANNERS,
    "profile": PROFILE,
    "profile_hint": PROFILE_HINTS,
    "visibility": VISIBILITY,
    "signed_by": SIGNED_BY,
    "way": WAYS,
    "way_text": WAY_TEXTS,
    "signed_by_rule": SIGNED_BY_RULES,
    "poll_bar": POLL_BARS,
    "openers": OPENERS,
    "start_group": START_GROUPS,
    "decide": DECIDE,
    "decision": DECISIONS,
    "specialty": SPECIALTIES,
    "delivery_kind": DELIVERY_KINDS,
    "delivery_reason": delivery_reasons.REASONS,
    "delivery_within": delivery_reasons.WITHIN,
    "host_look": HOST_LOOKS,
    "treaty_stage": TREATY_STAGES,
    "treaty_step": treaty_words.STEPS,
    "treaty_next": treaty_words.NEXT,
    "list_reason": list_words.REASONS,
    "list_problem": list_words.PROBLEMS,
    "list_failure": list_words.FAILURES,
    "list_item": list_words.ITEMS,
    "host_action": list_words.ACTIONS,
    "host_access": list_words.ACCESS,
    "set_up_step": SET_UP_STEPS,
    "invitation_done": INVITATION_DONE,
    "invitation_state": INVITATION_STATES,
    "import_state": list_words.STATES,
    "scope": treaty_words.SCOPES,
    "why_not": treaty_words.WHY_NOT,
    "reads_because": READS_BECAUSE,
    "ceiling": CEILINGS,
    "method": METHODS,
    "number": NUMBERS,
    "number_outcome": NUMBER_OUTCOMES,
    "number_finding": NUMBER_FINDINGS,
    "refusal": REFUSALS,
    "audit_action": audit_words.ACTIONS,
    "alert": alert_words.SENTENCES,
    "mail_choice": alert_words.CHOICES,
    "occasion": OCCASIONS,
    "case_act": case_words.ACTS,
    "case_box": case_words.BOXES,
    "case_choice": case_words.CHOICES,
    "case_empty": case_words.EMPTY,
    "case_evidence": case_words.EVIDENCE,
    "case_kind": case_words.KINDS,
    "case_done": case_words.DONE,
    "case_ending": case_words.ENDINGS,
    "case_own_kind": case_words.OWN_KINDS,
    "case_own_state": case_words.OWN_STATES,
    "case_state": case_words.STATES,
    "mail_error": alert_words.MAIL_ERRORS,
    "member_act": member_words.ACTS,
    "evidence": member_words.EVIDENCE,
    "ground": member_words.GROUNDS,
    "level": member_words.LEVELS,
    "role": role_words.ROLES,
    "roster_field": roster_words.FIELDS,
    "roster_profession": roster_words.PROFESSIONS,
    "roster_state": roster_words.STATES,
    "roster_verdict": roster_words.VERDICTS,
    "roster_reason": roster_words.REASONS,
    "roster_problem": roster_words.PROBLEMS,
    "roster_look": roster_words.LOOKS,
    "career_stage": roster_words.STAGES,
    "role_duty": role_words.DUTIES,
    "sign_on_refusal": sign_on_words.REFUSALS,
    "sign_on_problem": sign_on_words.PROBLEMS,
}


def field_error(field: str, code: str) -> str:
    """The sentence for a refused field, untranslated; a general one where there is no own."""
    general = FIELD_ERRORS[""]
    return FIELD_ERRORS.get(field, general).get(code) or general.get(code, general["missing"])

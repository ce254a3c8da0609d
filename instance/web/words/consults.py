"""Consults: states, what is asked and answered, why a word may identify."""

from collections.abc import Mapping

from instance.marking import N_

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
    "private": N_("Private"),
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
    "close": N_("Note on the end"),
}

# Why a hospital can read a consult: its name stands before it.
READS_BECAUSE = {
    "asker": N_("The question comes from there."),
    "chosen": N_("It was chosen by who asked."),
    "partner": N_("It is a partner: all of them were asked."),
    "named": N_("Somebody who was asked by name works there."),
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

"""Fields of forms: what is wrong with one, and what to do."""

from collections.abc import Mapping

from instance.marking import N_

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


def field_error(field: str, code: str) -> str:
    """The sentence for a refused field, untranslated; a general one where there is no own."""
    general = FIELD_ERRORS[""]
    return FIELD_ERRORS.get(field, general).get(code) or general.get(code, general["missing"])

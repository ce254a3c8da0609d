"""What was decided about an account, in words: by `models.ActKind`; and what was seen for it."""

from instance.marking import N_

ACTS = {
    "suspended": N_("Suspended"),
    "restored": N_("Restored"),
    "stage": N_("Career stage changed"),
    "profession": N_("Profession changed"),
    "specialties": N_("Specialties changed"),
    "jurisdiction": N_("State or country of the licence changed"),
    "recheck": N_("Asked to be checked again"),
}
# What an officer has seen before somebody moves on.
EVIDENCE = {
    "roster": N_("Our staff list says so"),
    "diploma": N_("I saw the diploma or certificate"),
    "licence": N_("I saw the licence"),
}
LEVELS = {
    "0": N_("Not verified"),
    "1": N_("Self-declared"),
    "2": N_("Checked"),
    "3": N_("Verified"),
    "4": N_("Verified at each sign-in"),
}
GROUNDS = {
    "legal": N_("Legal order"),
    "safety": N_("Patient safety"),
    "misconduct": N_("Serious misconduct"),
}

"""Standing: how somebody is verified, and what a number is worth."""

from instance.marking import N_

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

# The highest standing of theirs that counts here.
CEILINGS = {
    "4": N_("As their hospital says"),
    "3": N_("Verified at most"),
    "2": N_("Checked at most"),
    "1": N_("Self-declared at most"),
    "0": N_("None"),
}

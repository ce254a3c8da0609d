"""Why something has not arrived, and how long it took, in words: on pages and in a shell.

A delivery's error is a word of `federation.delivery`, with the status that was answered.
"""

from instance.marking import N_

# Read after the name of a hospital or server, or after "it".
REASONS = {
    "unreachable": N_("does not answer"),
    "busy": N_("answers with a failure of its own"),
    "busy 408": N_("took too long to read our message"),
    "busy 429": N_("asks us to send less"),
    "busy 503": N_("says it is not ready"),
    "unauthorized": N_("does not accept our signature: look at both clocks"),
    "not_found": N_("does not know the address"),
    "redirected": N_("points to another address"),
    "gone": N_("says the account is gone"),
    "refused": N_("refused our message"),
    "unsafe_address": N_("has an address that we never connect to"),
    "no_key": N_("cannot read any signature of ours"),
    "blocked here": N_("is blocked here"),
    "left": N_("no longer takes part in the consult"),
    "recalled": N_("was not sent: it was taken back"),
    "dropped": N_("was not sent: an administrator dropped it"),
    "restored": N_("was not sent again: it waited when the backup was made"),
    "other": N_("could not take it"),
}

# In how many seconds what was sent arrived: `delivery_figures.WITHIN`.
WITHIN = {
    "0.1": N_("0.1 s"),
    "0.25": N_("0.25 s"),
    "0.5": N_("0.5 s"),
    "1": N_("1 s"),
    "2": N_("2 s"),
    "5": N_("5 s"),
    "10": N_("10 s"),
    "30": N_("30 s"),
    "60": N_("1 min"),
    "300": N_("5 min"),
    "1800": N_("30 min"),
    "7200": N_("2 h"),
    "43200": N_("12 h"),
    "86400": N_("1 day"),
    "604800": N_("7 days"),
}


def key_of(error: str) -> str:
    """The key in REASONS for a delivery's error; "" where it was not tried yet."""
    word = error.partition(" ")[0]
    if error.startswith("F-CON-1"):
        return "left"
    found = (known for known in (error, word) if known in REASONS)
    return next(found, "other") if error else ""

"""Why something has not arrived, in words. Administrators read it on pages and in a shell.

A delivery's error is a word of `federation.delivery`, with the status that was answered.
"""


def N_(text: str) -> str:
    """Mark for extraction; the translation happens when a page is drawn."""
    return text


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
    "other": N_("could not take it"),
}


def key_of(error: str) -> str:
    """The key in REASONS for a delivery's error; "" where it was not tried yet."""
    word = error.partition(" ")[0]
    if error.startswith("F-CON-1"):
        return "left"
    found = (known for known in (error, word) if known in REASONS)
    return next(found, "other") if error else ""

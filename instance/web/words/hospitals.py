"""Hospitals: ours as it is set up, and those that we deal with."""

from instance.marking import N_

START_GROUPS = {
    "safety": N_("Patient safety"),
    "people": N_("People"),
    "hospitals": N_("Hospitals"),
    "server": N_("This server"),
    "content": N_("Channels"),
}

# The five steps to a partner hospital (ux.md J9).
TREATY_STAGES = {
    "found": N_("Found"),
    "first": N_("First administrator"),
    "second": N_("Second administrator"),
    "agreed": N_("Both agree"),
    "active": N_("Partner"),
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
    "KeyNotYet": N_("The key of the sender could not be had yet"),
    "AskedRecently": N_("The key of the sender could not be had"),
    "SilentRecently": N_("The key of the sender could not be had yet"),
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

SET_UP_STEPS = {
    "account": N_("Your account"),
    "hospital": N_("This hospital"),
    "tested": N_("Self-test"),
    "second": N_("A second administrator"),
    "roster": N_("Roster"),
    "rules": N_("Rules members agree to"),
}

# What another server leaves here: by `models.Left`.
LEFT = {
    "posts": N_("Posts and changes of posts"),
    "bytes": N_("Bytes of posts"),
    "people": N_("People nobody here knew"),
    "reactions": N_("Likes, boosts and follows"),
    "reports": N_("Reports"),
    "consults": N_("Messages about consults"),
}

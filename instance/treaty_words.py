"""How it stands with another hospital, and what an administrator can do next: on pages and in the
shell alike. By `agreements.Treaty.step`.
"""

STEPS = {
    "none": "Not begun",
    "comparing": "Key check: one of two",
    "pinned": "Key check done",
    "offering": "Offer on its way",
    "offer_lost": "Offer did not arrive",
    "offered": "Offer arrived",
    "pending_unpinned": "They offer to work together",
    "pending": "They offer to work together",
    "answering": "Your answer is on its way",
    "answer_refused": "Your answer was not taken",
    "active": "Partner",
    "suspended": "Paused",
    "keys_changed": "Paused: other keys",
    "rejected": "Offer rejected",
    "revoked": "Ended",
    "blocked": "Blocked",
}
NEXT = {
    "none": "Call them, compare both keys, and type the last 8 characters of each.",
    "comparing": "A second administrator compares the keys as well, and confirms them.",
    "pinned": "Offer to work together, or wait for their offer.",
    "offering": "They do not have your offer yet. Nothing is open before they accept it.",
    "offer_lost": "Send your offer again under Deliveries, or take it back.",
    "offered": "They have your offer. Nothing is open before they accept it.",
    "pending_unpinned": "Compare their keys by telephone first. Then accept or reject the offer.",
    "pending": "Accept or reject the offer. Nothing is open before you accept.",
    "answering": "You work together as soon as they have your answer.",
    "answer_refused": "Accept once more. If that fails, ask them for a new offer.",
    "active": "Consults pass between the two hospitals as agreed below.",
    "keys_changed": (
        "Their key is not the one you compared. Consults wait up to 72 hours. Call them before you"
        " approve the new key."
    ),
    "suspended": "No consults pass. Offer to work together again, or end it.",
    "rejected": "A new offer can follow after 7 days.",
    "revoked": "Nothing passes any more. You can offer to work together again.",
    "blocked": "Nothing is sent there and nothing is taken from there.",
}
# In the shell; before a time.
OFFER = {"waiting": "waiting since", "gave_up": "given up", "arrived": "arrived"}
SCOPES = {
    "consult": "Consults",
    "images": "Images in consults",
    "onward": "Consults together with hospitals that only one of us knows",
    "directory": "Finding people by their address",
}
# Why nobody can write privately to a person.
NOT_PRIVATE = {
    "self": "This is you.",
    "standing": (
        "Private messages take the standing Checked or higher. Your account says what is missing."
    ),
    "blocked": "You blocked this person. Unblock them before you write.",
    "moved": "They have moved. Write to their new address.",
    "closed": "They take no private messages now.",
    "stranger": "Private messages go to people here and at partner hospitals alone.",
}
# Why a consult cannot go to a hospital with which something is agreed.
WHY_NOT = {
    "keys_changed": "Paused: its keys have to be compared again.",
    "over": "Paused: the agreement is over.",
    "border": "Another law holds there, and consults may not cross this border.",
    "not_agreed": "The agreement with it is not about consults.",
}

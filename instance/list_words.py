"""Which servers we deal with, and why a list of them, or a row of it, is refused.

On pages and in the shell alike. What is refused says what to do.
"""

# What a list of servers does about one of them, and how a list stands.
ACTIONS = {"block": "Block", "allow": "Allow"}
ACCESS = {
    "open": "Open, as every server",
    "unlisted": "Not allowed",
    "allowed": "Allowed",
    "compared": "Keys compared",
    "blocked": "Blocked",
    "blocked_above": "Blocked with a domain above it",
}
STATES = {
    "checking": "Being looked at",
    "checked": "Ready to confirm",
    "waiting": "Waits for a second administrator",
    "done": "Done",
    "cancelled": "Cancelled",
    "unreadable": "Not readable",
}

REASONS = {
    "not_host": "This is not the name of a server. Write it like bad.example.",
    "wildcard": "Names with * are not taken. Write the domain alone: a block covers what is below.",
    "formula": "This is a formula and not the name of a server. Remove the row.",
    "too_wide": "This is the end of many names. Write the name of one server.",
    "twice": "This server stands in the list further up. Remove one of the rows.",
    "own": "This is our own server, or a domain above it.",
    "trusted": "A partner hospital would be cut off. End the agreement with it first.",
    "limited": "This list only limits the server. Here it is blocked or not: block it by hand.",
    "nothing": "This list does nothing about the server. Remove the row.",
    "severity": "What to do with this server is not understood. Write suspend, or leave it out.",
    "is_block": "This row blocks, and you chose a list of allowed servers. Choose again.",
    "blocked": "It is blocked here, or a domain above it. Remove the block first.",
}
PROBLEMS = {
    "grew": "More would be cut off than when it was confirmed first. Another administrator has to"
    " look at it again.",
    "empty": "There is no row in this file. Choose another file.",
    "too_many": "This file has more than 20,000 rows. Split it.",
    "unreadable": "This is no list that we can read. Save it as a table with commas, in UTF-8.",
    "no_column": "No column is named domain. Name the column with the servers domain.",
}
FAILURES = {
    "own": "This is our own list.",
    "blocked": "Its server is blocked here, or not allowed.",
    "unreachable": "Its server did not answer. Try again later.",
    "no_list": "There is no list of servers at this address. Ask for the address of the list.",
    "not_proven": "The list is not proven by the key of its hospital. Ask them, by telephone.",
    "older": "An older version than before is served there. Ask them what happened.",
}
ITEMS = {
    "applied": "Blocked because of this list",
    "same": "Blocked or decided here",
    "waiting": "Waits for an administrator",
    "refused": "Refused: a partner, or our own server",
    "proposed": "Proposed as a partner",
}

"""Every action that leaves a row in the audit record, in words: on the page and in the shell.

What is not listed here cannot be recorded, so nothing is recorded that nobody can read.
"""


def N_(text: str) -> str:
    """Mark for extraction; the translation happens when a page is drawn."""
    return text


ACTIONS = {
    # Other hospitals.
    "trust.key_compared": N_("Compared keys by telephone"),
    "trust.key_check_dropped": N_("Began the key check anew"),
    "trust.keys_differ": N_("Keys did not match"),
    "trust.pinned": N_("Confirmed the keys of a hospital"),
    "trust.offer_sent": N_("Offered to work together"),
    "trust.offer_received": N_("Was offered to work together"),
    "trust.offer_withdrawn": N_("Took an offer back"),
    "trust.accept_sent": N_("Accepted an offer"),
    "trust.rejected": N_("Rejected an offer"),
    "trust.lapsed": N_("Offer lapsed: both had offered"),
    "trust.active": N_("Began to work together"),
    "trust.revoked": N_("Ended working together"),
    "trust.expired": N_("Agreement ran out"),
    "trust.repinned": N_("Took new keys that the old ones vouched for"),
    "trust.keys_changed": N_("Paused a hospital that shows other keys"),
    "trust.blocked": N_("Blocked a server"),
    "trust.unblocked": N_("Unblocked a server"),
    "trust.allowed": N_("Allowed a server"),
    "trust.disallowed": N_("Took a server from the allowed ones"),
    # Lists of servers.
    "hosts.import_confirmed": N_("Confirmed a list of servers first"),
    "hosts.imported": N_("Took over a list of servers"),
    "hosts.import_cancelled": N_("Cancelled a list of servers"),
    "hosts.list_changed": N_("Took over changes of a list of servers"),
    "hosts.subscribed": N_("Followed a list of servers"),
    "hosts.unsubscribed": N_("Stopped following a list of servers"),
    "hosts.list_published": N_("Published the list of servers"),
    "hosts.list_withdrawn": N_("Withdrew the list of servers"),
    # The roster, and standing.
    "roster.confirmed": N_("Confirmed a roster first"),
    "roster.imported": N_("Imported a roster"),
    "roster.undone": N_("Undid the import of a roster"),
    "roster.cancelled": N_("Cancelled the import of a roster"),
    "verification.given": N_("Verified somebody"),
    "verification.ended": N_("Ended a verification"),
    # Consults one takes no part in.
    "break_glass.asked": N_("Asked to read a consult"),
    "break_glass.approved": N_("Let somebody read a consult"),
    "break_glass.refused": N_("Did not let somebody read a consult"),
    "break_glass.read": N_("Read a consult for patient safety"),
    # Messages to and from others.
    "peer.paused": N_("Stopped sending to a server"),
    "peer.resumed": N_("Resumed sending to a server"),
    "delivery.tried_now": N_("Tried a server at once"),
    "delivery.retried": N_("Sent again what was given up"),
    "delivery.dropped": N_("Dropped what waited for a server"),
    "delivery.gave_up": N_("Gave up sending a message"),
    "delivery.cancelled": N_("Did not send a message any more"),
    "mail.retried": N_("Sent again the mails that were given up"),
    "consult.purged": N_("Deleted the words of another hospital's consult"),
    "consult.receipt": N_("Said that it deleted a consult of ours"),
    "consult.left_out": N_("Left a hospital out of a consult"),
    "audience.violation": N_("Stopped a consult from leaving its hospitals"),
    "inbox.refused": N_("Refused a message"),
    # Keys and accounts.
    "role.given": N_("Added somebody with a role"),
    "role.changed": N_("Changed the role of somebody"),
    "account.reset": N_("Gave somebody a new password without a second step"),
    "account.address_changed": N_("Changed their own e-mail address"),
    "keys.rotated": N_("Changed keys"),
    "keys.replaced": N_("Replaced keys in an emergency"),
    "sso.changed": N_("Changed the hospital's own sign-in"),
    "sso.switched": N_("Switched the hospital's own sign-in on or off"),
    "sso.linked": N_("Connected their account to the hospital's own sign-in"),
    "sso.unlinked": N_("Disconnected their account from the hospital's own sign-in"),
    "actor.moved": N_("Moved to another server"),
    "settings.changed": N_("Changed settings"),
    # Channels.
    "channel.opened": N_("Opened a channel"),
    "channel.changed": N_("Changed the words or rules of a channel"),
    "channel.closed": N_("Closed a channel"),
    "channel.reopened": N_("Opened a channel again"),
    "follower.accepted": N_("Admitted a follower"),
    "follower.rejected": N_("Turned a follower away"),
    "moderator.added": N_("Made somebody a moderator"),
    "moderator.removed": N_("Took moderating from somebody"),
    "thread.locked": N_("Closed a thread"),
    "thread.unlocked": N_("Opened a thread again"),
    "thread.pinned": N_("Pinned a thread"),
    "thread.unpinned": N_("Unpinned a thread"),
    "post.removed": N_("Removed a post"),
    "member.banned": N_("Banned somebody from a channel"),
    "member.unbanned": N_("Lifted a ban"),
    "report.decided": N_("Decided a report"),
}

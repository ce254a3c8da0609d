"""What a server that came from a backup has in common with a hospital: by `RestoreCount.kind`,
which is a key of KINDS or of FACTS."""

from collections.abc import Mapping

from instance.marking import N_

KINDS: Mapping[str, str] = {
    "regained": N_("Posts of our own consults, given back"),
    "caught_up": N_("Posts of their consults, fetched"),
    "sent_now": N_("Messages that had not arrived, sent now"),
    "not_sent": N_("Messages that waited and were not sent again"),
    "not_proven": N_("Consults of which something given back could not be proven"),
    "not_given": N_("Consults of which it gave nothing back"),
    "withdrawn": N_("Statements about people here that were withdrawn, withdrawn again"),
}
# What is so or not, with no number to it.
FACTS: Mapping[str, str] = {
    "restored_too": N_(
        "Came from a backup, too. What both of you lost is lost: where one of you ended working"
        " together meanwhile, end it again."
    ),
    "not_asked": N_("Did not answer within 24 hours: consults with it went on without it."),
}

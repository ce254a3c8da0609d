"""How long things are kept, as the page about privacy says it: by the names of the kinds in
`services.retention`, in the order of the page. The periods come from there.

What is not here is about machines, not people: `curbside retention` shows all.
"""

from collections.abc import Mapping

from instance.marking import N_

TITLES: Mapping[str, str] = {
    "drafts": N_("Drafts"),
    "recalled_words": N_("Recalled texts"),
    "partner_consults": N_("Consults of partner hospitals"),
    "consult_readers": N_("What you read"),
    "unsent_images": N_("Pictures for a consult that nobody sends"),
    "unsent_pictures": N_("Pictures in public posts"),
    "elsewhere_pictures": N_("Copies of pictures from elsewhere"),
    "elsewhere_threads": N_("Copies of conversations elsewhere"),
    "elsewhere_accounts": N_("Accounts elsewhere"),
    "delivered": N_("What was sent"),
    "given_up": N_("What could not be delivered"),
    "received": N_("What was received"),
    "notifications": N_("Notifications"),
    "mails": N_("Mails"),
    "sessions": N_("Being signed in"),
    "failed_sign_ins": N_("Failed sign-ins"),
    "known_places": N_("Where you signed in"),
    "invitations": N_("Invitations"),
    "case_documents": N_("Licences and photo IDs"),
    "roster_files": N_("Files of the roster"),
    "exports": N_("Files with your data"),
    "arrivals": N_("Figures about other servers"),
}
TEXTS: Mapping[str, str] = {
    "drafts": N_(
        "%(period)s after the last change, encrypted. You are told a week before. A draft that the"
        " identifier check held up can be read by a steward; each reading is written down."
    ),
    "recalled_words": N_("%(period)s, encrypted, for those who may release them."),
    "partner_consults": N_("After they end, as long as the agreement with the hospital says."),
    "consult_readers": N_(
        "That you opened a consult: %(period)s, only to tell you when it is recalled. Nobody is"
        " shown it."
    ),
    "unsent_images": N_("%(period)s, encrypted."),
    "unsent_pictures": N_(
        "As long as their post, without anything but what can be seen in them. One that nobody"
        " posts: %(period)s."
    ),
    "elsewhere_pictures": N_("%(period)s, so that your browser asks no other server for them."),
    "elsewhere_threads": N_(
        "%(period)s after the last reply. Those in which anybody here took part are kept."
    ),
    "elsewhere_accounts": N_(
        "Name, picture and key: %(period)s after they were asked for last. Those that anybody here"
        " has to do with are kept, and those of partner hospitals."
    ),
    "delivered": N_(
        "Copies for sending: %(period)s for public posts. For consults until the last hospital has"
        " it."
    ),
    "given_up": N_("%(period)s, with the reason."),
    "received": N_("Of each message a number: %(period)s, so that it counts once."),
    "notifications": N_("%(period)s. They hold no word of what anybody wrote."),
    "mails": N_("That one was sent, and when: %(period)s."),
    "sessions": N_(
        "At most %(period)s. It ends after 12 hours without use, on a shared computer after 15"
        " minutes."
    ),
    "failed_sign_ins": N_("%(period)s, as a code made from account and network."),
    "known_places": N_(
        "%(period)s after the last time, as a code made from network or browser, so that nobody"
        " elsewhere can lock you out."
    ),
    "invitations": N_("Of somebody who did not join: %(period)s after the invitation ended."),
    "case_documents": N_("Until it is decided, %(period)s at most, encrypted."),
    "roster_files": N_("%(period)s after the file was taken over."),
    "exports": N_("%(period)s, encrypted."),
    "arrivals": N_("How much one sent within a day: %(period)s. Nobody's name is in them."),
}

"""What verification officers and members read about a case."""

from instance.marking import N_

KINDS = {
    "joined": N_("New here, not on the roster"),
    "document": N_("Sent documents"),
    "number": N_("Gave a licence number"),
    "stage": N_("Says that their work changed"),
    "renewal": N_("Standing ends soon"),
}
STATES = {
    "waiting": N_("Waiting for an officer"),
    "second": N_("Waiting for a second officer"),
    "asked": N_("Waiting for the member"),
    "granted": N_("Granted"),
    "refused": N_("Refused"),
    "closed": N_("Settled otherwise"),
}
OWN_STATES = {
    "waiting": N_("An officer looks at it, usually within 1 working day."),
    "second": N_("An officer has looked at it. A second one is looking."),
    "asked": N_("An officer asks you something."),
    "granted": N_("Granted."),
    "refused": N_("Refused."),
    "closed": N_("Settled: nobody has to look at it any more."),
}
OWN_KINDS = {
    "joined": N_("You are new here"),
    "document": N_("The documents you sent"),
    "number": N_("Your licence number"),
    "stage": N_("Your work has changed"),
    "renewal": N_("Your documents end soon"),
}
ENDINGS = {
    "expired": N_("its time was over"),
    "left": N_("you are not on the staff list any more"),
    "mailbox": N_("your address is another one"),
    "registry": N_("the register does not confirm it any more"),
    "revoked": N_("somebody took it back"),
    "unsaid": N_("your hospital's own sign-in does not say any more that you belong to it"),
}
DONE = {
    "sent": N_("Your documents are sent. Two officers look at them."),
    "answered": N_("Your answer is sent."),
    "signed": N_("Your statement is signed and kept."),
    "deleted": N_("Your documents are deleted here."),
}
BOXES = {
    "waiting": N_("Waiting"),
    "second": N_("Second officer"),
    "asked": N_("Asked for more"),
    "decided": N_("Decided"),
}
EMPTY = {
    "waiting": N_("No one is waiting."),
    "second": N_("Nothing waits for a second officer."),
    "asked": N_("Nobody was asked for more."),
    "decided": N_("Nothing was decided yet."),
}
ACTS = {
    "opened": N_("Opened"),
    "sent": N_("Documents sent"),
    "answered": N_("Answered"),
    "asked": N_("Asked for more"),
    "seen": N_("Document opened"),
    "proposed": N_("Proposed"),
    "granted": N_("Granted"),
    "refused": N_("Refused"),
    "closed": N_("Settled otherwise"),
}
CHOICES = {
    "document": N_("Verified: the documents are theirs"),
    "roster": N_("Verified: they are a row of the roster"),
    "registry": N_("Checked: a public register agrees"),
    "known": N_("Checked: known here in person"),
    "stage": N_("Their work is what they say"),
    "agree": N_("Agree"),
    "ask": N_("Ask for more"),
    "refuse": N_("Refuse"),
}
EVIDENCE = {
    "sso": N_("Signs in through the hospital"),
    "roster": N_("Staff list"),
    "document": N_("Documents seen before"),
    "registry": N_("Public register"),
    "vouch": N_("Known to colleagues"),
    "attest": N_("Own word"),
    "mailbox": N_("Mailbox confirmed"),
    "documents": N_("Documents to look at"),
}

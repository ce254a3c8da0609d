"""What each role is called, and what it looks after. By `people.role_code`."""

from instance.marking import N_

ROLES = {
    "member": N_("Member"),
    "officer": N_("Verification officer"),
    "moderator": N_("Moderator"),
    "steward": N_("Steward (patient safety)"),
    "hospitals": N_("Administrator of partner hospitals"),
    "owner": N_("Owner"),
}
# What each looks after, in the words of `services.duties.DUTIES`.
DUTIES = {
    "member": N_("Nothing but their own account."),
    "officer": N_("The roster, and so who is verified here."),
    "moderator": N_("Every channel here, and the reports about it."),
    "steward": N_("Reading a consult for patient safety, when a second person agrees."),
    "hospitals": N_("Partner hospitals, deliveries, and the record of what was done."),
    "owner": N_("All of this, who has which role, and the settings."),
}

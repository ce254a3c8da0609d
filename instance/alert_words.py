"""What administrators and members are told by mail and on pages; why a mail does not get out.

By `models.AlertKind`. A mail has these words and no others: nothing that anybody wrote (T54). In
it `hospital` is the name of a server, on a page the name of the hospital.
"""

from collections.abc import Mapping

from instance.marking import N_

SENTENCES: Mapping[str, str] = {
    "silent": N_("%(hospital)s has not answered for more than 30 minutes."),
    "standing": N_(
        "%(hospital)s has not said for more than 30 minutes whose standing it withdrew. Answers"
        " from there wait."
    ),
    "back": N_("%(hospital)s answers again."),
    "keys": N_(
        "%(hospital)s shows other keys than the ones you compared. Working together is paused."
    ),
    "ended": N_("Working with %(hospital)s has ended."),
    "trust": N_("Working with %(hospital)s has changed."),
    "ends_soon": N_("The agreement with %(hospital)s ends within 30 days. Renew it in time."),
    "offered": N_("%(hospital)s offers to work with your hospital."),
    "flood": N_("Many unknown servers offer to work with your hospital. New ones are only listed."),
    "list": N_("The list of servers of %(hospital)s has changed, or something is wrong with it."),
    "overdue": N_(
        "%(hospital)s was to delete your consults within 24 hours. It has not said that it did."
    ),
    "gave_up": N_("Something for %(hospital)s did not arrive and is not tried again."),
    "quota": N_(
        "%(hospital)s sent more than it may leave here in a day, or in all. The rest is refused."
    ),
    "audit": N_("The record of what was done is not as it was sealed."),
    "mail": N_("Mails of this server are not getting out."),
    "backup": N_("This server has had no backup for more than 26 hours."),
    "test": N_("You asked for this mail to see that mails arrive. They do."),
    "password": N_("Your password was changed. You are signed out everywhere else."),
    "factor": N_("What you show beside your password when you sign in was changed."),
    "passkey": N_("A passkey of your account was added or removed."),
    "codes": N_("You have new recovery codes. The old ones do not work any more."),
    "recovered": N_("One of your recovery codes was used. It does not work again."),
    "reset": N_("An administrator gave you a new password and removed your second step."),
    "confirm": N_("Your code is %(code)s. It confirms this address within 1 hour."),
    "case": N_("There is news about your standing here. Sign in to read it."),
    "case_late": N_("Somebody waits longer than 1 working day for a word about their standing."),
    "held": N_("A question is held before it is sent. A steward has to judge it."),
    "expires": N_("What your standing rests on ends soon. Sign in to see what to do."),
    "closing": N_(
        "This server will close. Until then, take your data along and move your account: Account,"
        " Take your data along, and Account, Moving. The date stands on every page."
    ),
    "digest": N_("This waits for you on Curbside:%(code)s"),
    "weekly": N_("In the channels that you follow:%(code)s"),
    "stays": N_(
        "This server will not close. What you were told about its end does not hold any more."
    ),
    "address": N_("Mails about your account go to another address from now on."),
    "invited": N_(
        "%(hospital)s invites you to Curbside, where its clinicians and those of partner hospitals"
        " discuss cases that identify nobody. Open this link within 7 days to join. It is for you"
        " alone: do not pass it on."
    ),
    "known": N_(
        "%(hospital)s invites you to Curbside. You have an account there already: sign in as ever."
    ),
    "mailbox": N_(
        "Your code is %(code)s. Type it on the page that you came from, within 15 minutes."
    ),
    "suspended": N_("Your account is suspended. You cannot sign in. Ask your administrator why."),
    "restored": N_("Your account is open again. Sign in to read why it was suspended."),
    "changed": N_("What your hospital says about you was changed. Sign in to read what and why."),
    "recheck": N_("Your hospital asks you to show again who you are. Sign in to read until when."),
    "unmasked": N_("Two officers were shown which person your pseudonym stands for, and why."),
}
SUBJECTS: Mapping[str, str] = {
    "silent": N_("A partner hospital does not answer"),
    "standing": N_("Answers from a partner hospital wait"),
    "back": N_("A partner hospital answers again"),
    "keys": N_("A partner hospital shows other keys"),
    "ended": N_("Working with a partner hospital has ended"),
    "trust": N_("Working with a partner hospital has changed"),
    "ends_soon": N_("An agreement ends within 30 days"),
    "offered": N_("Another hospital offers to work with yours"),
    "flood": N_("Many unknown servers offer to work with yours"),
    "list": N_("A list of servers has changed"),
    "overdue": N_("A hospital has not said that it deleted your consults"),
    "gave_up": N_("Something did not arrive at a partner hospital"),
    "quota": N_("A server sent more than it may"),
    "audit": N_("The record is not as it was sealed"),
    "backup": N_("There is no recent backup of this server"),
    "test": N_("A test mail"),
    "password": N_("Your password was changed"),
    "factor": N_("Your second step at sign-in was changed"),
    "passkey": N_("Your passkeys were changed"),
    "codes": N_("Your recovery codes were renewed"),
    "recovered": N_("A recovery code was used"),
    "reset": N_("Your password was reset"),
    "confirm": N_("Confirm your address"),
    "case": N_("News about your standing"),
    "case_late": N_("Somebody waits for verification"),
    "held": N_("A question is held before it is sent"),
    "expires": N_("Your standing ends soon"),
    "closing": N_("This server will close"),
    "digest": N_("Something waits for you on Curbside"),
    "weekly": N_("Your week in the channels of Curbside"),
    "stays": N_("This server will not close"),
    "address": N_("Your address was changed"),
    "invited": N_("Your invitation to Curbside"),
    "known": N_("Your invitation to Curbside"),
    "mailbox": N_("Your code"),
    "suspended": N_("Your account is suspended"),
    "restored": N_("Your account is open again"),
    "changed": N_("What is said about you was changed"),
    "recheck": N_("Show again who you are"),
    "unmasked": N_("Your pseudonym was opened"),
}
# What a member chooses between: each also switches what belongs to it (`mail_kinds.choice_of`).
CHOICES: Mapping[str, str] = {
    "silent": N_("A partner hospital does not answer, or answers again"),
    "keys": N_("A partner hospital shows other keys than the ones compared"),
    "trust": N_("An agreement changed or ended"),
    "ends_soon": N_("An agreement ends within 30 days"),
    "offered": N_("Another hospital offers to work with yours"),
    "overdue": N_("A hospital that left has not said that it deleted your consults"),
    "gave_up": N_("Something did not arrive at a partner hospital"),
    "quota": N_("A server sent more than it may leave here"),
    "list": N_("A list of servers that you follow changed"),
    "audit": N_("The record of what was done is not as it was sealed"),
    "backup": N_("There is no recent backup of this server"),
    "case_late": N_("Somebody waits longer than 1 working day for verification"),
    "held": N_("A question is held before it is sent, and waits for a steward"),
}
OWN_FOOTER = N_("Was it not you? Tell your administrator at once.")
EVERYBODY_FOOTER = N_("Everybody who has an account here gets this mail.")
INVITING_FOOTER = N_("You did not expect this? Then do nothing: nobody joins without you.")
STANDING_FOOTER = N_("This mail is about your own standing, and always sent.")
WEEKLY_END = N_("To have no more of these mails, open this and press once:")
FOOTER = N_("You choose which mails you get under Account, Notifications and mail.")

# Read after "The last mail to you was not sent: the mail server".
MAIL_ERRORS: Mapping[str, str] = {
    "unreachable": N_("does not answer"),
    "timeout": N_("took too long to answer"),
    "certificate": N_("has a certificate that does not hold for its name"),
    "no_tls": N_("does not offer an encrypted connection"),
    "sign_in": N_("does not accept our name and password"),
    "busy": N_("says it cannot take mail now"),
    "refused": N_("refused the mail"),
    "address": N_("cannot send to this address"),
}


def error_key(error: str) -> str:
    """The key in MAIL_ERRORS for a mail's error; "" where there was none."""
    word = error.partition(" ")[0]
    return word if word in MAIL_ERRORS or not word else "unreachable"

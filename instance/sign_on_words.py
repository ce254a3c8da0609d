"""What can be wrong with the hospital's own sign-in, in words: for owners, and for who signs in."""

from collections.abc import Mapping

from instance.marking import N_

# What is wrong, then what to do: for owners and administrators.
PROBLEMS: Mapping[str, str] = {
    "address": N_(
        "An address of the provider is not a secure one. Serve all of them over TLS, and copy its"
        " issuer whole."
    ),
    "unsafe": N_(
        "The provider leads to an address that this server does not go to. Only the address that"
        " you enter yourself may be inside your own network: put all its addresses on that one."
    ),
    "unreachable": N_(
        "The provider does not answer. Check the address, and that this server may reach it."
    ),
    "certificate": N_(
        "The certificate of the provider is not one that this server knows. Add your hospital's own"
        " authority to the system of this server."
    ),
    "no_discovery": N_(
        "There is no OpenID Connect at this address. Leave out /.well-known and what follows it."
    ),
    "unexpected": N_("The provider answers something else than was asked. Look at its log."),
    "issuer_differs": N_(
        "The provider calls itself by another address than the one entered here. Copy its issuer"
        " to the letter, with or without a slash at its end."
    ),
    "no_code": N_("The provider has no authorization code flow. Switch it on there."),
    "no_pkce": N_("The provider does not take PKCE with S256. Switch it on there."),
    "no_algorithm": N_(
        "The provider signs with a shared secret or not at all. Choose RS256, PS256, ES256 or EdDSA"
        " there."
    ),
    "endpoints": N_(
        "An address in the provider's description is missing or not complete. Look at its settings."
    ),
    "no_keys": N_("The provider shows no key to check its answers by. Add one there."),
    "client": N_(
        "The provider does not know this application: its client id or its secret is wrong. Copy"
        " both anew."
    ),
    "code": N_("The provider took its own answer back: it was too old or used before. Try again."),
    "token": N_(
        "The provider did not take our request. Check there that the application may use the"
        " authorization code, and that its redirect address is the one shown here."
    ),
    "no_token": N_("The provider sent no ID token. Allow the scope openid there."),
    "algorithm": N_(
        "The provider signed with an algorithm that is not taken. Choose RS256, PS256, ES256 or"
        " EdDSA there."
    ),
    "unknown_key": N_("The provider signed with a key that it does not show. Look at its keys."),
    "signature": N_("The answer is not signed by the provider. It was refused."),
    "audience": N_("The answer was made for another application. It was refused."),
    "nonce": N_("The answer belongs to another try. It was refused."),
    "too_old": N_("The answer was too old. Check the clocks of the provider and of this server."),
    "clock": N_(
        "The answer comes from the future. Check the clocks of the provider and of this server."
    ),
    "times": N_("The answer does not say from when and until when it is good. It was refused."),
    "no_subject": N_("The answer does not say whom it means. It was refused."),
    "other_subject": N_("The answer speaks of two different people. It was refused."),
    "mixed_up": N_("The answer came from another provider than was asked. It was refused."),
    "setup": N_(
        "The provider refused the request of this server. Compare the redirect address, the scopes"
        " and the kind of application there with what is shown here."
    ),
}
# Who signs in reads these: what, then what to do.
REFUSALS: Mapping[str, str] = {
    "off": N_("This way of signing in is switched off. Sign in with your password."),
    "elsewhere": N_("This sign-in was begun in another browser or window. Begin it here."),
    "late": N_("It took longer than 15 minutes. Begin again."),
    "denied": N_("You were not let in there, or you cancelled. Try again."),
    "busy": N_("Your hospital's sign-in does not answer just now. Try again in some minutes."),
    "broken": N_(
        "Your hospital's sign-in did not work. Try again. If it happens again, tell your"
        " administrator:"
    ),
    "moved": N_("Your hospital's sign-in has another address now. Press the button again."),
    "unaffiliated": N_(
        "Your hospital does not say that you work there. Ask who looks after your account there."
    ),
    "no_key": N_(
        "Your hospital's sign-in does not say which of its staff you are. Ask who looks after your"
        " account there."
    ),
    "not_listed": N_(
        "You are not on the staff list of this hospital. A verification officer can add you."
    ),
    "other_row": N_(
        "Your hospital's sign-in names somebody else on the staff list than this account is."
        " A verification officer can help."
    ),
    "has_account": N_(
        "An account here is yours already. Sign in to it with your password, then connect it under"
        " Account, Security."
    ),
    "taken": N_("This sign-in belongs to another account here. Sign out and use that one."),
    "linked": N_("Your account is connected to a sign-in already. Disconnect that one first."),
    "suspended": N_("This account is suspended. Ask the administrator of your hospital."),
    "session": N_("You were signed out meanwhile. Sign in, then connect again."),
}
# By what a provider says went wrong (RFC 6749 4.1.2.1, Core 3.1.2.6); what is not here is "setup".
SAID: Mapping[str, str] = {
    "access_denied": "denied",
    "login_required": "denied",
    "interaction_required": "denied",
    "consent_required": "denied",
    "account_selection_required": "denied",
    "temporarily_unavailable": "busy",
    "server_error": "busy",
}

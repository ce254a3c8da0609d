"""Samples of the pages about how a member signs in."""

from dataclasses import replace

from instance.web.presenting.security import qr
from instance.web.views import (
    AddressPage,
    AllowedApplication,
    AuthorizePage,
    CodeAppPage,
    CodePage,
    FieldError,
    Identity,
    NewPasskeyPage,
    PageView,
    Passkey,
    PasswordPage,
    RecoveryCodesPage,
    RemoveFactorPage,
    SecondStepPage,
    SecurityPage,
    Session,
    SignedOutPage,
    SignOnJoinPage,
    SignOnLinkPage,
)
from instance.web.words.applications import APP_SCOPES
from tests.instance.web.cast import NOW, before, page, visitor

REQUEST = '{"challenge": "AAEC", "rpId": "localhost", "userVerification": "required"}'
CREATION = (
    '{"challenge": "AAEC", "rp": {"id": "localhost", "name": "Mercy General"}, '
    '"user": {"id": "AAEC", "name": "j.lee@mercy.example", "displayName": "Dr J. Lee"}, '
    '"pubKeyCredParams": [{"type": "public-key", "alg": -7}]}'
)
SECRET = "JBSW Y3DP EHPK 3PXP JBSW Y3DP EHPK 3PXP"
AROUND = page(nav="account", here="/account/security")
SECURITY = SecurityPage(
    page=AROUND,
    email="j.lee@mercy.example",
    app_since=before(days=30),
    passkeys=(
        Passkey(id="7", name="Phone", added_at=before(days=30), used_at=before(hours=3)),
        Passkey(id="8", name="Blue key", added_at=before(days=2)),
    ),
    codes_left=9,
    demanded=True,
    done="passkey",
    sessions=(
        Session(
            id="5",
            device="Firefox on Linux",
            started_at=before(hours=2),
            seen_at=NOW,
            current=True,
        ),
        Session(
            id="4",
            device="Safari on iOS",
            started_at=before(days=2),
            seen_at=before(days=1),
            takes_messages=True,
        ),
    ),
)
STEP = SecondStepPage(page=visitor(), next_path="/consults", passkey_options=REQUEST)
PASSWORD = PasswordPage(page=AROUND, shortest=12)
APP = CodeAppPage(
    page=AROUND,
    secret=SECRET,
    qr=qr("otpauth://totp/Mercy%20General:j.lee%40mercy.example?secret=JBSWY3DP&issuer=Mercy"),
    draft="c2VhbGVk",
)
ADDRESS = AddressPage(page=AROUND, email="j.lee@mercy.example", is_lowering=True)
JOIN = SignOnJoinPage(
    page=visitor(),
    legal_name="Dr Adaeze Okonkwo",
    email="a.okonkwo@mercy.example",
    handle="okonkwo",
    name="Dr A. Okonkwo",
    shortest=12,
)
LINK = SignOnLinkPage(page=AROUND, leads_to="https://login.mercy.example")
WRONG_PASSWORD = FieldError(field="password", message="This is not your password.")
WRONG_CODE = FieldError(field="code", message="This code does not fit.")

LEE_HERSELF = Identity(id="lee", name="Dr J. Lee")
QUIETMURMUR = Identity(id="quietmurmur", name="quietmurmur", pseudonym=True)
AUTHORIZE = AuthorizePage(
    page=AROUND,
    name="Ice Cubes",
    website="icecubes.example",
    place="icecubesapp",
    scopes=("read", "write", "follow", "push"),
    identities=(LEE_HERSELF, QUIETMURMUR),
    asked=(("response_type", "code"), ("client_id", "x"), ("state", "y")),
    leads_to="icecubesapp:",
)
ALLOWED = AllowedApplication(
    id="9",
    name="Ice Cubes",
    identities=("Dr J. Lee",),
    scopes=("read", "write:statuses", "consults"),
    since=before(days=3),
    seen_at=before(hours=1),
)

PAGES: dict[str, PageView] = {
    "authorize": AUTHORIZE,
    "authorize-by-hand": replace(
        AUTHORIZE,
        website="",
        place="",
        scopes=("profile", "consults"),
        identities=(LEE_HERSELF,),
        leads_to="",
    ),
    "authorize-narrow": replace(AUTHORIZE, scopes=tuple(APP_SCOPES)),
    "authorized": CodePage(page=AROUND, name="toot", code="K7xqNmhePd3rQ9zT2vLs8wYb4c"),
    "security-applications": replace(
        SECURITY,
        done="application",
        applications=(ALLOWED, replace(ALLOWED, id="8", name="toot", seen_at=None)),
    ),
    "second-step": STEP,
    "second-step-refused": replace(STEP, problem="refused"),
    "second-step-locked": replace(STEP, problem="locked", locked_until=NOW),
    "security": SECURITY,
    "security-none": SecurityPage(
        page=AROUND,
        email="j.lee@mercy.example",
        demanded=True,
        for_consults=True,
        sessions=SECURITY.sessions[:1],
    ),
    "security-last": replace(
        SECURITY, app_since=None, passkeys=SECURITY.passkeys[:1], codes_left=0, done=""
    ),
    "password": PASSWORD,
    "password-error": replace(PASSWORD, errors=(WRONG_PASSWORD,)),
    "code-app": APP,
    "code-app-error": replace(APP, errors=(WRONG_CODE,)),
    "new-passkey": NewPasskeyPage(page=AROUND, options=CREATION),
    "remove-app": RemoveFactorPage(page=AROUND, action="/account/security/app/remove"),
    "remove-passkey": RemoveFactorPage(
        page=AROUND,
        action="/account/security/passkeys/7/remove",
        name="Phone",
        errors=(WRONG_CODE,),
    ),
    "recovery-codes": RecoveryCodesPage(
        page=AROUND, codes=tuple(f"k7xq-{n}mhe-pd3r" for n in range(2, 10))
    ),
    "recovery-codes-new": RecoveryCodesPage(page=AROUND, left=2),
    "address": ADDRESS,
    "address-waiting": replace(ADDRESS, waiting="jl@mercy.example", errors=(WRONG_CODE,)),
    "sso-join": JOIN,
    "sso-join-error": replace(
        JOIN, errors=(FieldError(field="handle", message="This handle is taken."),)
    ),
    "sso-link": LINK,
    "sso-link-refused": replace(LINK, refusal="broken", problem="clock", errors=(WRONG_PASSWORD,)),
    "sso-linked": replace(LINK, since=before(days=3)),
    "sso-off": replace(LINK, leads_to=""),
    "security-sso": replace(SECURITY, has_sign_on=True),
    "security-sso-linked": replace(SECURITY, sign_on_since=before(days=3), done="linked"),
    "signed-out": SignedOutPage(page=visitor(), url="https://login.mercy.example/end"),
    "signed-out-here": SignedOutPage(page=visitor()),
    "address-no-mail": replace(ADDRESS, is_sent=False),
}

"""Samples of the pages for setting up."""

from dataclasses import replace

from instance.web.views import Check, FieldError, FirstOwnerPage, PageView, SetUpPage
from tests.instance.web.cast import before, page, visitor
from tests.instance.web.sample_administration import OWNER

STEPS = ("account", "hospital", "tested", "second", "roster", "rules")
CHECKS = (
    *(Check(said=f"Check {number} is right.") for number in range(8)),
    Check(
        said="The certificate for our name does not hold.",
        mend="Renew it where TLS ends, such as: certbot renew",
        is_good=False,
    ),
)
SET_UP = SetUpPage(
    page=page(here="/set-up", **OWNER),
    steps=STEPS,
    done=frozenset({"account", "hospital"}),
    open="tested",
    owner="Dr A. Ruiz",
    name="Mercy General",
    address="1 Harbour Street, Springfield",
    country="US-VA",
    on_call="extension 4444",
    mail_domains="mercy.example",
    checks=CHECKS,
    tested_at=before(hours=1),
)
FIRST = FirstOwnerPage(page=visitor(), shortest=12)

PAGES: dict[str, PageView] = {
    "set-up-owner": FIRST,
    "set-up-owner-error": replace(
        FIRST, errors=(FieldError(field="email", message="Write an address."),)
    ),
    "set-up": SET_UP,
    "set-up-hospital": replace(
        SET_UP,
        open="hospital",
        errors=(FieldError(field="on_call", message="Say whom to page: it stands on every page."),),
    ),
    "set-up-second": replace(
        SET_UP, open="second", refusal="This server does not send mails, so nobody can be invited."
    ),
    "set-up-rules": replace(SET_UP, open="rules", done=frozenset(STEPS[:5])),
    "set-up-done": replace(SET_UP, open="", done=frozenset(STEPS), checks=CHECKS[:8]),
}

"""Samples of the pages about a number in a register and the word of colleagues."""

from dataclasses import replace

from instance.web.views import (
    ColleaguesPage,
    FieldError,
    GivenNumber,
    NumberPage,
    PageView,
    Register,
    VouchesPage,
    VouchRow,
    Word,
)
from tests.instance.web.cast import NOW, before, page
from tests.instance.web.sample_administration import OWNER

LICENCE_REFUSED = (
    "A licence number of US-CA has A, C or G and 4 to 6 digits, or 20A and 4 to 6 digits. "
    "Compare yours."
)
NUMBER = NumberPage(
    page=page(nav="account", here="/account/verification/number"),
    level=1,
    numbers=(
        GivenNumber(kind="licence", typed="MD-54321", outcome="unknown", jurisdiction="US-MN"),
        GivenNumber(kind="npi", typed="1234567893", outcome="matched", jurisdiction="US-MN"),
        GivenNumber(kind="orcid", typed="0000-0002-1825-0097", outcome="given"),
    ),
    until=NOW,
    registers=(Register(name="nppes", since=before(days=9)),),
    jurisdiction="US-MN",
    licence="MD-54321",
    npi="1234567893",
)
COLLEAGUES = ColleaguesPage(
    page=page(nav="account", here="/account/verification/colleagues"),
    needed=2,
    open_most=5,
    may_ask=True,
    may_vouch=False,
    given=(
        Word(
            id="1",
            name="Dr C. Ruiz",
            url="/@ruiz",
            at=before(days=9),
            how="We were residents together on the renal ward from 2019 to 2022.",
            until=NOW,
        ),
    ),
    asked=(Word(id="2", name="Dr S. Moyo", url="/@moyo", at=before(hours=5)),),
)
VOUCHER = replace(
    COLLEAGUES,
    may_ask=False,
    may_vouch=True,
    given=(),
    asked=(),
    asks=(
        Word(id="3", name="Dr R. Santos", url="/@santos", at=before(hours=2)),
        Word(id="4", name="Dr Aleksandra Wolska-Nowakowska", url="/@wolska", at=before(days=2)),
    ),
    own=(replace(COLLEAGUES.given[0], id="5", name="Dr J. Lee", url="/@lee"),),
)
ROW = VouchRow(
    id="1",
    voucher="Dr C. Ruiz",
    voucher_url="/@ruiz",
    name="Dr R. Santos",
    url="/@santos",
    how="We were residents together on the renal ward from 2019 to 2022.",
    state="given",
    at=before(days=2),
)
VOUCHES = VouchesPage(
    page=page(nav="admin", here="/admin/vouches", **OWNER),
    rows=(
        ROW,
        replace(ROW, id="2", state="revoked", name="Dr S. Moyo", url="/@moyo"),
        replace(ROW, id="3", state="abused", reason="They have never met.", voucher="Dr B. Adler"),
    ),
)

PAGES: dict[str, PageView] = {
    "number": NUMBER,
    "number-new": replace(
        NUMBER, numbers=(), until=None, registers=(), jurisdiction="", licence="", npi=""
    ),
    "number-error": replace(
        NUMBER,
        numbers=NUMBER.numbers[:1],
        until=None,
        jurisdiction="US-CA",
        licence="B123",
        errors=(FieldError(field="licence", message=LICENCE_REFUSED),),
    ),
    "colleagues": COLLEAGUES,
    "colleagues-voucher": VOUCHER,
    "colleagues-error": replace(
        VOUCHER,
        refused="3",
        how="Good.",
        errors=(
            FieldError(
                field="how",
                message="Write in a sentence how you know them: 20 to 500 characters.",
            ),
        ),
    ),
    "colleagues-lost": replace(
        VOUCHER, asks=(), own=(), may_vouch=False, lost="You have never met."
    ),
    "vouches": VOUCHES,
    "vouches-error": replace(
        VOUCHES,
        refused="1",
        errors=(FieldError(field="reason", message="Write why, in up to 500 characters."),),
    ),
    "vouches-none": replace(VOUCHES, rows=()),
}

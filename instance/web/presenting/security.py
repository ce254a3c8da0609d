"""How a member signs in, as pages show it."""

from importlib import import_module

from markupsafe import Markup
from quart import g

from instance import config
from instance.models import Level, Member
from instance.models import Passkey as StoredPasskey
from instance.models import Session as StoredSession
from instance.services import addresses, push, second_factors, signing_in, tokens
from instance.services.securing import Draft
from instance.services.single_sign_on import entering, providers
from instance.services.tokens import Allowed
from instance.web import views
from instance.web.presenting.pages import surroundings

HERE = "/account/security"


async def security_page(member: Member, *, for_consults: bool, done: str) -> views.SecurityPage:
    around = await surroundings(member, nav="account", here=HERE)
    factors = await second_factors.of(member)
    identity = await entering.identity_of(member)
    with_push = {row.session_id for row in await push.of(member)}
    return views.SecurityPage(
        page=around.page,
        email=member.email,
        waiting_address=await addresses.waiting(member),
        app_since=factors.app.created_at if factors.app else None,
        passkeys=tuple(_passkey(row) for row in factors.passkeys),
        codes_left=factors.codes_left,
        demanded=second_factors.is_demanded(member),
        for_consults=for_consults and second_factors.is_missing(member),
        done=done,
        has_sign_on=await providers.in_use() is not None,
        sign_on_since=identity.created_at if identity else None,
        sessions=tuple(_session(row, with_push) for row in await signing_in.sessions(member)),
        applications=tuple(_application(row) for row in await tokens.of_member(member)),
    )


async def code_app_page(
    member: Member, draft: Draft, errors: tuple[views.FieldError, ...] = ()
) -> views.CodeAppPage:
    around = await surroundings(member, nav="account", here=HERE)
    return views.CodeAppPage(
        page=around.page,
        secret=in_fours(draft.secret),
        qr=qr(draft.address),
        draft=draft.sealed,
        errors=errors,
    )


async def address_page(
    member: Member, typed: str = "", errors: tuple[views.FieldError, ...] = ()
) -> views.AddressPage:
    around = await surroundings(member, nav="account", here=HERE)
    return views.AddressPage(
        page=around.page,
        email=member.email,
        is_sent=config.current().sends_mail,
        waiting=await addresses.waiting(member),
        typed=typed,
        is_lowering=member.level > Level.ATTESTED,
        errors=errors,
    )


def in_fours(secret: str) -> str:
    """As people read and type it."""
    return " ".join(secret[i : i + 4] for i in range(0, len(secret), 4))


def qr(text: str) -> Markup:
    """Dark on white in any theme: scanners want it so. No style of its own, as the policy asks."""
    drawn = import_module("segno").make(text, error="m", micro=False)
    svg = drawn.svg_inline(
        scale=5, border=4, dark="#000", light="#fff", svgclass="qr", lineclass=None, omitsize=True
    )
    return Markup(svg)  # noqa: S704  (paths and numbers alone)


def _application(row: Allowed) -> views.AllowedApplication:
    return views.AllowedApplication(
        id=str(row.application.id),
        name=row.application.name,
        identities=tuple(actor.name or actor.handle for actor in row.actors),
        scopes=row.scopes,
        since=row.since,
        seen_at=row.seen_at,
    )


def _passkey(row: StoredPasskey) -> views.Passkey:
    return views.Passkey(
        id=str(row.id), name=row.name, added_at=row.created_at, used_at=row.used_at
    )


def _session(row: StoredSession, with_push: set[int | None]) -> views.Session:
    return views.Session(
        id=str(row.id),
        device=row.device,
        started_at=row.created_at,
        seen_at=row.seen_at,
        current=row.id == g.session.id,
        takes_messages=row.id in with_push,
    )

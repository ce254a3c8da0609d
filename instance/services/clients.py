"""Applications: they register, show who they are, and an administrator approves some for consults
(T69).
"""

import hmac
import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from tortoise.transactions import in_transaction

from instance import config, html
from instance.errors import FormRefused, NotFound, OAuthRefused
from instance.models import Actor, Application, Member, Post, PostedWith
from instance.services import audit, duties, members, redirects, scopes
from instance.services.duties import Duty
from instance.services.post_rows import Row
from instance.services.throttle import hashed

NAME_MAX, REDIRECTS_MOST = 80, 20
_UNUSED_KEPT = timedelta(days=30)


@dataclass(frozen=True)
class Registration:
    """As an application says of itself. `scopes`: with blanks between."""

    name: str
    redirect_uris: Sequence[str]
    scopes: str = scopes.DEFAULT
    website: str = ""


async def note_post(application: Application, post: Post) -> None:
    """A post came from it: its author may read so, nobody else."""
    await PostedWith.get_or_create(post_id=post.id, defaults={"application_id": application.id})


async def of_posts(actor: Actor, posts: Iterable[Post | Row]) -> dict[int, Application]:
    """Which of its own posts one identity sent from which application, by the id of the post."""
    ids = [post.id for post in posts if post.author_id == actor.id]
    if not ids:
        return {}
    rows = PostedWith.filter(post_id__in=ids).select_related("application")
    return {row.post_id: row.application for row in await rows}


async def register(asked: Registration) -> tuple[Application, str]:
    """A new application and its secret. Raises FormRefused, naming every field that cannot be."""
    name = html.one_line(asked.name, NAME_MAX + 1)
    wanted = scopes.read(asked.scopes) or (scopes.DEFAULT,)
    problems = {}
    if not name:
        problems["client_name"] = "can't be blank"
    elif len(name) > NAME_MAX:
        problems["client_name"] = f"is too long (the most is {NAME_MAX} characters)"
    if not asked.redirect_uris:
        problems["redirect_uris"] = "can't be blank"
    elif len(asked.redirect_uris) > REDIRECTS_MOST or not all(
        redirects.is_allowed(uri) for uri in asked.redirect_uris
    ):
        problems["redirect_uris"] = "must be addresses that an application can be reached at"
    if scopes.unknown(wanted):
        problems["scopes"] = "do not match those that this server has"
    if asked.website and not _is_website(asked.website):
        problems["website"] = "must be a valid address"
    if problems:
        raise FormRefused(problems)
    secret = secrets.token_urlsafe(32)
    row = await Application.create(
        client_id=secrets.token_urlsafe(32),
        secret_hash=hashed(secret),
        name=name,
        website=asked.website or None,
        redirect_uris=list(asked.redirect_uris),
        scopes=list(wanted),
    )
    return row, secret


async def approve(by: Member, client_id: str, *, approved: bool = True) -> Application:
    """Let an application hold consults, or no longer: then its tokens lose them at once.

    Raises NotAllowed, NotFound.
    """
    duties.require(by, Duty.SETTINGS)
    application = await known(client_id)
    if application is None:
        raise NotFound
    actor = await members.speaking_as(by)
    async with in_transaction():
        application.approved_at = datetime.now(UTC) if approved else None
        await application.save(update_fields=["approved_at"])
        await record(
            "app.approved" if approved else "app.unapproved", actor.uri, app=application.client_id
        )
    return application


async def waiting() -> list[Application]:
    """Those that asked for consults, approved or not."""
    rows = await Application.all().order_by("id")
    return [row for row in rows if scopes.CONSULTS in row.scopes]


async def known(client_id: str) -> Application | None:
    if not 0 < len(client_id) <= 64 or not client_id.isascii():
        return None
    return await Application.get_or_none(client_id=client_id)


async def authenticated(typed: Mapping[str, str]) -> Application:
    """Which application this is; a secret, where one is brought, has to be its own."""
    application = await known(typed.get("client_id", ""))
    secret = typed.get("client_secret", "")
    if application is None:
        raise unknown()
    if secret and not hmac.compare_digest(hashed(secret), application.secret_hash):
        raise unknown()
    return application


def unknown() -> OAuthRefused:
    return OAuthRefused(
        "invalid_client", "This application is not known here by that secret.", status=401
    )


async def record(action: str, subject: str, **detail: str) -> None:
    settings = config.current()
    ours = settings.uri("/actor")
    await audit.record(action, actor_uri=ours, host=settings.host, subject=subject, **detail)


def _is_website(text: str) -> bool:
    is_web = text.startswith(("https://", "http://"))
    return is_web and len(text) <= redirects.LONGEST and text.isprintable() and " " not in text

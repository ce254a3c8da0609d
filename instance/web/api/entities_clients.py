"""Applications and tokens as clients read them."""

from typing import TypedDict

from instance import config
from instance.models import Application
from instance.services.authorizing import Issued
from instance.services.mentions import page_of
from instance.services.tokens import Caller
from instance.web.api.entities import picture


class ApplicationEntity(TypedDict):
    id: str
    name: str
    website: str | None
    scopes: list[str]
    redirect_uris: list[str]
    redirect_uri: str
    vapid_key: str


class RegisteredEntity(ApplicationEntity):
    """With what is said once, when it registers."""

    client_id: str
    client_secret: str
    client_secret_expires_at: int


class TokenEntity(TypedDict):
    access_token: str
    token_type: str
    scope: str
    created_at: int


def application(row: Application, push_key: str) -> ApplicationEntity:
    return {
        "id": str(row.id),
        "name": row.name,
        "website": row.website,
        "scopes": list(row.scopes),
        "redirect_uris": list(row.redirect_uris),
        "redirect_uri": "\n".join(row.redirect_uris),
        "vapid_key": push_key,
    }


def registered(row: Application, secret: str, push_key: str) -> RegisteredEntity:
    return {
        **application(row, push_key),
        "client_id": row.client_id,
        "client_secret": secret,
        "client_secret_expires_at": 0,
    }


def token(issued: Issued) -> TokenEntity:
    return {
        "access_token": issued.text,
        "token_type": "Bearer",
        "scope": " ".join(issued.row.scopes),
        "created_at": int(issued.row.created_at.timestamp()),
    }


class UserInfo(TypedDict):
    iss: str
    sub: str
    name: str
    preferred_username: str
    profile: str
    picture: str


def userinfo(caller: Caller) -> UserInfo:
    actor = caller.actor
    assert actor is not None  # noqa: S101  (the guard saw to it)
    return {
        "iss": f"{config.current().origin}/",
        "sub": actor.uri,
        "name": actor.name or actor.handle,
        "preferred_username": actor.handle,
        "profile": page_of(actor),
        "picture": picture("person.png"),
    }

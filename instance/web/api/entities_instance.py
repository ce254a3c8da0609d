"""This server as clients read it, in the old form and the new one."""

from datetime import datetime
from html import escape
from importlib.metadata import version
from typing import Any, TypedDict
from urllib.parse import urlsplit

from instance import config
from instance.outbox import local
from instance.outbox.polls import NAME_MOST, OPTIONS_MOST
from instance.services import (
    follow_languages,
    pictures,
    polls,
    profile_pins,
    push,
    settings,
    tags,
    wording,
)
from instance.services.settings import Settings
from instance.web.api.entities import moment, picture

UPSTREAM = "4.3.0"  # whose client API this is: no more is claimed than is there


class Rule(TypedDict):
    id: str
    text: str
    hint: str


class Limits(TypedDict):
    """What `configuration` says in both forms."""

    accounts: dict[str, int]
    statuses: dict[str, int]
    media_attachments: dict[str, Any]
    polls: dict[str, int]


class Configuration(Limits):
    urls: dict[str, str | None]
    vapid: dict[str, str]
    translation: dict[str, bool]
    timelines_access: dict[str, dict[str, str]]
    limited_federation: bool


class Document(TypedDict):
    updated_at: str
    content: str


class Language(TypedDict):
    code: str
    name: str


LANGUAGES: tuple[Language, ...] = ({"code": "en", "name": "English"},)


class InstanceV1(TypedDict):
    uri: str
    title: str
    short_description: str
    description: str
    email: str
    version: str
    urls: dict[str, str]
    stats: dict[str, int]
    thumbnail: str | None
    languages: list[str]
    registrations: bool
    approval_required: bool
    invites_enabled: bool
    configuration: Limits
    contact_account: None
    rules: list[Rule]
    max_toot_chars: int


class InstanceV2(TypedDict):
    domain: str
    title: str
    version: str
    source_url: str
    description: str
    usage: dict[str, dict[str, int]]
    thumbnail: dict[str, Any]
    icon: list[dict[str, str]]
    languages: list[str]
    configuration: Configuration
    registrations: dict[str, Any]
    api_versions: dict[str, int]
    contact: dict[str, Any]
    rules: list[Rule]


async def v1() -> InstanceV1:
    decided = await settings.read()
    described = _description(decided)
    return {
        "uri": config.current().authority,
        "title": decided.name,
        "short_description": described,
        "description": described,
        "email": decided.contact,
        "version": _version(),
        "urls": {"streaming_api": _streaming()},
        "stats": {"user_count": 0, "status_count": 0, "domain_count": 0},
        "thumbnail": picture("header.png"),
        "languages": [follow_languages.OURS],
        "registrations": False,
        "approval_required": False,
        "invites_enabled": False,
        "configuration": await _limits(),
        "contact_account": None,
        "rules": rules(decided),
        "max_toot_chars": wording.TEXT_MAX,
    }


async def v2() -> InstanceV2:
    decided = await settings.read()
    uri = config.current().uri
    return {
        "domain": config.current().authority,
        "title": decided.name,
        "version": _version(),
        "source_url": uri("/about"),
        "description": _description(decided),
        "usage": {"users": {"active_month": 0}},
        "thumbnail": {"url": picture("header.png"), "blurhash": None, "versions": {}},
        "icon": [{"src": picture("person.png"), "size": "400x400"}],
        "languages": [follow_languages.OURS],
        "configuration": {
            "urls": {
                "streaming": _streaming(),
                "status": None,
                "about": uri("/about"),
                "privacy_policy": uri("/about/privacy"),
                "terms_of_service": None,
            },
            "vapid": {"public_key": (await push.key()).public},
            **await _limits(),
            "translation": {"enabled": False},
            "timelines_access": {
                "live_feeds": {"local": "public", "remote": "authenticated"},
                "hashtag_feeds": {"local": "public", "remote": "authenticated"},
                "trending_link_feeds": {"local": "disabled", "remote": "disabled"},
            },
            "limited_federation": config.current().is_allowlist,
        },
        "registrations": {
            "enabled": False,
            "approval_required": False,
            "message": None,
            "url": None,
        },
        "api_versions": {"mastodon": 2, "curbside": 1},  # 2: takes notifications together
        "contact": {"email": decided.contact, "account": None},
        "rules": rules(decided),
    }


def rules(decided: Settings) -> list[Rule]:
    lines = [line.strip() for line in decided.rules.splitlines() if line.strip()]
    return [
        {"id": str(number), "text": line, "hint": ""} for number, line in enumerate(lines, start=1)
    ]


async def extended_description() -> Document:
    decided = await settings.read()
    about = config.current().uri("/about")
    text = f'<p>{escape(_description(decided))}</p><p><a href="{about}">{about}</a></p>'
    return {"updated_at": moment(await _since()), "content": text}


async def privacy_policy() -> Document:
    """Where it stands: it is a page, with what the operator decided."""
    page = config.current().uri("/about/privacy")
    text = f'<p>What becomes of what is written here: <a href="{page}">{page}</a></p>'
    return {"updated_at": moment(await _since()), "content": text}


async def _since() -> datetime:
    """As long as there is a server here, it is so."""
    return (await local.institution()).created_at


def _version() -> str:
    """Clients read it up to the first blank."""
    return f"{UPSTREAM} (compatible; Curbside {version('curbside')})"


def _streaming() -> str:
    parts = urlsplit(config.current().origin)
    return f"{'ws' if parts.scheme == 'http' else 'wss'}://{parts.netloc}"


def _description(decided: Settings) -> str:
    return f"{decided.name}: consults between hospitals, and public channels open to everyone."


async def _limits() -> Limits:
    """Where no application may send pictures none are announced: then clients offer none."""
    takes_pictures = await pictures.may_send(from_application=True)
    return {
        "accounts": {
            "max_featured_tags": tags.FEATURED_MOST,
            "max_pinned_statuses": profile_pins.MOST,
        },
        "statuses": {
            "max_characters": wording.TEXT_MAX,
            "max_media_attachments": pictures.MOST if takes_pictures else 0,
            "characters_reserved_per_url": 23,
        },
        "media_attachments": {
            "supported_mime_types": list(pictures.TYPES) if takes_pictures else [],
            "description_limit": pictures.ALT_MOST,
            "image_size_limit": pictures.BYTES_MOST,
            "image_matrix_limit": pictures.PIXELS_MOST,
            "video_size_limit": 0,
            "video_frame_rate_limit": 0,
            "video_matrix_limit": 0,
        },
        "polls": {
            "max_options": OPTIONS_MOST,
            "max_characters_per_option": NAME_MOST,
            "min_expiration": int(polls.SHORTEST.total_seconds()),
            "max_expiration": int(polls.LONGEST.total_seconds()),
        },
    }

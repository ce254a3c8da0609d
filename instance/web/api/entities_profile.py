"""An identity's own profile, as its applications change it."""

from typing import TypedDict

from instance.services.tokens import Caller
from instance.web.api import entities_accounts
from instance.web.api.entities_described import Field


class Profile(TypedDict):
    id: str
    display_name: str
    note: str
    fields: list[Field]
    avatar: str
    avatar_static: str
    avatar_description: str
    header: str
    header_static: str
    header_description: str
    locked: bool
    bot: bool
    hide_collections: bool | None
    discoverable: bool | None
    indexable: bool
    show_media: bool
    show_media_replies: bool
    show_featured: bool
    attribution_domains: list[str]
    featured_tags: list[str]


async def profile(caller: Caller) -> Profile:
    """Texts as they were typed."""
    own = await entities_accounts.credentials(caller)
    return {
        "id": own["id"],
        "display_name": own["display_name"],
        "note": own["source"]["note"],
        "fields": own["source"]["fields"],
        "avatar": own["avatar"],
        "avatar_static": own["avatar_static"],
        "avatar_description": "",
        "header": own["header"],
        "header_static": own["header_static"],
        "header_description": "",
        "locked": own["locked"],
        "bot": False,
        "hide_collections": True,
        "discoverable": own["discoverable"],
        "indexable": own["indexable"],
        "show_media": True,
        "show_media_replies": True,
        "show_featured": True,
        "attribution_domains": [],
        "featured_tags": [],
    }

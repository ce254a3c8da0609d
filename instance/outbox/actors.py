"""Actor documents: how our members, channels, consults and institution look to others."""

from datetime import datetime
from typing import Any

from federation import contexts, proofs, vocabulary
from instance import config
from instance.models import Actor, ActorKey, ActorKind, Channel, Closing, Standing
from instance.outbox import issuing, local, pictures, profiles, standing, status_lists, trust

_IMPLEMENTS = (
    "https://datatracker.ietf.org/doc/html/rfc9421",
    "https://datatracker.ietf.org/doc/html/rfc9421#name-eddsa-using-curve-edwards25",
    "https://w3id.org/fep/1b12",
    "https://w3id.org/fep/8b32",
    "https://w3id.org/fep/f228",
    "urn:curbside:v1",
)


async def document(actor: Actor, *, trusted: bool, now: datetime) -> dict[str, Any]:
    """The document of one of our actors (federation.md 4).

    With `trusted` it carries the member's standing and a proof by the institution's key
    (F-ACT-1); such an answer must not be cached by anybody.
    """
    build = {
        ActorKind.PERSON: _person,
        ActorKind.CHANNEL: _channel,
        ActorKind.CONSULT: _consult_group,
        ActorKind.INSTITUTION: _application,
    }[actor.kind]
    fields = {**await _common(actor), **build(actor)}
    if actor.kind is ActorKind.CHANNEL:
        fields |= await _restrictions(actor)
    if actor.kind is ActorKind.PERSON:
        fields |= await profiles.said(actor, trusted=trusted)
        fields |= await pictures.of_profile(actor)
        fields |= _journey(actor)
    if actor.kind is ActorKind.INSTITUTION:
        fields["cs:statusLists"] = await status_lists.uris()
        fields["cs:shared"] = config.current().uri("/shared")
        fields["cs:kind"] = config.current().kind
        closing = await Closing.filter(agreed_at__not_isnull=True, called_off_at=None).first()
        if closing is not None:
            fields["cs:closesAt"] = contexts.timestamp(closing.closes_at)
            fields["summary"] = f"This server closes on {closing.closes_at:%d %b %Y}."
    if trusted and actor.kind is ActorKind.PERSON:
        fields["cs:standing"] = await issuing.current(actor, now)
        # No pseudonym: beside its specialty a directory would tell whose it is (T87).
        if actor.discoverable and not actor.is_pseudonym:
            fields["cs:listed"] = True
    built = vocabulary.parse(fields).to_wire()
    if not trusted:
        return built
    institution = await local.institution()
    return proofs.add_proof(built, await local.private_key(institution, "ed25519"), now)


async def as_checked(actor: Actor) -> dict[str, Any]:
    """A remote contributor's actor and standing as we checked them, for F-CON-5."""
    statement = await Standing.get_or_none(actor_id=actor.id)
    ceiling = await trust.ceiling(actor.host)
    return {
        "id": actor.uri,
        "type": "Person",
        "preferredUsername": actor.handle,
        "name": actor.name,
        "cs:standing": standing.as_counted(statement.document, ceiling) if statement else None,
    }


async def _common(actor: Actor) -> dict[str, Any]:
    rsa, multikeys = await _keys(actor)
    return {
        "@context": contexts.PUBLIC,
        "id": actor.uri,
        "preferredUsername": actor.handle,
        "name": actor.name,
        "inbox": actor.inbox,
        "outbox": f"{actor.uri}/outbox",
        "endpoints": {"sharedInbox": actor.shared_inbox},
        "published": contexts.timestamp(_first_of_month(actor.created_at)),
        "assertionMethod": multikeys,
        "generator": {
            "type": "Application",
            "id": config.current().uri("/actor"),
            "implements": [{"href": href} for href in _IMPLEMENTS],
        },
        **({"publicKey": rsa} if rsa else {}),
    }


def _person(actor: Actor) -> dict[str, Any]:
    return {
        "type": "Person",
        "url": config.current().uri(f"/@{actor.handle}"),
        "followers": actor.followers_uri,
        "following": f"{actor.uri}/following",
        "featured": f"{actor.uri}/featured",
        "discoverable": actor.discoverable,
        "indexable": actor.indexable,
        "manuallyApprovesFollowers": actor.approves_followers,
    }


def _journey(actor: Actor) -> dict[str, Any]:
    """Where it came from and went to, for a Move (5.4); as most others write it."""
    found = {
        **({"alsoKnownAs": actor.also_known_as} if actor.also_known_as else {}),
        **({"movedTo": actor.moved_to_uri} if actor.moved_to_uri else {}),
    }
    return {"@context": contexts.MOVING, **found} if found else {}


def _channel(actor: Actor) -> dict[str, Any]:
    return {
        "type": "Group",
        "url": config.current().uri(f"/channels/{actor.handle}"),
        "summary": actor.summary,
        "followers": actor.followers_uri,
        "attributedTo": f"{actor.uri}/moderators",
        "moderators": f"{actor.uri}/moderators",
        "featured": f"{actor.uri}/featured",
        "discoverable": True,
        "cs:visibility": "public",
    }


async def _restrictions(actor: Actor) -> dict[str, Any]:
    """What moderators of a channel decide first: who begins threads, and who follows. The form
    that others know has no word for closed; that nobody but moderators begins threads is near."""
    row = await Channel.get_or_none(actor_id=actor.id)
    is_restricted = row is not None and (row.only_moderators_post or row.closed_at is not None)
    return {
        "postingRestrictedToMods": is_restricted,
        "manuallyApprovesFollowers": row is not None and row.approves_followers,
    }


def _consult_group(actor: Actor) -> dict[str, Any]:
    return {
        "type": "Group",
        "manuallyApprovesFollowers": True,
        "discoverable": False,
        "cs:visibility": "consult",
    }


def _application(actor: Actor) -> dict[str, Any]:
    return {
        "type": "Application",
        "url": config.current().uri("/about"),
        "manuallyApprovesFollowers": True,
        "implements": [{"href": href} for href in _IMPLEMENTS],
    }


async def _keys(actor: Actor) -> tuple[dict[str, Any] | None, list[dict[str, Any]]]:
    rsa: dict[str, Any] | None = None
    multikeys = []
    for key in await ActorKey.filter(actor_id=actor.id, retired_at=None).order_by("id"):
        if key.algorithm == "rsa":
            rsa = {"id": key.uri, "owner": actor.uri, "publicKeyPem": key.public}
        else:
            multikeys.append(
                {
                    "id": key.uri,
                    "type": "Multikey",
                    "controller": actor.uri,
                    "publicKeyMultibase": key.public,
                }
            )
    return rsa, multikeys


def _first_of_month(moment: datetime) -> datetime:
    """A whole date would help to link the actors of one member (F-ACT-2)."""
    return moment.replace(day=1, hour=0, minute=0, second=0, microsecond=0)

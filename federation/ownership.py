"""Who may speak for what, as far as a document alone can tell. Source: F-DOC-3, T01, T02, T06.

What is stored decides the rest: a handler still compares the stored owner.
"""

from typing import Any

from federation import vocabulary
from federation.errors import NotAllowed
from federation.origin import PRODUCTION, Development, require_same_origin

_ACTOR_TYPES = frozenset({"Person", "Group", "Application", "Service", "Organization"})


def require_own(activity: vocabulary.Object, dev: Development = PRODUCTION) -> None:
    """The activity's id, and what it creates, updates or deletes in full, are its actor's to give.

    The one object of a Create or Update is of the actor's origin, and if embedded the actor's own.
    An object embedded in a Delete is of its origin (moderators, instance actors); a bare id may be
    any: the stored owner decides. Raises Malformed, OriginMismatch or NotAllowed.
    """
    actor, kind = activity.actor_id, activity.type
    if kind not in ("Create", "Update"):
        require_same_origin(actor, activity.id, dev=dev)
    else:
        require_same_origin(actor, activity.id, activity.object_id, dev=dev)
        embedded = activity.object
        if embedded is not None and owner_of(embedded) != actor:
            raise NotAllowed(f"{actor} does not own the object")
    if kind == "Delete":
        for each in activity.objects("object"):
            require_same_origin(actor, each.get("id"), dev=dev)
            if each.get("attributedTo") is not None:
                require_same_origin(actor, owner_of(each), dev=dev)


def owner_of(document: dict[str, Any]) -> str:
    """An actor owns itself; anything else is owned by the one id in `attributedTo`.

    "" when there is none, or more than one: such an object is nobody's.
    """
    kind = document.get("type")
    if isinstance(kind, str) and kind in _ACTOR_TYPES:
        return vocabulary.id_of(document)
    return vocabulary.id_of(document.get("attributedTo"))

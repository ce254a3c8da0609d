"""Who may speak for what, as far as a document alone can tell. Source: F-DOC-3, T01, T02, T06.

What is stored decides the rest: a handler still compares the stored owner.
"""

from typing import Any

from federation import vocabulary
from federation.errors import Malformed, NotAllowed
from federation.origin import PRODUCTION, Development, require_same_origin

_ACTOR_TYPES = frozenset({"Person", "Group", "Application", "Service", "Organization"})
_OWNED = frozenset({"Create", "Update", "Delete"})


def require_own(activity: vocabulary.Object, dev: Development = PRODUCTION) -> None:
    """The activity's id, and in Create, Update and Delete its embedded object, are its actor's.

    For Create and Update the object's owner must be the actor itself; for Delete (moderators,
    instance actors) of the same origin. Raises Malformed, OriginMismatch or NotAllowed.
    """
    require_same_origin(activity.actor_id, activity.id, dev=dev)
    if activity.type not in _OWNED:
        return
    value = activity.get("object")
    if isinstance(value, list) and len(value) != 1 and activity.type != "Delete":
        raise Malformed(f"a {activity.type} of several objects")
    for embedded in activity.objects("object"):
        require_same_origin(activity.actor_id, embedded.get("id"), dev=dev)
        if activity.type != "Delete":
            if owner_of(embedded) != activity.actor_id:
                raise NotAllowed(f"{activity.actor_id} does not own the object")
        elif embedded.get("attributedTo") is not None:
            require_same_origin(activity.actor_id, owner_of(embedded), dev=dev)


def owner_of(document: dict[str, Any]) -> str:
    """An actor owns itself; anything else is owned by the one id in `attributedTo`.

    "" when there is none, or more than one: such an object is nobody's.
    """
    kind = document.get("type")
    if isinstance(kind, str) and kind in _ACTOR_TYPES:
        return vocabulary.id_of(document)
    return vocabulary.id_of(document.get("attributedTo"))

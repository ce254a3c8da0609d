"""Who may speak for whom: T01, T02, T06, and inbox forwarding (federation.md 7)."""

import pytest

from federation import proofs
from federation.errors import (
    HostBlocked,
    Malformed,
    NotAllowed,
    OriginMismatch,
)
from federation.keys import PrivateKey
from federation.messages import Request
from tests.federation.signed_requests import (
    EVE,
    LEE,
    MALLORY,
    MALLORY_ED,
    MALLORY_RSA,
    NOW,
    OKAFOR,
    PUBLIC,
    KnownKeys,
    create,
    follow,
    receive,
    refuse,
    signed_post,
)


async def test_an_activity_of_another_actor_is_refused() -> None:
    for actor in (OKAFOR, "https://stranger.example/u/bob", LEE):
        request = signed_post(follow(MALLORY, actor=actor, id=f"{actor}/a/1"), MALLORY_RSA)
        await refuse(request, NotAllowed)


async def test_the_key_not_the_document_says_who_signed() -> None:
    lying = follow(MALLORY, signer=OKAFOR, publicKey={"id": MALLORY_RSA.id, "owner": OKAFOR})
    assert (await receive(signed_post(lying, MALLORY_RSA))).signer == MALLORY


@pytest.mark.parametrize("actor", [None, "", 1, [], "lee", "/u/lee", "http://stranger.example/u"])
async def test_an_actor_that_is_no_id_is_refused(actor: object) -> None:
    with pytest.raises((Malformed, NotAllowed)):
        await receive(signed_post(create(MALLORY, actor=actor), MALLORY_RSA))


async def test_an_actor_may_be_written_as_an_object_or_a_list_of_one() -> None:
    for actor in ({"id": MALLORY, "type": "Person"}, [MALLORY]):
        verified = await receive(signed_post(create(MALLORY, actor=actor), MALLORY_RSA))
        assert verified.activity.actor_id == MALLORY


@pytest.mark.parametrize("activity_id", [None, "", 1, "a/1", "https://good.example/a/1"])
async def test_an_activity_id_of_no_or_another_origin_is_refused(activity_id: object) -> None:
    with pytest.raises((Malformed, OriginMismatch)):
        await receive(signed_post(follow(MALLORY, id=activity_id), MALLORY_RSA))


@pytest.mark.parametrize("kind", ["Create", "Update"])
@pytest.mark.parametrize(
    "owner",
    [
        OKAFOR,
        "https://stranger.example/u/bob",
        1,
        "",
        None,
        [],
        [MALLORY, OKAFOR],
        [OKAFOR, MALLORY],
        "/u/mallory",
        "mallory",
        "lee",
        {"type": "Person"},
        {"id": OKAFOR},
    ],
)
async def test_an_object_attributed_to_anyone_but_its_sender_is_refused(
    kind: str, owner: object
) -> None:
    note = create(MALLORY)["object"] | {"attributedTo": owner}
    with pytest.raises((NotAllowed, Malformed)):
        await receive(signed_post(create(MALLORY, type=kind, object=note), MALLORY_RSA))


@pytest.mark.parametrize("kind", ["Create", "Update", "Delete"])
@pytest.mark.parametrize(
    "object_id", [None, "", 1, "o/1", "https://good.example/o/1", "http://stranger.example/o/1"]
)
async def test_an_embedded_object_of_no_or_another_origin_is_refused(
    kind: str, object_id: object
) -> None:
    note = create(MALLORY)["object"] | {"id": object_id}
    for value in (note, [note]):
        with pytest.raises((NotAllowed, Malformed)):
            await receive(signed_post(create(MALLORY, type=kind, object=value), MALLORY_RSA))


async def test_a_bare_id_of_another_origin_may_be_deleted_as_far_as_the_document_tells() -> None:
    request = signed_post(create(MALLORY, type="Delete", object=f"{OKAFOR}/o/1"), MALLORY_RSA)
    assert (await receive(request)).activity.object_id == f"{OKAFOR}/o/1"
    for kind in ("Create", "Update"):
        request = signed_post(create(MALLORY, type=kind, object=f"{OKAFOR}/o/1"), MALLORY_RSA)
        await refuse(request, OriginMismatch)


async def test_one_create_makes_one_object() -> None:
    note = create(MALLORY)["object"]
    assert await receive(signed_post(create(MALLORY, object=[note]), MALLORY_RSA))
    await refuse(signed_post(create(MALLORY, object=[note, note]), MALLORY_RSA), Malformed)


async def test_an_actor_updates_itself_and_nobody_else() -> None:
    for document in (
        {"id": MALLORY, "type": "Person"},
        {"id": MALLORY, "type": "Group", "attributedTo": f"{MALLORY}/moderators"},
    ):
        update = create(MALLORY, type="Update", object=document)
        assert await receive(signed_post(update, MALLORY_RSA))
    other = {"id": "https://stranger.example/u/bob", "type": "Person", "attributedTo": MALLORY}
    await refuse(signed_post(create(MALLORY, type="Update", object=other), MALLORY_RSA), NotAllowed)


async def test_an_instance_may_delete_what_its_members_own_and_no_more() -> None:
    instance = "https://stranger.example/actor"
    key = PrivateKey(f"{instance}#main-key-1", instance, MALLORY_RSA.key)
    keys = KnownKeys(key.public)

    def delete(owner: object) -> Request:
        note = {"id": f"{MALLORY}/o/1", "type": "Tombstone", "attributedTo": owner}
        return signed_post(create(instance, type="Delete", object=note), key)

    assert await receive(delete(MALLORY), keys)
    assert await receive(delete(None), keys)
    for owner in (OKAFOR, 1, [MALLORY, OKAFOR], ""):
        with pytest.raises((NotAllowed, Malformed)):
            await receive(delete(owner), keys)


async def test_what_others_wrote_may_be_announced_or_liked() -> None:
    note = create(OKAFOR)["object"]
    for kind in ("Announce", "Like", "Add", "Flag"):
        activity = follow(MALLORY, type=kind, object=note)
        assert (await receive(signed_post(activity, MALLORY_RSA))).activity.type == kind


# Inbox forwarding


async def test_a_public_post_may_be_handed_on_and_is_marked_so() -> None:
    bob = "https://third.example/u/bob"
    for kind in ("Create", "Update", "Delete"):
        verified = await receive(signed_post(create(bob, type=kind), MALLORY_RSA))
        assert verified.forwarded
        assert (verified.signer, verified.activity.actor_id) == (MALLORY, bob)
        assert (verified.host, verified.proven) == ("stranger.example", False)


async def test_nothing_else_may_be_handed_on() -> None:
    bob = "https://third.example/u/bob"
    for document in (
        follow(bob, to=[PUBLIC]),
        create(bob, type="Announce"),
        create(bob, to=["https://third.example/u/bob/followers"]),
        create(bob, to=[LEE]),
        create(bob, to=[]),
        create(LEE),  # a member of ours
        create("https://MERCY.example:443/u/lee"),
    ):
        await refuse(signed_post(document, MALLORY_RSA), NotAllowed)


async def test_a_blocked_hosts_post_is_not_taken_from_a_friend() -> None:
    await refuse(signed_post(create(EVE), MALLORY_RSA), HostBlocked)


async def test_a_forwarders_proof_proves_nothing_about_the_author() -> None:
    bob = "https://third.example/u/bob"
    document = proofs.add_proof(create(bob), MALLORY_ED, NOW)

    verified = await receive(signed_post(document, MALLORY_ED))
    assert (verified.forwarded, verified.proven) == (True, False)

"""Who speaks for whom: T01 to T07."""

from tests.removals.entry import Removal

_FEDERATION = "tests/federation"
_INBOX = "tests/instance/inbox"

REMOVALS = (
    Removal(
        "T01",
        "an activity counts though another key signed it",
        "federation/authentication.py",
        "        await _require_forwardable(activity, signed.key.owner, site, trust)\n",
        "        pass\n",
        f"{_INBOX}/test_public_posts.py::test_an_activity_in_the_name_of_another_is_refused",
    ),
    Removal(
        "T01",
        "what poses as a member of ours may be handed on",
        "federation/authentication.py",
        "if actor_host == host_of(site.origin, site.development):",
        "if not actor_host:",
        f"{_FEDERATION}/test_ownership.py::test_nothing_else_may_be_handed_on",
    ),
    Removal(
        "T01",
        "posing leaves no record",
        "instance/inbox/receive.py",
        "            await refusals.record_impersonation(error, request.body)\n",
        "            pass\n",
        f"{_INBOX}/test_floods.py"
        "::test_who_poses_as_a_member_is_recorded_and_who_poses_as_a_stranger_is_not",
    ),
    Removal(
        "T02",
        "an object counts though it is attributed to somebody else",
        "federation/ownership.py",
        "        if embedded is not None and owner_of(embedded) != actor:\n"
        '            raise NotAllowed(f"{actor} does not own the object")\n',
        "",
        f"{_INBOX}/test_public_posts.py::test_a_post_in_the_name_of_another_is_refused",
    ),
    Removal(
        "T02",
        "the first of several owners is taken",
        "federation/fields.py",
        "if isinstance(value, list) and len(value) == 1:",
        "if isinstance(value, list) and value:",
        f"{_FEDERATION}/test_ownership.py"
        "::test_an_object_attributed_to_anyone_but_its_sender_is_refused",
    ),
    Removal(
        "T03",
        "a document of another origin is taken from who serves it",
        "federation/client.py",
        "if not isinstance(identifier, str) or not self._guard.same_origin(identifier, url):",
        "if not isinstance(identifier, str):",
        f"{_FEDERATION}/test_answers.py"
        "::test_a_document_of_another_origin_is_dropped_and_not_asked_for",
    ),
    Removal(
        "T03",
        "another id of the origin is not looked up where it lives",
        "federation/client.py",
        "if not self._lives_at(document, response.url):\n"
        "                identifier = self._id_at_origin(document, response.url)",
        "if False:\n                identifier = self._id_at_origin(document, response.url)",
        f"{_FEDERATION}/test_answers.py::test_another_id_of_the_same_origin_counts_as_served_there",
    ),
    Removal(
        "T03",
        "an actor has its inbox at another server",
        "instance/outbox/remote_actors.py",
        "    require_same_origin(*addresses, dev=config.current().development)\n",
        "",
        f"{_INBOX}/test_gone_actors.py::test_an_actor_cannot_move_to_another_server_by_an_update",
    ),
    Removal(
        "T04",
        "a server vouches for actors of other servers",
        "federation/authentication.py",
        "    require_same_origin(origin, activity.actor_id, activity.id, dev=development)\n",
        "",
        f"{_FEDERATION}/test_authentication.py::test_a_server_speaks_for_its_own_actors_alone",
    ),
    Removal(
        "T04",
        "a channel is taken at its word about other servers",
        "instance/inbox/announce.py",
        "    try:\n"
        "        require_same_origin(group.uri, author_uri, dev=development)\n"
        "    except OriginMismatch:\n"
        "        return await _proven(inner, outer, group)\n",
        "",
        f"{_INBOX}/test_wanted_posts.py::test_what_a_channel_wraps_is_read_where_its_author_lives",
    ),
    Removal(
        "T05",
        "any key id is looked for",
        "federation/signers.py",
        "if len(key_id) <= _MAXIMUM_KEY_ID:",
        "if True:",
        f"{_FEDERATION}/test_signers.py::test_a_key_id_that_is_no_plain_https_id_is_never_fetched",
    ),
    Removal(
        "T05",
        "a key counts for an owner of another origin",
        "federation/signers.py",
        "    if not _is_own(key.id, key.owner, dev):\n",
        "    if not _is_own(key.id, key.id, dev):\n",
        f"{_FEDERATION}/test_signers.py::test_a_key_that_names_another_id_owner_or_kind_is_refused",
    ),
    Removal(
        "T05",
        "a key counts though its owner does not list it",
        "instance/outbox/remote.py",
        '            document = await self.get(owner)\n            if document.get("id") != owner:',
        '            document = {**await self.get(owner), "publicKey": document | {"id": url}}\n'
        '            if document.get("id") != owner:',
        "tests/instance/outbox/test_directory.py"
        "::test_a_key_whose_owner_does_not_list_it_is_nobodys",
    ),
    Removal(
        "T05",
        "a key of another owner is the actor's",
        "federation/actor_keys.py",
        "if not isinstance(key_id, str) or owner != actor:",
        "if not isinstance(key_id, str):",
        f"{_FEDERATION}/test_keys.py::test_a_key_of_another_owner_is_not_the_actors",
    ),
    Removal(
        "T06",
        "a neighbour changes a post",
        "instance/inbox/changes.py",
        '    if stored.author.uri != verified.signer:\n        raise Refused("T06 owner")\n'
        "    if stored.deleted_at",
        "    if stored.deleted_at",
        f"{_INBOX}/test_changes.py::test_nobody_else_changes_it_not_even_on_the_same_server",
    ),
    Removal(
        "T06",
        "a neighbour deletes a post",
        "instance/inbox/changes.py",
        "    if verified.announced_by or not await _is_institution(verified, stored.author.host):\n"
        '        raise Refused("T06 owner")\n',
        "",
        f"{_INBOX}/test_changes.py::test_nobody_else_changes_it_not_even_on_the_same_server",
    ),
    Removal(
        "T07",
        "a key counts under another id than its own",
        "federation/signers.py",
        "    if key.id != key_id:\n"
        '        raise SignatureRefused("another key than the one named")\n',
        "",
        f"{_FEDERATION}/test_signers.py::test_a_key_that_names_another_id_owner_or_kind_is_refused",
    ),
    Removal(
        "T07",
        "a key served alone is taken for the one asked for",
        "federation/actor_keys.py",
        'if isinstance(entry, dict) and entry.get("id") == key_id:',
        "if isinstance(entry, dict):",
        f"{_FEDERATION}/test_keys.py"
        "::test_a_key_served_alone_names_its_owner_if_it_is_the_key_asked_for",
    ),
)

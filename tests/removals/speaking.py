"""Who is speaking: T01 to T19."""

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
        "        if activity.object is not None and owner_of(activity.object) != actor:\n"
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
        "        require_same_origin(key.id, key.owner, dev=dev)\n",
        "",
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
    Removal(
        "T08",
        "a signature need not cover target, host and digest",
        "federation/cavage.py",
        'if not required <= set(covered) or not {"date", "(created)"} & set(covered):',
        'if not {"date", "(created)"} & set(covered):',
        f"{_FEDERATION}/test_signers.py::test_an_unsigned_part_of_a_cavage_request_is_refused",
    ),
    Removal(
        "T08",
        "a signature need not cover a time",
        "federation/cavage.py",
        'if not required <= set(covered) or not {"date", "(created)"} & set(covered):',
        "if not required <= set(covered):",
        f"{_FEDERATION}/test_signers.py::test_an_unsigned_part_of_a_cavage_request_is_refused",
    ),
    Removal(
        "T08",
        "the digest of a POST may stand outside the signature",
        "federation/cavage.py",
        '        required.add("digest")\n',
        "        pass\n",
        f"{_FEDERATION}/test_signers.py::test_an_unsigned_part_of_a_cavage_request_is_refused",
    ),
    Removal(
        "T08",
        "a body is not compared with its digest",
        "federation/cavage.py",
        "        digests.check_digest(request)\n",
        "        pass\n",
        f"{_FEDERATION}/test_cavage.py::test_a_swapped_body_is_refused",
    ),
    Removal(
        "T08",
        "a signature is not verified",
        "federation/cavage.py",
        "            key.key.verify(claim.signature, text, PKCS1v15(), SHA256())\n",
        "            pass\n",
        f"{_INBOX}/test_before_the_signature.py"
        "::test_a_request_that_does_not_verify_writes_nothing",
    ),
    Removal(
        "T08",
        "a signature of RFC 9421 is not verified",
        "federation/rfc9421.py",
        "        verifier.verify(_Message(request.method, origin + request.target, headers), "
        "max_age=None)\n",
        "        pass\n",
        f"{_FEDERATION}/test_rfc9421.py::test_a_signature_for_another_target_is_refused",
    ),
    Removal(
        "T09",
        "a digest need not be SHA-256",
        "federation/digests.py",
        '    if "sha-256" not in members:\n'
        '        raise SignatureRefused("no SHA-256 in Digest")\n',
        "",
        f"{_FEDERATION}/test_cavage.py"
        "::test_a_digest_that_does_not_say_sha256_of_this_body_is_refused",
    ),
    Removal(
        "T09",
        "SHA-512 beside a right SHA-256 is not compared",
        "federation/digests.py",
        "for algorithm in members.keys() & _HASHES.keys():",
        'for algorithm in members.keys() & {"sha-256"}:',
        f"{_FEDERATION}/test_cavage.py"
        "::test_a_digest_that_does_not_say_sha256_of_this_body_is_refused",
    ),
    Removal(
        "T09",
        "Content-Digest beside Digest is not compared",
        "federation/cavage.py",
        '    if request.all("content-digest"):\n        digests.check_content_digest(request)\n',
        "",
        f"{_FEDERATION}/test_cavage.py::test_a_content_digest_that_disagrees_is_refused",
    ),
    Removal(
        "T09",
        "Digest beside Content-Digest is not compared",
        "federation/rfc9421.py",
        '    if request.all("digest"):\n        digests.check_digest(request)\n',
        "",
        f"{_FEDERATION}/test_rfc9421.py::test_a_digest_header_that_disagrees_is_refused",
    ),
    Removal(
        "T09",
        "an encoded body is read",
        "federation/authentication.py",
        '    if request.header("content-encoding") is not None:\n'
        '        raise UnsupportedMedia("an encoded body")\n',
        "",
        f"{_FEDERATION}/test_signers.py::test_a_request_refused_for_its_form_causes_no_fetch",
    ),
    Removal(
        "T10",
        "a header may be repeated",
        "federation/messages.py",
        "        if len(values) > 1:\n"
        '            raise SignatureRefused(f"repeated {name} header")\n',
        "",
        f"{_FEDERATION}/test_cavage_headers.py::test_a_repeated_header_is_refused",
    ),
    Removal(
        "T10",
        "a signature parameter may be repeated or misspelt",
        "federation/cavage.py",
        "if name in found or _KNOWN.get(name.lower(), name) != name:",
        "if False:",
        f"{_FEDERATION}/test_cavage_headers.py"
        "::test_a_signature_header_that_two_readers_may_read_differently_is_refused",
    ),
    Removal(
        "T10",
        "a value with a line break speaks as two headers",
        "federation/cavage.py",
        "if value is None or _UNPRINTABLE.search(str(value)):",
        "if value is None:",
        f"{_FEDERATION}/test_cavage_headers.py::test_a_covered_value_that_could_fake_a_line_is_refused",
    ),
    Removal(
        "T10",
        "any target is taken",
        "federation/signers.py",
        "    if not _TARGET.fullmatch(request.target):\n"
        '        raise SignatureRefused("not a plain path as target")\n',
        "",
        f"{_FEDERATION}/test_signers.py::test_a_target_that_is_no_plain_path_is_refused",
    ),
    Removal(
        "T10",
        "a control character passes in a header",
        "federation/signers.py",
        "    if any(_CONTROLS.search(value) for _, value in request.headers):\n"
        '        raise SignatureRefused("a control character in a header")\n',
        "",
        f"{_FEDERATION}/test_signers.py::test_a_control_character_in_any_header_is_refused",
    ),
    Removal(
        "T10",
        "a request for another host is taken",
        "federation/cavage.py",
        'if host not in (authority, f"{authority}:443"):',
        "if not host:",
        f"{_FEDERATION}/test_cavage.py"
        "::test_a_request_for_another_host_is_refused_whatever_a_proxy_header_says",
    ),
    Removal(
        "T10",
        "an inbox serves whatever host is asked for",
        "instance/web/inbox_asgi.py",
        "    if hosts != [config.current().authority]:\n        return 421\n",
        "",
        "tests/instance/web/test_refusals.py::test_a_request_for_another_host_is_for_nobody_here",
    ),
    Removal(
        "T11",
        "any algorithm may be named",
        "federation/cavage.py",
        "    if algorithm not in _ALGORITHMS:\n"
        '        raise SignatureRefused("unknown signature algorithm")\n',
        "",
        f"{_FEDERATION}/test_cavage.py::test_any_other_algorithm_is_refused",
    ),
    Removal(
        "T11",
        "an algorithm may be named that is not the key's",
        "federation/cavage.py",
        '            if claim.algorithm == "rsa-sha256":\n'
        '                raise SignatureRefused("the algorithm is not the key\'s")\n',
        "",
        f"{_FEDERATION}/test_cavage.py::test_an_ed25519_key_decides_the_algorithm",
    ),
    Removal(
        "T11",
        "a short RSA key counts",
        "federation/keys.py",
        "        if not minimum_rsa_bits <= key.key_size <= _MAXIMUM_RSA_BITS:\n"
        '            raise Malformed(f"RSA key of {key.key_size} bits")\n',
        "",
        f"{_FEDERATION}/test_keys.py::test_an_rsa_key_under_2048_bits_is_refused",
    ),
    Removal(
        "T11",
        "an RSA key with any exponent counts",
        "federation/keys.py",
        "if key.public_numbers().e >= 2**32:",
        "if False:",
        f"{_FEDERATION}/test_keys.py"
        "::test_an_rsa_key_with_an_exponent_that_protects_nothing_is_refused",
    ),
    Removal(
        "T11",
        "an Ed25519 key that every message fits counts",
        "federation/keys.py",
        "if y >= _FIELD or y in _SMALL_ORDER:",
        "if False:",
        f"{_FEDERATION}/test_keys.py::test_an_ed25519_key_that_every_message_fits_is_refused",
    ),
    Removal(
        "T11",
        "a certificate or a private key is read as a key",
        "federation/keys.py",
        "if not isinstance(pem, str) or not _PEM.fullmatch(pem):",
        "if not isinstance(pem, str):",
        f"{_FEDERATION}/test_keys.py::test_a_pem_with_anything_but_one_public_key_is_refused",
    ),
    Removal(
        "T11",
        "a key found in a cache is not looked over",
        "federation/signers.py",
        "        require_strong(key.key)\n",
        "",
        f"{_FEDERATION}/test_signers.py::test_a_weak_key_is_refused_even_if_the_cache_holds_it",
    ),
    Removal(
        "T11",
        "an actor that publishes a private key is believed",
        "federation/actor_keys.py",
        "    if _PRIVATE_MEMBERS & entry.keys() or (isinstance(pem, str) and "
        '"PRIVATE KEY" in pem):\n'
        '        raise Malformed("a private key in a public document")\n',
        "    del pem\n",
        f"{_FEDERATION}/test_keys.py::test_an_actor_that_publishes_a_private_key_is_refused",
    ),
    Removal(
        "T12",
        "a signature need not cover method and target",
        "federation/rfc9421.py",
        'if "@method" not in names or not any(target <= names for target in _TARGETS):',
        "if not names:",
        f"{_FEDERATION}/test_rfc9421.py"
        "::test_a_signature_that_leaves_a_required_part_out_is_refused",
    ),
    Removal(
        "T12",
        "a signature need not cover the body",
        "federation/rfc9421.py",
        'if has_body and "content-digest" not in names:',
        "if has_body and not names:",
        f"{_FEDERATION}/test_rfc9421.py"
        "::test_a_signature_that_leaves_a_required_part_out_is_refused",
    ),
    Removal(
        "T12",
        "a cavage signature saves a failing one of RFC 9421",
        "federation/signers.py",
        "        return rfc9421.parse_all(request)\n",
        "        try:\n"
        "            return rfc9421.parse_all(request)\n"
        "        except SignatureRefused:\n"
        "            pass\n",
        f"{_FEDERATION}/test_signers.py"
        "::test_a_failing_rfc9421_signature_is_not_saved_by_a_cavage_one_beside_it",
    ),
    Removal(
        "T12",
        "of a parameter given twice the last counts",
        "federation/rfc9421.py",
        "        if name in texts or name in times:\n"
        '            raise SignatureRefused("a signature parameter is given twice")\n',
        "",
        f"{_FEDERATION}/test_rfc9421.py::test_parameters_outside_the_profile_are_refused",
    ),
    Removal(
        "T12",
        "any number of labels is read",
        "federation/rfc9421.py",
        "if set(labels) != encoded.keys() or len(labels) > MAXIMUM_LABELS:",
        "if set(labels) != encoded.keys():",
        f"{_FEDERATION}/test_rfc9421_headers.py::test_more_labels_than_two_are_refused",
    ),
    Removal(
        "T13",
        "an old signature counts",
        "federation/cavage.py",
        'if "date" in claim.covered and abs(now - _date(request.single("date"))) > window:',
        "if False:",
        f"{_INBOX}/test_before_the_signature.py"
        "::test_a_request_that_does_not_verify_writes_nothing",
    ),
    Removal(
        "T13",
        "the time of a signature of RFC 9421 is not looked at",
        "federation/rfc9421.py",
        "    check_created(claim, now, window)\n",
        "",
        f"{_FEDERATION}/test_rfc9421.py::test_parameters_outside_the_profile_are_refused",
    ),
    Removal(
        "T13",
        "a signature counts each time it comes",
        "instance/inbox/receive.py",
        "    if not await once.is_new_signature(verified.signature_hash, expires_at):\n"
        "        return False\n",
        "    del expires_at\n",
        f"{_INBOX}/test_once.py::test_what_somebody_handed_on_is_asked_for_once",
    ),
    Removal(
        "T13",
        "an activity counts each time it comes",
        "instance/inbox/receive.py",
        "    return await once.is_new_activity(activity.id, verified.host, activity.type_name)\n",
        "    await once.is_new_activity(activity.id, verified.host, activity.type_name)\n"
        "    return True\n",
        f"{_INBOX}/test_once.py::test_a_follow_that_was_undone_does_not_come_back",
    ),
    Removal(
        "T13",
        "a deleted post comes back",
        "instance/services/gone.py",
        "        if by == owner_uri or await trust.is_institution(by, host):\n"
        "            return True\n",
        "        await trust.is_institution(by, host)\n",
        f"{_INBOX}/test_changes.py::test_a_delete_that_overtakes_its_post_keeps_it_away",
    ),
    Removal(
        "T14",
        "a document may be turned inside out",
        "federation/documents.py",
        "        if name in _RESTRUCTURING:\n"
        '            raise Malformed(f"{name} restructures the document")\n',
        "",
        f"{_FEDERATION}/test_documents.py"
        "::test_a_keyword_that_restructures_a_document_is_refused_at_any_depth",
    ),
    Removal(
        "T14",
        "a term may be redefined",
        "federation/documents.py",
        "            _check_definition(term, meaning)\n",
        "            del term, meaning\n",
        f"{_FEDERATION}/test_documents.py::test_a_redefined_term_is_refused",
    ),
    Removal(
        "T14",
        "type and id may be written in two ways",
        "federation/documents.py",
        'if "@id" in node or (depth == 1 and "@type" in node):',
        "if False:",
        f"{_FEDERATION}/test_documents.py::test_type_at_the_top_has_one_spelling_only",
    ),
    Removal(
        "T15",
        "an upload is read as a document",
        "federation/answers.py",
        '    if not documents.is_activity_type(response.headers.get("content-type")):\n'
        '        refuse(response.url, "answered something that is not ActivityStreams")\n',
        "",
        f"{_FEDERATION}/test_answers.py::test_an_upload_is_no_document_whatever_is_in_it",
    ),
    Removal(
        "T15",
        "an inbox takes any type",
        "federation/authentication.py",
        '    if not documents.is_activity_type(request.header("content-type")):\n'
        '        raise UnsupportedMedia("not an ActivityStreams type")\n',
        "",
        f"{_INBOX}/test_before_the_signature.py"
        "::test_a_request_that_does_not_verify_writes_nothing",
    ),
    Removal(
        "T15",
        "any profile of JSON-LD is ActivityStreams",
        "federation/documents.py",
        "return len(profiles) == 1 and _AS[:-1] in profiles[0].strip('\"').split()",
        "return len(profiles) < 2",
        f"{_FEDERATION}/test_documents.py::test_no_other_media_type_is",
    ),
    Removal(
        "T16",
        "a proof need not fit the document",
        "federation/proofs.py",
        "        key.key.verify(signature_of(document), _hash(config, _without_proof(document)))\n",
        "        pass\n",
        f"{_FEDERATION}/test_proofs.py"
        "::test_a_document_with_one_member_changed_or_added_is_refused",
    ),
    Removal(
        "T16",
        "a proof may be of another suite or for another purpose",
        "federation/proofs.py",
        'if not _is_ours(proof) or proof.get("proofPurpose") != _PURPOSE:',
        "if False:",
        f"{_FEDERATION}/test_proofs.py::test_a_proof_that_fits_and_says_something_else_is_refused",
    ),
    Removal(
        "T16",
        "a proof may name another key, or one that may not assert",
        "federation/proofs.py",
        'if proof.get("verificationMethod") != key.id or not key.may_assert:',
        "if False:",
        f"{_FEDERATION}/test_proofs.py"
        "::test_only_the_named_key_of_the_right_kind_and_listing_counts",
    ),
    Removal(
        "T16",
        "a proof may have another context than its document",
        "federation/proofs.py",
        "    if not _same_context(document, proof):\n"
        "        raise ProofRefused(\"the proof's context is not the document's\")\n",
        "",
        f"{_FEDERATION}/test_proofs.py::test_a_proof_that_fits_and_says_something_else_is_refused",
    ),
    Removal(
        "T16",
        "a proof may be from the future or expired",
        "federation/proofs.py",
        "    _check_times(proof, now)\n",
        "",
        f"{_FEDERATION}/test_proofs.py::test_a_proof_that_fits_and_says_something_else_is_refused",
    ),
    Removal(
        "T16",
        "the proof of a colleague on the host counts",
        "federation/authentication.py",
        "    if activity.actor_id != owner:\n"
        '        raise NotAllowed(f"{owner} made a proof for {activity.actor_id}")\n',
        "",
        f"{_FEDERATION}/test_authentication.py::test_a_proof_counts_for_its_keys_owner_only",
    ),
    Removal(
        "T17",
        "anybody of a server speaks for it as a whole",
        "instance/outbox/trust.py",
        "    return await Actor.filter(uri=actor_uri, host=host, kind=ActorKind.INSTITUTION)"
        ".exists()\n",
        "    return await Actor.filter(uri=actor_uri, host=host).exists()\n",
        f"{_INBOX}/test_gone_actors.py"
        "::test_neither_a_person_called_like_it_nor_the_actor_of_another_does",
    ),
    Removal(
        "T17",
        "another Application speaks for a pinned institution",
        "instance/outbox/trust.py",
        "    if pinned is not None:\n        return pinned.actor_uri == actor_uri\n",
        "",
        f"{_INBOX}/test_gone_actors.py"
        "::test_where_an_institution_is_pinned_no_other_application_of_its_server_does",
    ),
    Removal(
        "T17",
        "a server names the instance actor of another",
        "federation/webfinger.py",
        "    if origin_of(actor_id, client.development) != origin_of(base, client.development):\n"
        '        raise OriginMismatch(f"{host} names an instance actor of another origin")\n',
        "",
        f"{_FEDERATION}/test_webfinger.py::test_an_instance_cannot_name_the_actor_of_another",
    ),
    Removal(
        "T18",
        "a server makes another's actor its own",
        "federation/webfinger.py",
        "        if confirmed != actor_id:\n"
        '            raise OriginMismatch(f"{asked.host} named an actor of {own_host}, which does '
        'not agree")\n',
        "",
        f"{_FEDERATION}/test_webfinger.py::test_a_host_cannot_make_a_strangers_actor_its_own",
    ),
    Removal(
        "T18",
        "a claimed handle of another host is shown",
        "federation/webfinger.py",
        "if subject is None or subject.same_as(asked) or not await _confirms(client, subject, "
        "actor_id):",
        "if subject is None or subject.same_as(asked):",
        f"{_FEDERATION}/test_webfinger.py::test_a_claimed_handle_of_another_host_is_not_shown",
    ),
    Removal(
        "T18",
        "a look-up follows to another host",
        "federation/webfinger.py",
        "    jrd = await client.get_json(url, accept=accept, may_leave=False)\n",
        "    jrd = await client.get_json(url, accept=accept, may_leave=True)\n",
        f"{_FEDERATION}/test_webfinger.py::test_a_redirect_to_another_host_is_not_followed",
    ),
    Removal(
        "T19",
        "a host is compared in whatever letters it is written",
        "federation/origin.py",
        "        name = _ascii_name(host.lower())\n",
        "        name = host\n",
        f"{_FEDERATION}/test_origin.py"
        "::test_an_origin_is_the_lower_case_ascii_host_with_a_port_that_is_not_the_default",
    ),
    Removal(
        "T19",
        "a host passes that two versions of IDNA read differently",
        "federation/origin.py",
        '    if encoded.decode("idna") != name:\n'
        '        raise Malformed("not a host in normal form")\n',
        "",
        f"{_FEDERATION}/test_origin.py::test_what_is_not_a_plain_https_id_belongs_to_nobody",
    ),
    Removal(
        "T19",
        "an A-label may stand for plain ASCII",
        "federation/origin.py",
        "        _check_a_label(label)\n",
        "        pass\n",
        f"{_FEDERATION}/test_origin.py::test_what_is_not_a_plain_https_id_belongs_to_nobody",
    ),
    Removal(
        "T19",
        "a name keeps what nobody sees",
        "instance/html.py",
        '    visible = text if text.isprintable() else "".join(filter(_is_visible, text))\n',
        "    visible = text\n",
        "tests/instance/test_plain_text.py::test_plain_text_is_one_line_of_what_can_be_seen",
    ),
)

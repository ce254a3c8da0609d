"""What comes again, what is read as document or proof, and whose name it bears: T13 to T19."""

from tests.removals.entry import Removal

_FEDERATION = "tests/federation"
_INBOX = "tests/instance/inbox"

REMOVALS = (
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
        "instance/inbox/arrivals.py",
        "        return await once.is_new_signature("
        "verified.signature_hash, expires_at, locking=name)\n",
        "        del expires_at\n        return True\n",
        f"{_INBOX}/test_once.py::test_what_somebody_handed_on_is_asked_for_once",
    ),
    Removal(
        "T13",
        "an activity counts each time it comes",
        "instance/inbox/arrivals.py",
        "            return await once.is_new_activity(self.received)\n",
        "            await once.is_new_activity(self.received)\n            return True\n",
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
        "    if found := _RESTRUCTURING.intersection(node):\n"
        '        raise Malformed(f"{min(found)} restructures the document")\n',
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
        "a wrong proof counts as none where the signature is right",
        "federation/authentication.py",
        "        proofs.check_proof(verified.document, key, now)\n",
        "        pass\n",
        "tests/instance/inbox/test_forwarding.py"
        "::test_a_proof_that_does_not_fit_is_refused_even_where_none_was_needed",
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
        "a handle may name another host",
        "instance/outbox/remote_actors.py",
        "    if found and not _UNFIT.search(found):\n",
        "    if found:\n",
        "tests/instance/inbox/test_odd_values.py"
        "::test_who_says_no_fit_handle_has_the_end_of_their_id",
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
        '    return text if text.isprintable() else "".join(filter(_is_visible, text))\n',
        "    return text\n",
        "tests/instance/test_plain_text.py::test_plain_text_is_one_line_of_what_can_be_seen",
    ),
)

"""What a signature says, and of what: T08 to T12."""

from tests.removals.entry import Removal

_FEDERATION = "tests/federation"
_INBOX = "tests/instance/inbox"

REMOVALS = (
    Removal(
        "T08",
        "a signature need not cover target, host and digest",
        "federation/cavage.py",
        "return required.issubset(covered) and not _TIMES_COVERED.isdisjoint(covered)",
        "return not _TIMES_COVERED.isdisjoint(covered)",
        f"{_FEDERATION}/test_signers.py::test_an_unsigned_part_of_a_cavage_request_is_refused",
    ),
    Removal(
        "T08",
        "a signature need not cover a time",
        "federation/cavage.py",
        "return required.issubset(covered) and not _TIMES_COVERED.isdisjoint(covered)",
        "return required.issubset(covered)",
        f"{_FEDERATION}/test_signers.py::test_an_unsigned_part_of_a_cavage_request_is_refused",
    ),
    Removal(
        "T08",
        "the digest of a POST may stand outside the signature",
        "federation/cavage.py",
        "_covers_enough(covered, _COVERED_WITH_BODY)",
        "_covers_enough(covered, _COVERED)",
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
        "            key.key.verify(claim.signature, text, _PADDING, _HASH)\n",
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
        "a request may name another server beside Host",
        "instance/cli/connections.py",
        '        if not self.url.startswith(b"/"):\n',
        "        if False:\n",
        "tests/live/test_rude_senders.py::test_a_request_that_names_another_server_is_no_request",
    ),
    Removal(
        "T10",
        "a header may be repeated",
        "federation/messages.py",
        "if not self._repeated.isdisjoint(names):",
        "if False:",
        f"{_FEDERATION}/test_cavage_headers.py"
        "::test_a_repeated_date_is_refused_even_where_it_is_not_signed",
    ),
    Removal(
        "T10",
        "of two signatures in one header the last counts",
        "federation/cavage.py",
        '    if "signature" in found:\n'
        '        raise SignatureRefused("repeated signature parameter")\n',
        "",
        f"{_FEDERATION}/test_cavage_headers.py"
        "::test_a_signature_header_that_two_readers_may_read_differently_is_refused",
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
        'if not text.isascii() or has_controls(" ".join(lines)):',
        "if not text.isascii():",
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
        '    if has_controls("".join(request.values.values())):\n'
        '        raise SignatureRefused("a control character in a header")\n',
        "",
        f"{_FEDERATION}/test_signers.py::test_a_control_character_in_any_header_is_refused",
    ),
    Removal(
        "T10",
        "a request for another host is taken",
        "federation/cavage.py",
        'if host != authority and host != f"{authority}:443":',
        "if not host:",
        f"{_FEDERATION}/test_cavage.py"
        "::test_a_request_for_another_host_is_refused_whatever_a_proxy_header_says",
    ),
    Removal(
        "T10",
        "an inbox serves whatever host is asked for",
        "instance/web/inbox_asgi.py",
        "    if hosts != [config.current().authority]:\n        return Answer(421)\n",
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
        '    if not key.is_strong:\n        raise SignatureRefused("not a key that counts")\n',
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
        f"{_FEDERATION}/test_rfc9421_headers.py"
        "::test_what_is_out_of_the_profile_is_refused_before_a_key_is_needed",
    ),
    Removal(
        "T12",
        "a signature may carry parameters that nobody knows, or of the wrong type",
        "federation/rfc9421.py",
        '            raise SignatureRefused("an unknown signature parameter, or one of the wrong '
        'type")\n',
        "            pass\n",
        f"{_FEDERATION}/test_rfc9421_headers.py"
        "::test_what_is_out_of_the_profile_is_refused_before_a_key_is_needed",
    ),
    Removal(
        "T12",
        "any number of labels is read",
        "federation/rfc9421.py",
        "if set(labels) != encoded.keys() or len(labels) > MAXIMUM_LABELS:",
        "if set(labels) != encoded.keys():",
        f"{_FEDERATION}/test_rfc9421_headers.py::test_more_labels_than_two_are_refused",
    ),
)

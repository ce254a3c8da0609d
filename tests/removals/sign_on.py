"""The hospital's own sign-in: who gets in by it, and to what it lets us be led."""

from tests.removals.entry import Removal

_WEB = "tests/instance/web"
_FORGED = f"{_WEB}/test_forged_sign_on.py"
_SIGNED = f"{_FORGED}::test_a_token_that_the_provider_did_not_sign_opens_nothing"
_MEANT = f"{_FORGED}::test_a_token_for_something_else_opens_nothing"
_SIGN_ON = f"{_WEB}/test_single_sign_on.py"
_CONNECTING = f"{_WEB}/test_connecting_sign_on.py"
_OIDC = "instance/oidc.py"
_FLOWS = "instance/services/single_sign_on/flows.py"
_ROWS = "instance/services/single_sign_on/rows.py"
_ENTERING = "instance/services/single_sign_on/entering.py"
_PROVIDERS = "instance/services/single_sign_on/providers.py"

REMOVALS = (
    Removal(
        "T35",
        "any name may lead to a private address once an owner named one",
        "federation/guard.py",
        "        is_named = self._is_named(host, port)\n",
        "        is_named = bool(self.named)\n",
        "tests/federation/test_named_origin.py::test_another_name_or_port_at_that_address_may_not",
    ),
    Removal(
        "T35",
        "the named origin may be this machine",
        "federation/guard.py",
        "        if address.is_loopback:\n            return is_peer\n",
        "        if address.is_loopback:\n            return is_peer or is_named\n",
        "tests/federation/test_named_origin.py::test_it_is_never_this_machine_or_metadata",
    ),
    Removal(
        "T36",
        "any private address is connected to once an owner named one",
        "federation/guard.py",
        "        is_named = there in self._named_places or self._is_named(*there)\n",
        "        is_named = bool(self.named)\n",
        "tests/federation/test_named_origin.py"
        "::test_an_address_that_changed_after_the_look_is_refused",
    ),
    Removal(
        "T42",
        "coming back leads anywhere",
        "instance/web/single_sign_on.py",
        'wanted = entry.local_path(form.get("next", ""))',
        'wanted = form.get("next", "")',
        f"{_SIGN_ON}::test_coming_back_leads_to_a_page_of_ours_only",
    ),
    Removal(
        "T65",
        "forged answers make us ask the provider without end",
        _FLOWS,
        "        proof = await _proof(row, provider, query, asked)\n",
        "        await tried.delete()\n        proof = await _proof(row, provider, query, asked)\n",
        f"{_FORGED}::test_thirty_tries_of_one_network_are_heard",
    ),
    Removal(
        "T65",
        "each forged token makes us fetch keys",
        _PROVIDERS,
        "        if row.keys_at is not None and row.keys_at + _KEYS_AGAIN > now:\n"
        "            raise\n",
        "        pass\n",
        f"{_FORGED}::test_a_new_key_is_fetched_once_and_not_for_every_token",
    ),
    Removal(
        "T66",
        "the second step is skipped after the hospital's sign-in",
        "instance/services/signing_in.py",
        "    if member.has_second_factor and not entry.saw_second_step:",
        "    if member.has_second_factor and not entry.by_provider:",
        f"{_SIGN_ON}::test_a_second_step_here_is_owed_where_the_provider_saw_none",
    ),
    Removal(
        "T66",
        "any sign-in there counts as a second step",
        _FLOWS,
        "saw_second_step=bool(shown & set(row.factors)),",
        "saw_second_step=bool(shown),",
        f"{_SIGN_ON}::test_consults_open_with_the_second_step_of_the_hospital",
    ),
    Removal(
        "T67",
        "the session keeps its token when an account is connected",
        "instance/web/single_sign_on.py",
        "    sessions.set_session(response, await signing_in.renew(g.session))\n",
        "",
        f"{_CONNECTING}::test_a_member_connects_their_account_and_is_signed_in_by_it_then",
    ),
    Removal(
        "T67",
        "other sessions outlive the connecting",
        _ENTERING,
        "        await _connect(member, proof, entry, now)\n"
        "        await signing_in.end_others(session)\n",
        "        await _connect(member, proof, entry, now)\n",
        f"{_CONNECTING}::test_connecting_ends_the_other_sessions_and_is_told_by_mail",
    ),
    Removal(
        "T68",
        "what another browser began is finished here",
        _FLOWS,
        '    if not hmac.compare_digest(query.get("state", "").encode(), asked.state.encode()):\n'
        '        raise SignOnRefused("elsewhere")\n',
        "",
        f"{_FORGED}::test_what_was_begun_in_another_browser_is_not_finished_here",
    ),
    Removal(
        "T68",
        "coming back works again and again",
        _FLOWS,
        " or not await challenges.use_up(asked.state, now + LIVES):",
        ":",
        f"{_FORGED}::test_coming_back_works_once",
    ),
    Removal(
        "T68",
        "connecting goes on in another session",
        "instance/web/single_sign_on.py",
        "if current_member() is None or g.session.id != wish.session_id:",
        "if current_member() is None:",
        f"{_CONNECTING}::test_who_is_signed_in_as_somebody_else_meanwhile_connects_nothing",
    ),
    Removal(
        "T71",
        "an unsigned token is believed",
        "instance/oidc_signatures.py",
        '        raise OidcRefused("algorithm")\n',
        '        algorithm = "RS256"\n',
        _SIGNED,
    ),
    Removal(
        "T71",
        "a token of another try is believed",
        _OIDC,
        '    if claims.get("nonce") != nonce:\n',
        "    if False:\n",
        _MEANT,
    ),
    Removal(
        "T71",
        "a token for another application is believed",
        _OIDC,
        "    _require_audience(claims, client_id)\n",
        "",
        _MEANT,
    ),
    Removal(
        "T71",
        "a token of another provider is believed",
        _OIDC,
        '    if claims.get("iss") != issuer:\n',
        "    if False:\n",
        _MEANT,
    ),
    Removal(
        "T71",
        "a token is good for ever",
        _OIDC,
        "    _require_times(claims, now)\n",
        "",
        _MEANT,
    ),
    Removal(
        "T71",
        "an answer of another provider is taken",
        _FLOWS,
        '        oidc.require_issuer(provider, query.get("iss"))\n',
        "",
        f"{_FORGED}::test_an_answer_of_another_provider_is_a_mix_up",
    ),
    Removal(
        "T71",
        "further claims may be of somebody else",
        _FLOWS,
        "        oidc.require_same_subject(claims, more)\n",
        "",
        f"{_FORGED}::test_claims_that_are_missing_are_asked_for_and_must_be_of_the_same_person",
    ),
    Removal(
        "T71",
        "what is said beside the token counts more",
        _FLOWS,
        "claims = {**more, **claims}",
        "claims = {**claims, **more}",
        f"{_FORGED}::test_what_was_signed_counts_and_not_what_is_said_beside_it",
    ),
    Removal(
        "T71",
        "a stolen code is good without its verifier",
        _OIDC,
        '        "code_challenge": challenge(asked.verifier),\n',
        '        "code_challenge": challenge("check" * 9),\n',
        f"{_SIGN_ON}::test_who_is_on_the_roster_joins_and_is_vouched_for_by_the_institution",
    ),
    Removal(
        "T71",
        "an e-mail leads to the account of somebody",
        _ROWS,
        " or await Member.filter(email__in=emails).exists()",
        "",
        f"{_SIGN_ON}::test_an_account_with_the_same_e_mail_is_not_opened_by_it",
    ),
    Removal(
        "T71",
        "an e-mail that the provider did not verify names a row",
        _FLOWS,
        'email=_text(claims, row.email_claim) if is_verified else "",',
        "email=_text(claims, row.email_claim),",
        f"{_SIGN_ON}::test_without_a_number_a_verified_e_mail_names_the_row",
    ),
    Removal(
        "T71",
        "who changes their number there becomes a colleague",
        _ROWS,
        " or await own.exclude(id=entry.id).exists()",
        "",
        f"{_SIGN_ON}::test_who_changes_their_number_there_does_not_become_a_colleague",
    ),
    Removal(
        "T71",
        "the row of a colleague is taken over",
        _ROWS,
        "entry.member_id not in (None, member.id) or ",
        "",
        f"{_CONNECTING}::test_the_row_of_a_colleague_is_not_taken_over",
    ),
    Removal(
        "T71",
        "who left the roster signs in",
        _ROWS,
        "found = await RosterEntry.filter(key=proof.key, left_at=None)",
        "found = await RosterEntry.filter(key=proof.key)",
        f"{_SIGN_ON}::test_who_left_the_roster_loses_the_standing_and_does_not_get_in",
    ),
    Removal(
        "T71",
        "whose affiliation is gone keeps the standing",
        _ENTERING,
        "await verification.end(member, now, Ending.UNSAID, methods={Method.SSO})",
        "pass",
        f"{_SIGN_ON}::test_whose_affiliation_is_gone_stays_outside_and_is_vouched_for_no_more",
    ),
    Removal(
        "T71",
        "a row that changed is loosed from who signs in as it",
        "instance/services/roster/matching.py",
        "        if await SignOnIdentity.filter(member_id=before.id).exists():\n",
        "        if False:\n",
        f"{_SIGN_ON}::test_a_changed_row_stays_with_who_signs_in_as_it",
    ),
    Removal(
        "T71",
        "an import prolongs what only a sign-in gives",
        "instance/services/roster/matching.py",
        "    given = Verification.filter(method=Method.ROSTER, ended_at=None)\n",
        "    given = Verification.filter(ended_at=None)\n",
        f"{_CONNECTING}::test_an_import_does_not_prolong_what_a_sign_in_gave",
    ),
)

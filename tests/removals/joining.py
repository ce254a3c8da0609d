"""Invitations, and whom a mail domain lets the roster verify: T70, T71, and what of T64 is here."""

from tests.removals.entry import Removal

_INVITED = "tests/instance/services/test_invitations.py"
_JOINED = "tests/instance/services/test_joining.py"
_PAGES = "tests/instance/web/test_joining.py"
_DOMAINS = "tests/instance/services/roster/test_domains.py"
_INVITING = "instance/services/invitations.py"
_JOINING = "instance/services/joining.py"
_WEB = "instance/web/joining.py"

REMOVALS = (
    Removal(
        "T64",
        "who has an account gets a code as well, and the link says so",
        _INVITING,
        '    await mails.queue_inviting(email, kind, "" if is_known else code)\n',
        "    await mails.queue_inviting(email, AlertKind.INVITED, code)\n",
        f"{_INVITED}::test_an_invitation_looks_the_same_whether_the_address_is_known",
    ),
    Removal(
        "T70",
        "a code is short",
        _INVITING,
        "_CODE_BYTES = 16  # 128 bits\n",
        "_CODE_BYTES = 6\n",
        f"{_INVITED}::test_a_code_has_128_bits_and_only_its_hash_is_kept",
    ),
    Removal(
        "T70",
        "the link before still works",
        _INVITING,
        "        if not await old.update(**values, **fresh):\n",
        '        values.pop("code_hash")\n        if not await old.update(**values, **fresh):\n',
        f"{_JOINED}::test_guessed_expired_and_former_codes_are_one_and_the_same",
    ),
    Removal(
        "T70",
        "an invitation is good for ever",
        _INVITING,
        "withdrawn_at=None, expires_at__gt=now)\n",
        "withdrawn_at=None)\n",
        f"{_JOINED}::test_guessed_expired_and_former_codes_are_one_and_the_same",
    ),
    Removal(
        "T70",
        "a withdrawn invitation is mailed all the same",
        _INVITING,
        "        await mails.drop_inviting(found.email)\n",
        "",
        f"{_INVITED}::test_a_withdrawn_invitation_is_not_even_mailed",
    ),
    Removal(
        "T70",
        "of two who come at once both join",
        _JOINING,
        "        if not await open_.update(used_at=now):\n            raise Conflict(OVER)\n",
        "        await open_.update(used_at=now)\n",
        f"{_JOINED}::test_a_code_works_for_one_account",
    ),
    Removal(
        "T70",
        "the link alone makes an account",
        _JOINING,
        "    if not arrival.is_confirmed:\n"
        '        raise NotAllowed("Type the code from your mailbox first.")\n',
        "",
        f"{_JOINED}::test_the_link_alone_makes_no_account",
    ),
    Removal(
        "T70",
        "links are guessed as often as one likes",
        _JOINING,
        "    tried = await throttle.reserve(Door.INVITATION, found, source)\n",
        "    anywhere = Source(secrets.token_hex())\n"
        "    tried = await throttle.reserve(Door.INVITATION, found, anywhere)\n",
        f"{_JOINED}::test_who_guesses_links_is_stopped",
    ),
    Removal(
        "T70",
        "the code of the mailbox is tried as often as one likes",
        _JOINING,
        '    tried = await throttle.reserve(Door.ADDRESS, f"joins {row.id}", source)\n',
        '    tried = await throttle.reserve(Door.ADDRESS, f"{secrets.token_hex()}", source)\n',
        f"{_JOINED}::test_the_code_of_the_mailbox_is_tried_5_times",
    ),
    Removal(
        "T70",
        "the page stands under the address with the code",
        _WEB,
        '    response = await make_response(redirect("/join", 303))\n',
        "    response = await make_response(await _page(None))\n",
        f"{_PAGES}::test_opening_the_link_uses_nothing_up_and_leaks_nothing",
    ),
    Removal(
        "T71",
        "a sub-domain is the hospital's",
        "instance/services/roster/domains.py",
        'email.rpartition("@")[2] in domains)\n',
        "any(email.endswith(one) for one in domains))\n",
        f"{_DOMAINS}::test_an_address_of_another_domain_does_not_verify",
    ),
    Removal(
        "T71",
        "the roster verifies whatever the domain is",
        "instance/services/roster/matching.py",
        " and domains.holds(row.email, ours)\n",
        "\n",
        f"{_DOMAINS}::test_an_address_of_another_domain_does_not_verify",
    ),
    Removal(
        "T71",
        "an address with signs that look like letters is read",
        "instance/services/members.py",
        "    is_plain = text.isascii() and",
        "    is_plain =",
        f"{_DOMAINS}::test_a_kelvin_sign_is_no_k",
    ),
)

"""Our server as a client: T35 to T40."""

from tests.removals.entry import Removal

_FEDERATION = "tests/federation"
_INBOX = "tests/instance/inbox"
_OUTBOX = "tests/instance/outbox"

REMOVALS = (
    Removal(
        "T35",
        "whatever counts as global may be connected to",
        "federation/addresses.py",
        "    if any(address in network for network in _REFUSED):\n        return False\n",
        "",
        f"{_FEDERATION}/test_guard.py::test_every_other_address_is_refused",
    ),
    Removal(
        "T35",
        "a private address may be connected to",
        "federation/addresses.py",
        "return address.is_global and not (address.is_multicast or address.is_reserved)",
        "return not (address.is_multicast or address.is_reserved)",
        f"{_FEDERATION}/test_guard.py::test_every_other_address_is_refused",
    ),
    Removal(
        "T35",
        "multicast may be connected to",
        "federation/addresses.py",
        "return address.is_global and not (address.is_multicast or address.is_reserved)",
        "return address.is_global",
        f"{_FEDERATION}/test_guard.py::test_every_other_address_is_refused",
    ),
    Removal(
        "T35",
        "an IPv4 address inside an IPv6 one is not unwrapped",
        "federation/addresses.py",
        "            return may_connect(IPv4Address(int(address) & 0xFFFFFFFF))\n",
        "            return True\n",
        f"{_FEDERATION}/test_guard.py::test_every_other_address_is_refused",
    ),
    Removal(
        "T35",
        "IPv6 beyond global unicast may be connected to",
        "federation/addresses.py",
        "        if address not in _GLOBAL_UNICAST:\n            return False\n",
        "",
        f"{_FEDERATION}/test_guard.py::test_every_other_address_is_refused",
    ),
    Removal(
        "T35",
        "a setting opens loopback and metadata",
        "federation/addresses.py",
        "return not any(address in network for network in _NEVER_PRIVATE)",
        "return True",
        f"{_FEDERATION}/test_guard.py::test_no_setting_opens_them_over_ipv6_either",
    ),
    Removal(
        "T35",
        "an address written as a literal is not looked at",
        "federation/guard.py",
        "        if address is not None and not self.allows(address, is_peer, is_named):\n"
        '            raise UnsafeAddress(f"{asked.netloc} is not a public address")\n',
        "        del address\n",
        f"{_FEDERATION}/test_hostile_urls.py"
        "::test_what_may_not_be_asked_is_refused_without_a_connection",
    ),
    Removal(
        "T35",
        "any port may be asked",
        "federation/guard.py",
        "        if asked.port is not None and not (is_peer or is_named):\n"
        '            raise UnsafeAddress(f"{asked.netloc}: a port that is not 443")\n',
        "",
        f"{_FEDERATION}/test_hostile_urls.py"
        "::test_what_may_not_be_asked_is_refused_without_a_connection",
    ),
    Removal(
        "T36",
        "one good address of a name is enough",
        "federation/guard.py",
        "            if address is None or not self.allows(address, is_peer, is_named):\n"
        '                raise UnsafeAddress(f"{host} resolves to an address that is not '
        'public")\n',
        "            if address is not None and self.allows(address, is_peer, is_named):\n"
        "                break\n",
        f"{_FEDERATION}/test_guard.py::test_one_bad_address_refuses_the_whole_name",
    ),
    Removal(
        "T36",
        "an address is not looked at again when its socket is made",
        "federation/guard.py",
        "        if address is None or not self.allows(address, place[1] in "
        "self._loopback_ports, is_named):\n"
        '            raise RefusedAddress("not a public address")\n',
        "        del address\n",
        f"{_FEDERATION}/test_guard.py::test_an_address_is_looked_at_again_when_its_socket_is_made",
    ),
    Removal(
        "T36",
        "sockets are made past the guard",
        "federation/connections.py",
        "                socket_factory=self._guard.new_socket,\n",
        "",
        f"{_FEDERATION}/test_client.py"
        "::test_a_name_that_changes_after_it_was_vetted_is_not_connected_to",
    ),
    Removal(
        "T37",
        "where a redirect leads is not looked at",
        "federation/guard.py",
        "            return self.vetted(urljoin(url, location))\n",
        "            return urljoin(url, location)\n",
        f"{_FEDERATION}/test_hostile_urls.py::test_a_redirect_is_held_to_the_same_rules",
    ),
    Removal(
        "T37",
        "redirects are followed without end",
        "federation/client.py",
        "for _ in range(1 + MAX_REDIRECTS):",
        "for _ in range(100):",
        f"{_FEDERATION}/test_client.py::test_redirects_are_followed_three_times_and_not_four",
    ),
    Removal(
        "T37",
        "a signature goes along to another origin",
        "federation/client.py",
        "                key = None\n                if not may_leave:",
        "                if not may_leave:",
        f"{_FEDERATION}/test_client.py"
        "::test_a_signature_is_for_one_origin_and_not_made_again_on_the_way_back",
    ),
    Removal(
        "T37",
        "a second look at another origin is signed",
        "federation/client.py",
        "own = key if self._guard.same_origin(identifier, url) else None",
        "own = key",
        f"{_FEDERATION}/test_client.py::test_a_refetch_at_another_origin_is_not_signed",
    ),
    Removal(
        "T37",
        "the library follows redirects by itself",
        "federation/connections.py",
        "                allow_redirects=False,\n",
        "",
        "tests/live/test_guarded_client.py::test_a_redirect_of_a_post_is_handed_back",
    ),
    Removal(
        "T38",
        "there is another client",
        "instance/web/following.py",
        "import re\n",
        "import re\nimport urllib.request\n",
        f"{_FEDERATION}/test_client.py::test_there_is_one_client_and_no_way_around_it",
    ),
    Removal(
        "T38",
        "NodeInfo sends us to another server",
        "federation/nodeinfo.py",
        "    require_same_origin(origin, href, dev=client.development)\n",
        "",
        f"{_FEDERATION}/test_nodeinfo.py::test_the_link_cannot_send_us_elsewhere",
    ),
    Removal(
        "T38",
        "NodeInfo redirects to another server",
        "federation/nodeinfo.py",
        "    document = await client.get_json(href, may_leave=False)\n",
        "    document = await client.get_json(href)\n",
        f"{_FEDERATION}/test_nodeinfo.py::test_neither_document_may_redirect_to_another_host",
    ),
    Removal(
        "T39",
        "a body that drips is read to its end",
        "federation/client.py",
        "        async with asyncio.timeout(seconds or TOTAL_SECONDS):\n            yield\n",
        "        yield\n",
        f"{_FEDERATION}/test_answers.py::test_time_runs_over_all_redirects_together",
    ),
    Removal(
        "T39",
        "one host takes all connections",
        "federation/connections.py",
        "                limit_per_host=_CONNECTIONS_PER_HOST,\n",
        "",
        f"{_FEDERATION}/test_client.py::test_connections_are_few_and_of_one_host_fewer",
    ),
    Removal(
        "T39",
        "there may be any number of connections",
        "federation/connections.py",
        "                limit=_CONNECTIONS,\n",
        "                limit=0,\n",
        f"{_FEDERATION}/test_client.py::test_connections_are_few_and_of_one_host_fewer",
    ),
    Removal(
        "T39",
        "any number of requests waits for keys",
        "instance/outbox/key_places.py",
        "return taken.total() < AT_ONCE and taken[host] < AT_ONCE_OF_A_HOST",
        "return taken[host] < AT_ONCE_OF_A_HOST",
        f"{_OUTBOX}/test_directory.py"
        "::test_requests_that_wait_for_keys_are_few_and_leave_peers_their_place",
    ),
    Removal(
        "T39",
        "a slow host takes all places of those who wait for keys",
        "instance/outbox/key_places.py",
        "return taken.total() < AT_ONCE and taken[host] < AT_ONCE_OF_A_HOST",
        "return taken.total() < AT_ONCE",
        f"{_OUTBOX}/test_directory.py::test_one_slow_host_has_no_more_than_its_part",
    ),
    Removal(
        "T39",
        "who is new beside others does not wait for their key",
        "instance/outbox/key_places.py",
        "QUEUE_MOST = 32",
        "QUEUE_MOST = 0",
        f"{_INBOX}/test_floods.py::test_many_who_are_new_at_the_same_moment_wait_for_their_keys",
    ),
    Removal(
        "T77",
        "a key that cannot be had yet is a wrong signature",
        "instance/errors.py",
        "    (federation.KeyNotYet, 503),\n",
        "",
        f"{_INBOX}/test_floods.py::test_whose_key_cannot_be_had_yet_is_told_to_come_again",
    ),
    Removal(
        "T40",
        "a blocked server makes us ask for its key",
        "federation/signers.py",
        "        if level is Level.BLOCKED:\n            raise HostBlocked(host)\n",
        "",
        f"{_INBOX}/test_before_the_signature.py"
        "::test_a_blocked_server_is_refused_before_its_key_is_fetched",
    ),
    Removal(
        "T40",
        "a request that is wrong in itself makes us ask for a key",
        "federation/signers.py",
        "        _check_without_key(claim, request, site, level, now)\n",
        "",
        f"{_FEDERATION}/test_signers.py::test_a_request_refused_for_its_form_causes_no_fetch",
    ),
    Removal(
        "T40",
        "one server makes us fetch without end",
        "instance/inbox/fetches.py",
        "    if not limits.current().asked_fetches.take(sender, await _per_minute(sender)):\n"
        "        raise TooMany(retry_after_seconds=60)\n",
        "",
        f"{_INBOX}/test_wanted_posts.py::test_one_server_makes_us_fetch_no_more_than_its_part",
    ),
    Removal(
        "T40",
        "a list sends us to a victim without end",
        "instance/inbox/backfill.py",
        "    return limits.current().parent_fetches.take(domain, _OF_A_DOMAIN)\n",
        "    return bool(domain)\n",
        f"{_INBOX}/test_backfill.py::test_a_list_sends_us_to_no_victim_without_end",
    ),
    Removal(
        "T40",
        "what nobody here wants is fetched",
        "instance/inbox/post.py",
        "    if await is_wanted(note, author, group, parent):\n"
        '        await fetches.request_for(verified.host, "object", uri)\n',
        '    await fetches.request_for(verified.host, "object", uri)\n',
        f"{_INBOX}/test_wanted_posts.py::test_a_forwarded_post_that_nobody_wants_is_not_fetched",
    ),
)

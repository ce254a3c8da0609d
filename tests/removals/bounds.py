"""How much of a document is read, in which shape, and whose id it takes: T27 to T34."""

from tests.removals.entry import Removal

_FEDERATION = "tests/federation"
_INBOX = "tests/instance/inbox"
_SERVICES = "tests/instance/services"

REMOVALS = (
    Removal(
        "T27",
        "a page is read again",
        "federation/collections.py",
        "            if reference in self._visited:\n"
        '                raise Malformed("a page leads back to one before it")\n',
        "",
        f"{_FEDERATION}/test_collections.py::test_a_page_that_names_itself_as_next_is_read_once",
    ),
    Removal(
        "T27",
        "pages are read without end",
        "federation/collections.py",
        "while following and walked.pages < budget.pages and len(walked.items) < budget.items:",
        "while following and walked.pages < 100 and len(walked.items) < budget.items:",
        f"{_FEDERATION}/test_collections.py::test_endless_pages_end_with_the_budget",
    ),
    Removal(
        "T27",
        "a page keeps more items than the budget",
        "federation/collections.py",
        "    del walked.items[budget.items :]\n",
        "",
        f"{_FEDERATION}/test_collections.py::test_a_page_of_thousands_is_cut_at_the_budget",
    ),
    Removal(
        "T27",
        "a page of another origin is read",
        "federation/collections.py",
        "        require_same_origin(self._start, address, dev=self._client.development)\n",
        "        pass\n",
        f"{_FEDERATION}/test_collections.py::test_a_page_of_another_origin_is_not_asked_for",
    ),
    Removal(
        "T27",
        "a walk takes any time",
        "federation/collections.py",
        "async with asyncio.timeout_at(ends_at):",
        "async with asyncio.timeout_at(None):",
        f"{_FEDERATION}/test_collections.py::test_a_slow_peer_costs_no_more_than_the_time_allowed",
    ),
    Removal(
        "T28",
        "a chain of answers is followed without end",
        "instance/inbox/objects.py",
        "while uri and uri not in visited and len(found) < PARENTS_MAX and",
        "while uri and uri not in visited and",
        f"{_INBOX}/test_answers_before_questions.py"
        "::test_a_chain_of_answers_is_followed_for_64_steps",
    ),
    Removal(
        "T28",
        "answers in a circle are followed round and round",
        "instance/inbox/objects.py",
        "while uri and uri not in visited and len(found)",
        "while uri and len(found)",
        f"{_INBOX}/test_answers_before_questions.py::test_answers_in_a_circle_end",
    ),
    Removal(
        "T28",
        "one domain makes us ask for parents without end",
        "instance/inbox/objects.py",
        "        if not limits.current().parent_fetches.take(domain, _OF_A_DOMAIN):\n"
        "            raise TooMany(retry_after_seconds=60)\n",
        "        del domain\n",
        f"{_INBOX}/test_answers_before_questions.py"
        "::test_parents_on_names_under_one_domain_share_what_they_make_us_ask",
    ),
    Removal(
        "T28",
        "all of several parents count",
        "federation/fields.py",
        'return id_of(listed(document.get("inReplyTo"))[:1])',
        'return id_of(document.get("inReplyTo"))',
        f"{_INBOX}/test_public_posts.py::test_an_answer_to_several_stands_under_the_first",
    ),
    Removal(
        "T29",
        "a document may be of any depth and have any number of values",
        "federation/documents.py",
        "        if depth > MAX_DEPTH or values >= MAX_VALUES:\n"
        '            raise Malformed("too deep or too many values")\n',
        "",
        f"{_FEDERATION}/test_documents.py::test_limits_hold_exactly",
    ),
    Removal(
        "T29",
        "a bomb is parsed before it is counted",
        "federation/documents.py",
        "    if plain.count(b'\"') > 4 * MAX_VALUES:  # two quotes for a value, two for its name\n"
        '        raise Malformed("too many values")\n'
        '    outside = b"".join(plain.split(b\'"\')[::2])\n'
        '    if max(outside.count(b","), outside.count(b"[") + outside.count(b"{")) > MAX_VALUES:\n'
        '        raise Malformed("too many values")\n',
        '    outside = b"".join(plain.split(b\'"\')[::2])\n',
        f"{_FEDERATION}/test_documents.py::test_a_bomb_is_refused_without_its_memory",
    ),
    Removal(
        "T29",
        "of two members of one name the last counts",
        "federation/documents.py",
        "    if check(document) != names:\n",
        "    if check(document) > names:\n",
        f"{_FEDERATION}/test_documents.py"
        "::test_a_member_given_twice_is_refused_however_it_is_spelt",
    ),
    Removal(
        "T29",
        "a number may be of any size",
        "federation/documents.py",
        "                elif isinstance(child, _NUMBERS) and not abs(child) < _NUMBER_LIMIT:\n"
        '                    raise Malformed("a number beyond 2^53")\n',
        "",
        f"{_FEDERATION}/test_documents.py::test_what_json_readers_disagree_about_is_refused",
    ),
    Removal(
        "T29",
        "a text may hold a NUL",
        "federation/documents.py",
        '                    if "\\0" in child:\n'
        '                        raise Malformed("a NUL character")\n',
        "                    pass\n",
        f"{_FEDERATION}/test_documents.py::test_what_json_readers_disagree_about_is_refused",
    ),
    Removal(
        "T30",
        "a body that does not end is waited for",
        "instance/web/inbox_asgi.py",
        "async with asyncio.timeout(requests.BODY_SECONDS):",
        "async with asyncio.timeout(None):",
        f"{_INBOX}/test_floods.py::test_a_body_that_does_not_end_is_not_waited_for",
    ),
    Removal(
        "T30",
        "a body is read to its end before it is found too long",
        "instance/web/inbox_asgi.py",
        'if size > requests.BODY_MAX or not message.get("more_body"):',
        'if not message.get("more_body"):',
        "tests/live/test_rude_senders.py"
        "::test_chunks_without_end_are_refused_when_they_are_too_many",
    ),
    Removal(
        "T30",
        "what comes behind a refusal is read without end",
        "instance/web/inbox_asgi.py",
        "while heard <= LISTENS_BYTES:",
        "while True:",
        "tests/live/test_large_bodies.py::test_who_does_not_stop_is_cut_off_after_so_many_bytes",
    ),
    Removal(
        "T30",
        "what drips behind a refusal is waited for",
        "instance/web/inbox_asgi.py",
        "async with asyncio.timeout(LISTENS_SECONDS):",
        "async with asyncio.timeout(None):",
        "tests/live/test_large_bodies.py::test_who_drips_is_cut_off_after_so_long",
    ),
    Removal(
        "T30",
        "headers may come without end",
        "instance/cli/connections.py",
        "        if self._head_bytes > HEAD_MOST:\n",
        "        if False:\n",
        "tests/live/test_rude_senders.py::test_headers_without_end_are_cut_off",
    ),
    Removal(
        "T30",
        "headers that drip are waited for",
        "instance/cli/connections.py",
        "        if self.scope is None:\n            self.transport.close()  # it said nothing\n",
        "        if True:\n            return\n",
        "tests/live/test_rude_senders.py::test_headers_that_drip_are_given_up",
    ),
    Removal(
        "T30",
        "the next request of a connection may drip",
        "instance/cli/connections.py",
        "            self._patience = self.loop.call_later(HEAD_SECONDS, self._give_up)\n"
        "            self._head_bytes = 0\n",
        "            self._head_bytes = 0\n",
        "tests/live/test_rude_senders.py::test_the_next_request_of_a_connection_may_take_no_longer",
    ),
    Removal(
        "T30",
        "an answer to us takes any time",
        "federation/client.py",
        "async with asyncio.timeout(seconds or TOTAL_SECONDS):",
        "async with asyncio.timeout(None):",
        f"{_FEDERATION}/test_answers.py::test_time_runs_over_all_redirects_together",
    ),
    Removal(
        "T30",
        "an answer to us may be of any length",
        "federation/answers.py",
        '    if len(response.body) > most:\n        refuse(response.url, "answered too much")\n',
        "",
        f"{_FEDERATION}/test_answers.py::test_a_document_may_be_a_megabyte_and_not_more",
    ),
    Removal(
        "T30",
        "a compressed answer is taken",
        "federation/answers.py",
        'if response.headers.get("content-encoding", "identity").lower() != "identity":',
        "if False:",
        f"{_FEDERATION}/test_answers.py::test_a_compressed_answer_is_not_unpacked",
    ),
    Removal(
        "T31",
        "HTML is read whatever it costs",
        "instance/html.py",
        'f"<p>{_without_tags(markup)}</p>" if is_heavy(markup) else _CLEANER.clean(markup)',
        "_CLEANER.clean(markup)",
        "tests/instance/test_html_cost.py::test_what_is_nested_too_deeply_is_plain_text",
    ),
    Removal(
        "T31",
        "content of any length is read",
        "instance/html.py",
        "    markup = markup[:_CONTENT_MAX]\n",
        "",
        "tests/instance/test_html_cost.py::test_what_is_too_long_is_cut_before_it_is_read",
    ),
    Removal(
        "T31",
        "Markdown with any number of brackets is read",
        "instance/html.py",
        'if text.count("[") > _BRACKETS_MAX:',
        "if False:",
        "tests/instance/test_html_cost.py::test_what_has_too_many_brackets_is_text",
    ),
    Removal(
        "T32",
        "a name of any length is kept",
        "instance/html.py",
        'return " ".join(_visible(text).split(maxsplit=limit))[:limit]',
        'return " ".join(_visible(text).split())',
        "tests/instance/test_plain_text.py::test_plain_text_is_cut_to_its_limit",
    ),
    Removal(
        "T32",
        "a post names any number of people",
        "instance/services/notifications.py",
        "    uris = list(islice(found, MENTIONS_MOST))\n",
        "    uris = list(islice(found, None))\n",
        f"{_SERVICES}/test_notifications.py::test_who_names_everybody_tells_few",
    ),
    Removal(
        "T32",
        "a poll has any number of options",
        "instance/outbox/polls.py",
        "    return named[:OPTIONS_MOST]\n",
        "    return named\n",
        f"{_INBOX}/test_received_polls.py::test_what_a_poll_says_oddly_is_left_out",
    ),
    Removal(
        "T32",
        "a member writes at any length",
        "instance/services/wording.py",
        "    if len(text) > TEXT_MAX:\n"
        '        found["text"] = f"Shorten the text to {TEXT_MAX} characters."\n',
        "",
        f"{_SERVICES}/test_posting.py::test_a_post_without_words_or_with_too_many_is_refused",
    ),
    Removal(
        "T32",
        "an id may be longer than its column",
        "federation/fields.py",
        "            if len(item if isinstance(item, str) else id_of(item)) > MAX_ID:\n",
        "            if len(item if isinstance(item, str) else id_of(item)) > 100 * MAX_ID:\n",
        f"{_INBOX}/test_odd_values.py::test_an_id_that_is_too_long_is_refused",
    ),
    Removal(
        "T33",
        "an answer may be of any type",
        "instance/services/posting.py",
        '    return note.get("type") in _POSTS\n',
        "    return True\n",
        f"{_INBOX}/test_public_posts.py::test_only_a_post_is_kept_as_an_answer",
    ),
    Removal(
        "T33",
        "a recipient may be anything",
        "federation/fields.py",
        "        if not isinstance(item, str) or not item:\n"
        '            raise Malformed(f"{name} holds something that is not an id")\n',
        "",
        f"{_FEDERATION}/test_fields.py::test_recipients_that_are_not_ids_are_refused",
    ),
    Removal(
        "T33",
        "a document may have several types",
        "federation/vocabulary.py",
        "    if not isinstance(kind, str) or not kind:\n"
        '        raise Malformed("a document needs exactly one type")\n',
        "    kind = kind[0] if isinstance(kind, list) and kind else kind\n"
        '    document = document | {"type": kind}\n',
        f"{_FEDERATION}/test_vocabulary.py::test_a_document_has_exactly_one_type",
    ),
    Removal(
        "T33",
        "a time may be of any year",
        "federation/fields.py",
        "        if found.year not in _YEARS:\n            raise ValueError\n",
        "",
        f"{_INBOX}/test_odd_values.py::test_a_time_that_is_none_does_not_matter",
    ),
    Removal(
        "T34",
        "somebody reserves an id of another server",
        "instance/inbox/changes.py",
        "    if is_same_origin(verified.signer, uri, development):\n        await gone",
        "    if uri:\n        await gone",
        f"{_INBOX}/test_changes.py::test_nobody_reserves_an_id_of_another_server",
    ),
    Removal(
        "T34",
        "whoever deletes what never came keeps it away",
        "instance/services/gone.py",
        "        if by == owner_uri or await trust.is_institution(by, host):\n",
        "        await trust.is_institution(by, host)\n        if by:\n",
        f"{_INBOX}/test_changes.py::test_a_delete_that_overtakes_its_post_keeps_it_away",
    ),
    Removal(
        "T34",
        "handing on an activity reserves its id",
        "instance/inbox/arrivals.py",
        "        if not verified.forwarded:\n",
        "        if True:\n",
        f"{_INBOX}/test_wanted_posts.py::test_handing_on_an_id_keeps_nobody_from_using_it",
    ),
    Removal(
        "T34",
        "a stranger names a thread as another server would",
        "instance/services/posting.py",
        "return not config.current().is_ours(context) and host in (author.host, group and "
        "group.host)",
        "return bool(host)",
        f"{_INBOX}/test_public_posts.py::test_a_stranger_gives_no_id_of_another_server_to_a_thread",
    ),
)

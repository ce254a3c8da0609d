"""Whom a server deals with, on every path, and lists of servers: T82 and T84."""

from tests.removals.entry import Removal

_MODES = "tests/test_modes.py"
_LISTS = "tests/instance/services/test_host_lists.py"
_IMPORTS = "tests/instance/services/test_host_imports.py"
_SIGHT = f"{_MODES}::test_what_is_stored_is_shown"

REMOVALS = (
    Removal(
        "T84",
        "an allowlist lets everybody in",
        "instance/outbox/trust.py",
        "settings.is_allowlist and not is_listed",
        "settings.is_allowlist and not is_listed and False",
        f"{_MODES}::test_one_function_decides",
    ),
    Removal(
        "T84",
        "a listed server's subdomains are listed",
        "instance/outbox/trust.py",
        '    is_listed = own is not None and own["listed"]\n',
        '    is_listed = any(said[name]["listed"] for name in names_of(host) if name in said)\n',
        f"{_MODES}::test_one_function_decides",
    ),
    Removal(
        "T84",
        "a block leaves subdomains and ports out",
        "instance/outbox/trust.py",
        "    rows = [said[name] for name in names_of(host) if name in said]\n",
        "    rows = [said[name] for name in [host] if name in said]\n",
        f"{_MODES}::test_one_function_decides",
    ),
    Removal(
        "T84",
        "an allow wins over a block",
        "instance/outbox/trust.py",
        "    if has_block(host, said):\n        return Level.BLOCKED\n    own",
        '    if has_block(host, said) and not said.get(host, {}).get("listed"):\n'
        "        return Level.BLOCKED\n    own",
        f"{_MODES}::test_one_function_decides",
    ),
    Removal(
        "T84",
        "what comes in is not asked about",
        "federation/signers.py",
        "        if level is Level.BLOCKED:\n            raise HostBlocked(host)\n",
        "",
        f"{_MODES}::test_what_comes_to_an_inbox",
    ),
    Removal(
        "T84",
        "who is closed reads with a signature",
        "instance/web/guards.py",
        "    except HostBlocked as error:\n        raise NotFound from error\n",
        "    except HostBlocked:\n        return None\n",
        f"{_MODES}::test_what_a_server_reads_with_a_signature",
    ),
    Removal(
        "T84",
        "an allowlist is read without a signature",
        "instance/config.py",
        "        return self.authorized_fetch or self.is_allowlist\n",
        "        return self.authorized_fetch\n",
        f"{_MODES}::test_what_anybody_reads_without_a_signature",
    ),
    Removal(
        "T84",
        "members are found without a signature",
        "instance/web/discovery.py",
        "        if reader is None and config.current().is_allowlist:\n"
        "            return _open(problem(401))\n",
        "",
        f"{_MODES}::test_what_anybody_reads_without_a_signature",
    ),
    Removal(
        "T84",
        "the institution cannot be found to be listed",
        "instance/web/discovery.py",
        "    if actor is not None and actor.kind is ActorKind.INSTITUTION:\n",
        "    if actor is None:\n",
        f"{_MODES}::test_what_anybody_reads_without_a_signature",
    ),
    Removal(
        "T84",
        "what is handed on for somebody closed is taken",
        "federation/authentication.py",
        "    if await trust.level(actor_host) is Level.BLOCKED:\n"
        "        raise HostBlocked(actor_host)\n",
        "",
        f"{_MODES}::test_what_somebody_hands_on_for_another",
    ),
    Removal(
        "T84",
        "what is asked for is not asked about",
        "federation/client.py",
        "        if await self._trust.level(host) is Level.BLOCKED:\n"
        "            raise HostBlocked(host)\n",
        "",
        f"{_MODES}::test_whom_a_member_finds",
    ),
    Removal(
        "T84",
        "a redirect leads to somebody closed",
        "federation/client.py",
        "            response = await self._read(target, headers)\n",
        "            ask = self._read(target, headers) if target == first else self._exchange(\n"
        '                "GET", target, headers, None\n'
        "            )\n"
        "            response = await ask\n",
        "tests/federation/test_client.py::test_no_redirect_leads_to_a_blocked_host",
    ),
    Removal(
        "T84",
        "who is remembered is found though closed",
        "instance/outbox/remote.py",
        "        await _require_open(host_of(uri, _dev()))\n",
        "",
        f"{_MODES}::test_nobody_is_found_again_who_is_remembered",
    ),
    Removal(
        "T84",
        "something is queued for somebody closed",
        "instance/outbox/enqueue.py",
        " if levels[host] is not Level.BLOCKED}",
        " if levels[host] is not None and Level}",
        f"{_MODES}::test_what_is_queued",
    ),
    Removal(
        "T84",
        "what was queued before is sent to somebody closed",
        "instance/workers/delivery.py",
        '    if level is Level.BLOCKED:\n        return "blocked here"\n',
        "",
        f"{_MODES}::test_what_is_sent_that_was_queued_before",
    ),
    Removal(
        "T84",
        "a thread shows who is closed",
        "instance/services/posting.py",
        "    shown = Post.filter(thread_id=thread.id, author__is_blocked=False)\n",
        "    shown = Post.filter(thread_id=thread.id)\n",
        _SIGHT,
    ),
    Removal(
        "T84",
        "a list of a thread's posts names who is closed",
        "instance/outbox/collections.py",
        "    rows = Post.filter(thread_id=thread.id, deleted_at=None, author__is_blocked=False)\n",
        "    rows = Post.filter(thread_id=thread.id, deleted_at=None)\n",
        _SIGHT,
    ),
    Removal(
        "T84",
        "the answers to a post name who is closed",
        "instance/outbox/collections.py",
        "in_reply_to_uri=post.uri, deleted_at=None, author__is_blocked=False",
        "in_reply_to_uri=post.uri, deleted_at=None",
        _SIGHT,
    ),
    Removal(
        "T84",
        "what a channel passed on shows who is closed",
        "instance/outbox/sight.py",
        "    return [row for row in rows if levels[hosts[row.id]] is not Level.BLOCKED]\n",
        "    return [row for row in rows if hosts[row.id] in levels]\n",
        _SIGHT,
    ),
    Removal(
        "T82",
        "a name for many servers is taken",
        "instance/services/host_lists.py",
        '    if "*" in name:\n        return "", "wildcard"\n',
        '    name = name.replace("*", "x")\n',
        f"{_LISTS}::test_what_is_no_server_is_refused_with_its_row",
    ),
    Removal(
        "T82",
        "the end of many names is taken",
        "instance/services/host_lists.py",
        '    if "." not in host and ":" not in host:\n        return "", "too_wide"\n',
        "",
        f"{_LISTS}::test_what_is_no_server_is_refused_with_its_row",
    ),
    Removal(
        "T82",
        "a formula is exported",
        "instance/services/host_lists.py",
        '    return f"\'{said}" if said.startswith(_FORMULA) else said\n',
        "    return said\n",
        f"{_LISTS}::test_nothing_that_is_exported_is_a_formula",
    ),
    Removal(
        "T82",
        "a list of blocks allows",
        "instance/services/host_lists.py",
        '        reason = reason or "is_block"\n',
        "        pass\n",
        f"{_LISTS}::test_a_list_of_blocks_does_not_pass_for_one_of_allowed_servers",
    ),
    Removal(
        "T82",
        "a list blocks ourselves",
        "instance/services/host_previews.py",
        '    if hosts.covers_us(row.host):\n        return Judgement(Verdict.REFUSED, "own")\n',
        "    assert hosts\n",
        f"{_IMPORTS}::test_a_domain_above_a_partner_or_ourselves_is_not_blocked_either",
    ),
    Removal(
        "T82",
        "a list blocks a partner",
        "instance/services/host_previews.py",
        '    if row.host in partners:\n        return Judgement(Verdict.REFUSED, "trusted")\n',
        "",
        f"{_IMPORTS}::test_a_partner_is_never_blocked_by_a_list",
    ),
    Removal(
        "T82",
        "a list blocks a domain above a partner",
        "instance/services/host_previews.py",
        "    return {name for host in partners for name in trust.names_of(str(host))}\n",
        "    return {str(host) for host in partners}\n",
        f"{_IMPORTS}::test_a_domain_above_a_partner_or_ourselves_is_not_blocked_either",
    ),
    Removal(
        "T82",
        "what was previewed is done though it is another now",
        "instance/services/host_imports.py",
        "        rows = await _judged_again(found)\n",
        "        assert _judged_again\n"
        "        rows = await HostImportRow.filter(\n"
        "            host_import_id=found.id, verdict=Verdict.CHANGE\n"
        "        )\n",
        f"{_IMPORTS}::test_who_became_a_partner_after_the_preview_stays_one",
    ),
    Removal(
        "T82",
        "one administrator cuts followers off by a list",
        "instance/services/host_imports.py",
        "        if not is_second and any(map(_cuts, rows)):\n",
        "        if not is_second and not rows:\n",
        f"{_IMPORTS}::test_what_cuts_somebody_off_takes_two",
    ),
    Removal(
        "T82",
        "one administrator confirms twice",
        "instance/services/host_imports.py",
        "        if is_second and found.confirmed_by_id == by.id:\n",
        "        if is_second and found.confirmed_by_id is None:\n",
        f"{_IMPORTS}::test_what_cuts_somebody_off_takes_two",
    ),
)

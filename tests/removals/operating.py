"""What keeps a server going: T81."""

from tests.removals.entry import Removal

_OUTAGES = "tests/live/test_outages.py"

REMOVALS = (
    Removal(
        "T81",
        "what came before the end of a server is not answered",
        "instance/cli/serving.py",
        "        http=connections.Connection,\n",
        '        http="httptools",\n',
        "tests/live/test_restarting.py"
        "::test_a_request_that_was_begun_is_answered_before_the_server_ends",
    ),
    Removal(
        "T81",
        "a server that cannot store anything tells others that it failed",
        "instance/web/inbox_asgi.py",
        "        if outages.of(error) is not None:\n",
        "        if False:\n",
        f"{_OUTAGES}::test_with_a_full_disk_all_is_read_nothing_is_lost_and_room_is_enough[quota]",
    ),
    Removal(
        "T81",
        "a connection that breaks while somebody begins to ask is a fault of ours",
        "instance/outages.py",
        '_CLOSED = ("InterfaceError", "InternalClientError")\n',
        '_CLOSED = ("InterfaceError",)\n',
        "tests/instance/test_outages.py"
        "::test_a_connection_that_breaks_while_somebody_begins_to_ask_is_a_database_that_is_gone",
    ),
    Removal(
        "T81",
        "a worker whose database went away is not started again",
        "instance/workers/running.py",
        '                log.error("%s stopped; starting it again", name, exc_info=error)\n',
        "                return\n",
        f"{_OUTAGES}::test_a_postgresql_that_stops_or_is_killed_costs_nothing_but_time",
        "postgres",
    ),
    Removal(
        "T81",
        "a server of databases that says yes before its log is written is taken at its word",
        "instance/postgres_engine.py",
        "        await connection.execute(_WAIT_FOR_THE_LOG)\n",
        "",
        f"{_OUTAGES}::test_a_postgresql_that_stops_or_is_killed_costs_nothing_but_time",
        "postgres",
    ),
)

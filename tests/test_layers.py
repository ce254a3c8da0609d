"""Everything runs one way: who may import what, read from the source with `ast`."""

import ast
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGES = ("federation", "instance")

# What all but `models` and the leaves may import.
SHARED = (
    *("instance.config", "instance.errors", "instance.ids", "instance.events"),
    *("instance.raw_sql", "instance.commits"),  # (+)
    *("instance.words", "instance.word_tables"),  # (+)
    "instance.outages",  # (+)
    "instance.metrics",  # (+)
)

# Who -> what it may import besides itself and the standard library. The longest name that fits
# a module counts. Source: house.md, Import rules; what was added to it is marked (+).
MAY_IMPORT: dict[str, tuple[str, ...]] = {
    # The protocol: no Quart, no ORM, nothing of ours above it.
    "federation": ("cryptography", "rfc8785", "orjson"),
    "federation.client": ("cryptography", "orjson", "federation"),
    "federation.connections": ("federation", "aiohttp", "yarl"),  # (+)
    "federation.rfc9421": ("cryptography", "federation", "http_message_signatures"),
    "federation.vocabulary": ("federation", "little_boxes"),
    # Tables.
    "instance.models": ("tortoise", "instance.ids", "instance.sealed"),
    "instance.migrations": (  # (+) written by a command from the models
        *("tortoise", "orjson", "instance.models", "instance.ids", "instance.sealed"),
        "instance.batches",
    ),
    # Leaves: each wraps one package and knows no model.
    "instance": (),  # the package itself, nothing below it
    "instance.phi": (),
    "instance.marking": (),  # (+)
    "instance.specialties": ("instance.marking",),  # (+)
    "instance.delivery_reasons": ("instance.marking",),  # (+)
    "instance.treaty_words": (),  # (+)
    "instance.list_words": (),  # (+)
    "instance.audit_words": ("instance.marking",),  # (+)
    "instance.role_words": ("instance.marking",),  # (+)
    "instance.alert_words": ("instance.marking",),  # (+)
    "instance.attestation_words": (),  # (+)
    "instance.push_words": ("instance.marking",),  # (+)
    "instance.case_words": ("instance.marking",),  # (+)
    "instance.member_words": ("instance.marking",),  # (+)
    "instance.roster_words": (),  # (+)
    "instance.retention_words": ("instance.marking",),  # (+)
    "instance.restore_words": ("instance.marking",),  # (+)
    "instance.credentials": ("instance.marking",),  # (+)
    "instance.taxonomy": (),  # (+)
    "instance.sign_on_words": ("instance.marking",),  # (+)
    "instance.oidc": ("instance.oidc_signatures",),  # (+)
    "instance.oidc_signatures": ("instance.oidc", "joserfc", "orjson"),  # (+)
    "instance.smtp": ("aiosmtplib", "instance.config"),  # (+) whom the operator named
    "instance.ids": (),
    "instance.asgi": (),  # (+)
    "instance.names": (),  # (+)
    "instance.words": (),  # (+)
    "instance.word_tables": ("instance.raw_sql", "instance.words"),  # (+)
    "instance.spreadsheets": (),  # (+)
    "instance.logs": ("instance.outages",),  # (+)
    "instance.outages": ("tortoise",),  # (+)
    "instance.metrics": ("prometheus_client", "tortoise"),  # (+) what it fails with
    "instance.html": (
        *("markdown_it", "nh3", "instance.html_cost", "instance.html_links"),
        "instance.words",  # (+)
    ),
    "instance.html_cost": (),  # (+)
    "instance.html_links": (),  # (+)
    "instance.media": ("PIL", "blurhash", "pydicom"),
    "instance.sealed": ("cryptography", "orjson", "tortoise"),
    "instance.errors": ("quart", "federation.errors"),
    "instance.config": (  # (+) database: TORTOISE_ORM; authentication: Site
        *("instance.database", "instance.errors", "instance.ids"),
        *("federation.origin", "federation.authentication", "federation.errors"),
        "federation.relationships",  # (+) how a law is written
    ),
    "instance.events": (
        *("tortoise", "asyncpg", "instance.ids", "instance.event_sources"),
        "instance.raw_sql",
    ),
    "instance.event_sources": ("tortoise", "asyncpg"),  # (+)
    # The database beneath the models. (+) all of them
    "instance.database": ("tortoise",),
    "instance.rows": ("tortoise", "instance.sqlite_times"),
    "instance.ahead": ("orjson", "instance.rows"),
    "instance.raw_sql": ("tortoise", "instance.rows", "instance.ahead"),
    "instance.commits": (
        *("tortoise", "instance.errors", "instance.metrics", "instance.raw_sql", "instance.logs"),
        *("instance.events", "instance.database"),
    ),
    "instance.answers": (),
    "instance.sqlite_line": (),
    "instance.sqlite_times": (),
    "instance.sqlite_engine": (
        *("tortoise", "aiosqlite", "instance.answers", "instance.sqlite_line"),
        "instance.sqlite_times",
    ),
    "instance.postgres_engine": ("tortoise", "asyncpg", "instance.answers"),
    "instance.schema_editors": ("tortoise", "instance.database", "instance.sqlite_engine"),
    "instance.migrated": ("tortoise", "instance.database"),
    "instance.migrate": (
        *("tortoise", "asyncpg", "instance.database", "instance.schema_editors", "instance.errors"),
        *("instance.sqlite_engine", "instance.postgres_engine", "instance.sqlite_copies"),
        *("instance.migration_plan", "instance.migration_state", "instance.stepwise"),
        *("instance.outages", "instance.migrated"),
    ),
    "instance.batches": ("tortoise",),
    "instance.moving": (
        *("asyncpg", "orjson", "instance.database", "instance.migrate", "instance.word_tables"),
        *("instance.migration_progress", "instance.migrated"),
    ),
    "instance.migration_plan": ("tortoise", "instance.batches"),
    "instance.migration_progress": ("tortoise", "instance.batches"),
    "instance.migration_state": ("tortoise", "instance.database", "instance.migrated"),
    "instance.sqlite_copies": ("instance.outages",),
    "instance.stepwise": (
        *("tortoise", "instance.batches", "instance.database", "instance.migration_progress"),
        *("instance.migration_state", "instance.schema_editors"),
    ),
    "instance.backups": (  # (+) of files and of the database as a whole: no model
        *("cryptography", "orjson", "instance.config", "instance.database", "instance.migrate"),
        *("instance.sealed", "instance.migrated"),
    ),
    # What the product does, and what it sends and knows of others.
    "instance.services": (
        *SHARED,
        *("tortoise", "argon2", "orjson", "instance.models", "instance.outbox"),
        *("instance.specialties", "instance.delivery_reasons", "instance.audit_words"),
        *("instance.alert_words", "instance.names", "instance.member_words"),  # (+)
        *("instance.phi", "instance.html", "instance.media"),
        *("federation.vocabulary", "federation.addressing", "federation.proofs"),
        *("federation.keys", "federation.webfinger"),
        *("federation.errors", "federation.origin"),  # (+)
        *("federation.handshake", "federation.relationships", "federation.receipts"),  # (+)
        *("federation.recalls", "federation.cosignatures"),  # (+)
        *("federation.statements", "federation.status_lists"),  # (+)
        *("federation.host_lists", "federation.fields", "instance.list_words"),  # (+)
        "instance.treaty_words",  # (+)
        *("pyotp", "webauthn", "cbor2", "instance.sealed"),  # (+)
        *("instance.attestation_words", "instance.member_words"),  # (+)
        "federation.contexts",  # (+) what members take along is documents
        *("instance.roster_words", "instance.credentials", "instance.taxonomy"),  # (+)
        "instance.spreadsheets",  # (+)
        "instance.smtp",  # (+) the self-test asks whether the mail server takes our mails
        *("instance.oidc", "instance.sign_on_words"),  # (+)
        "instance.push_words",  # (+)
        "instance.database",  # (+) which migrations this code has
    ),
    "instance.outbox": (
        *SHARED,
        *("tortoise", "orjson", "cryptography", "instance.models", "federation"),
        "instance.html",  # (+) what a remote profile says is cleaned where it is read
        "instance.oidc",  # (+)
        "instance.specialties",  # (+) which larger one a small one is part of
        "instance.sealed",  # (+) keys of consults are derived from its key
    ),
    # The doors.
    "instance.inbox": (
        *SHARED,
        *("tortoise", "orjson", "instance.services", "instance.outbox", "instance.models"),
        *("federation", "instance.html"),  # (+) html: names that an owner tells (F-CON-5)
    ),
    "instance.workers": (
        *SHARED,
        *("tortoise", "orjson", "instance.services", "instance.inbox", "instance.outbox"),
        *("instance.models", "federation"),
        "instance.smtp",  # (+)
        "instance.institution",  # (+) a worker of its own process opens one
    ),
    "instance.web": (
        *SHARED,
        *("quart", "werkzeug", "jinja2", "markupsafe", "itsdangerous", "orjson", "tortoise"),
        *("instance.services", "instance.inbox", "instance.outbox", "instance.models"),
        *("instance.html", "instance.specialties", "instance.delivery_reasons", "federation"),
        *("instance.treaty_words", "instance.list_words", "instance.audit_words"),
        *("instance.role_words", "instance.alert_words", "instance.roster_words"),
        *("instance.retention_words", "instance.restore_words"),  # (+)
        *("instance.case_words", "instance.member_words", "instance.marking"),  # (+)
        *("instance.oidc", "instance.sign_on_words"),  # (+)
        *("segno", "instance.spreadsheets"),  # (+)
        *("instance.logs", "instance.asgi"),  # (+) the number of a request, and whether it is whole
    ),
    "instance.web.views": ("markupsafe",),  # (+) frozen: no query can start from a template
    # Where it all comes together. (+) institution, demo
    "instance.institution": (*SHARED, "instance", "federation"),
    "instance.__main__": ("instance.cli",),  # (+)
    "instance.cli": (
        *(*SHARED, "instance", "federation", "click", "orjson", "quart", "tortoise", "uvicorn"),
        *("uvloop", "jinja2"),
    ),
    "instance.demo": (*SHARED, "instance", "federation", "click", "orjson", "tortoise", "PIL"),
    "instance.app": ("instance", "federation", "quart", "tortoise", "werkzeug", "uvicorn"),
}
# Nobody but these may import these, whatever the table says.
RESERVED = {
    "instance.web": ("instance.web", "instance.app"),
    "instance.app": ("instance.app", "instance.cli.serving"),  # the server command
    "instance.cli": ("instance.cli", "instance.__main__"),
    "instance.demo": ("instance.demo", "instance.cli"),
}
# Packages of others, each behind one module of ours.
ONLY_IN = {
    "aiohttp": ("federation.connections",),
    "aiosmtplib": ("instance.smtp",),
    "little_boxes": ("federation.vocabulary",),
    "http_message_signatures": ("federation.rfc9421",),
    "nh3": ("instance.html",),
    "argon2": ("instance.services.passwords",),
    "pyotp": ("instance.services.second_factors",),
    "segno": ("instance.web.presenting",),
    "webauthn": ("instance.services.passkeys",),
    "joserfc": ("instance.oidc_signatures",),
    "prometheus_client": ("instance.metrics",),
}


@cache
def modules() -> dict[str, Path]:
    """Dotted name -> file, of everything we ship."""
    files = [file for package in PACKAGES for file in (ROOT / package).rglob("*.py")]
    return {_name(file): file for file in sorted(files)}


def _name(file: Path) -> str:
    parts = file.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def is_within(name: str, layer: str) -> bool:
    return name == layer or name.startswith(layer + ".")


def layer_of(module: str) -> str | None:
    """The row of the table; None for a new module directly below `instance`: give it one."""
    fitting = [layer for layer in MAY_IMPORT if is_within(module, layer)]
    layer = max(fitting, key=len)
    return None if layer == "instance" != module else layer


def imported(source: str) -> Iterator[str]:
    """Dotted names, as deep as they are modules; a relative one as `.name`; also what is loaded
    by its name when it is needed."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = "." * node.level + (node.module or "")
            for alias in node.names:
                deeper = f"{base}.{alias.name}"
                yield deeper if deeper in modules() else base
        elif isinstance(node, ast.Call) and _called(node.func) == "import_module":
            yield from (str(one.value) for one in node.args if isinstance(one, ast.Constant))


def _called(function: ast.expr) -> str:
    return getattr(function, "id", "") or getattr(function, "attr", "")


def may_import(module: str, name: str) -> bool:
    if name.split(".")[0] in sys.stdlib_module_names:
        return True
    for guarded, allowed in (RESERVED | ONLY_IN).items():
        if is_within(name, guarded) and not any(is_within(module, layer) for layer in allowed):
            return False
    layer = layer_of(module)
    if layer is None:
        return False
    return any(is_within(name, other) for other in (layer, *MAY_IMPORT[layer]))


def refused(module: str, source: str) -> list[str]:
    return sorted({name for name in imported(source) if not may_import(module, name)})


def imports_inside_functions(source: str) -> list[int]:
    """Line numbers."""
    return [
        inner.lineno
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        for inner in ast.walk(node)
        if isinstance(inner, ast.Import | ast.ImportFrom)
    ]


def test_every_module_imports_what_its_layer_may() -> None:
    """T83, for little-boxes: only the vocabulary has it."""
    found = {module: refused(module, file.read_text()) for module, file in modules().items()}
    assert {module: names for module, names in found.items() if names} == {}


def test_every_module_has_a_row_in_the_table() -> None:
    assert modules() and [name for name in modules() if not layer_of(name)] == []


def test_no_function_imports() -> None:
    found = {name: imports_inside_functions(file.read_text()) for name, file in modules().items()}
    assert {name: lines for name, lines in found.items() if lines} == {}


@pytest.mark.parametrize(
    ("module", "source"),
    [
        ("federation.keys", "import quart"),
        ("federation.delivery", "import aiohttp"),
        ("federation.documents", "from little_boxes import activitypub"),
        ("federation.origin", "from instance import config"),
        ("federation.origin", "from instance.ids import new_id"),
        ("instance.models.actor", "from instance.services import members"),
        ("instance.models.actor", "from instance import config"),
        ("instance.ids", "from instance.models import Actor"),
        ("instance.html", "from instance.models import Actor"),
        ("instance.outbox.remote", "from instance.services import members"),
        ("instance.services.members", "from instance.inbox import receive"),
        ("instance.services.members", "import quart"),
        ("instance.services.members", "from federation.client import Client"),
        ("instance.inbox.receive", "from instance.web import guards"),
        ("instance.workers.delivery", "from instance.app import create_app"),
        ("instance.web.views.page", "from instance.models import Actor"),
        ("instance.institution", "from instance.web import guards"),
        ("instance.demo.content", "from instance.web import guards"),
        ("instance.cli.members", "from instance.app import create_app"),
        ("instance.utils", "from instance.models import Actor"),
        ("instance.services.members", "from ..web import guards"),
        ("instance.services.members", "if True:\n    import pydantic"),
        ("instance.services.members", "def f():\n    return import_module('quart')"),
        ("instance.services.members", "importlib.import_module('instance.web.guards')"),
    ],
)
def test_an_import_against_the_table_is_found(module: str, source: str) -> None:
    assert refused(module, source)


def test_an_import_inside_a_function_is_found() -> None:
    late = "async def f():\n    def g():\n        import json\n"

    assert 3 in imports_inside_functions(late)
    assert imports_inside_functions("if True:\n    import json\n") == []


def test_both_packages_are_looked_at() -> None:
    assert {"federation.keys", "instance.config", "instance.models.actor"} <= modules().keys()

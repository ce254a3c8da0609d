"""Runs in the environment of the provider, not in ours: Canaille with two people and one client.

serve.py PORT REDIRECT_ADDRESS CLIENT_ID CLIENT_SECRET PASSWORD
"""

import os
import sys
import uuid
from datetime import UTC, datetime
from wsgiref.simple_server import make_server

os.environ["AUTHLIB_INSECURE_TRANSPORT"] = "1"  # loopback

from canaille import create_app
from canaille.app import models
from canaille.backends import Backend
from joserfc.jwk import JWKRegistry


def settings(port: str) -> dict[str, object]:
    key = JWKRegistry.generate_key("RSA", 2048)
    key.ensure_kid()
    return {
        "SECRET_KEY": str(uuid.uuid4()),
        "ENV_FILE": None,
        "PREFERRED_URL_SCHEME": "http",
        "SERVER_NAME": f"localhost:{port}",
        "CANAILLE": {
            "DATABASE": "memory",
            "JAVASCRIPT": False,
            "ACL": {"DEFAULT": {"PERMISSIONS": ["use_oidc"]}},
        },
        "CANAILLE_OIDC": {
            "ACTIVE_JWKS": [key.as_dict(private=True)],
            "TRUSTED_DOMAINS": [],  # or nobody would be asked whether we may know them
            "USERINFO_MAPPING": {"PREFERRED_USERNAME": "{{ user.employee_number }}"},
        },
    }


def fill(redirect: str, client_id: str, secret: str, password: str) -> None:
    backend = Backend.instance
    people = [_person(name, password) for name in ("ada", "bob")]
    for person in people:
        backend.save(person)
    backend.save(models.Group(display_name="medical-staff", members=people))
    client = models.Client(
        client_id=client_id,
        client_secret=secret,
        client_id_issued_at=datetime.now(UTC),
        client_name="Curbside",
        client_uri=redirect.removesuffix("/sso/callback"),
        redirect_uris=[redirect],
        grant_types=["authorization_code"],
        response_types=["code"],
        scope=["openid", "email", "profile", "groups"],
        token_endpoint_auth_method="client_secret_basic",
        id_token_signed_response_alg="RS256",  # its own choice is one of any length
    )
    backend.save(client)
    client.audience = [client]
    backend.save(client)


def _person(name: str, password: str) -> object:
    return models.User(
        user_name=name,
        password=password,
        emails=[f"{name}@hospital.example"],
        employee_number=name,
        given_name=name.title(),
        family_name="Person",
        formatted_name=f"{name.title()} Person",
    )


def main(port: str, *rest: str) -> None:
    app = create_app(config=settings(port))
    with app.app_context():
        fill(*rest)
    make_server("localhost", int(port), app).serve_forever()


main(*sys.argv[1:])

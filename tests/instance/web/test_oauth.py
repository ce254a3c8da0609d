"""Applications register, are let in by a member, and are taken leave of (T69)."""

import base64
import hashlib
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlencode, urlsplit

import orjson
import pytest

from instance.models import (
    AccessToken,
    Application,
    AuthorizationCode,
    Member,
    Role,
)
from instance.services import clients, lifecycle, signing_in, tokens
from tests.cast import new
from tests.clients import BACK, Phone, installed, signed_in
from tests.houses import House, Person
from tests.network import Sent

VERIFIER = "v" * 50
CHALLENGE = (
    base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).rstrip(b"=").decode()
)
HIS = "/api/v1/accounts/verify_credentials"
OOB = "urn:ietf:wg:oauth:2.0:oob"


async def registered(house: House, raw: bytes, kind: str) -> tuple[int, dict[str, object]]:
    headers = {"Content-Type": kind} if kind else {}
    answer = await house.request(Sent("POST", f"{house.origin}/api/v1/apps", headers, raw))
    return answer.status, answer.json


async def test_an_application_registers_by_whichever_body(mercy: House) -> None:
    form = urlencode({"client_name": "Ivory", "redirect_uris": f"com.tapbots.Ivory.1:/x\n{OOB}"})
    parts = (
        b'--x\r\nContent-Disposition: form-data; name="client_name"\r\n\r\nT\r\n'
        b'--x\r\nContent-Disposition: form-data; name="redirect_uris"\r\n\r\n'
        + OOB.encode()
        + b"\r\n--x--\r\n"
    )
    bodies = [
        (orjson.dumps({"client_name": "Elk", "redirect_uris": [BACK, OOB]}), "application/json"),
        (form.encode(), "application/x-www-form-urlencoded"),
        (form.encode(), ""),
        (parts, "multipart/form-data; boundary=x"),
    ]
    for raw, kind in bodies:
        status, said = await registered(mercy, raw, kind)
        assert status == 200, (kind, said)
        assert said["scopes"] == ["read"]
        assert said["client_secret_expires_at"] == 0
        assert said["redirect_uri"] == "\n".join(said["redirect_uris"])  # type: ignore[arg-type]
        assert set(said) >= {"id", "name", "website", "client_id", "client_secret", "vapid_key"}
        assert isinstance(said["id"], str)


async def test_an_application_that_cannot_be_is_told_which_field(mercy: House) -> None:
    bad = (
        *("javascript:alert(1)", "data:text/html,x", "file:///etc", "https://good@evil.example/"),
        *("https://x.example/#f", "http://x.example/", "//x.example", "https:x", "urn:x", ""),
        *("https://x.example/a b", "vbscript:x", "https://ex;ample.org/", "https://[::1/"),
    )
    for uri in bad:
        body = orjson.dumps({"client_name": "Bad", "redirect_uris": uri})
        status, said = await registered(mercy, body, "application/json")
        assert status == 422, uri
        assert "redirect_uris" in said["details"], uri  # type: ignore[operator]
    for more in ({"scopes": "admin:read"}, {"client_name": "  "}, {"website": "javascript:x"}):
        body = orjson.dumps({"client_name": "Bad", "redirect_uris": OOB, **more})
        assert (await registered(mercy, body, "application/json"))[0] == 422, more
    for raw in (b"{", b"[]", b'"x"', b"\xff\xfe"):
        assert (await registered(mercy, raw, "application/json"))[0] == 400
    assert await mercy.at(lambda: Application.all().count()) == 0


async def test_a_member_lets_an_application_in_and_it_knows_them(mercy: House, lee: Person) -> None:
    phone = await signed_in(mercy, "lee")

    own = await phone.reads(HIS)

    assert (own["id"], own["acct"], own["source"]["privacy"]) == (
        str(lee.actor.id),
        "lee",
        "public",
    )
    app = await phone.reads("/api/v1/apps/verify_credentials")
    assert app["name"] == "Phone"
    info = await phone.reads("/oauth/userinfo")
    assert info["preferred_username"] == "lee"
    stored = str(await mercy.at(lambda: AccessToken.all().values()))
    assert phone.token not in stored
    assert phone.secret not in str(await mercy.at(lambda: Application.all().values()))


async def test_the_address_survives_the_sign_in_with_its_second_step(
    mercy: House, lee: Person
) -> None:
    phone = await installed(mercy)
    browser = mercy.visitor()
    asked = f"/oauth/authorize/?{urlencode(phone.asks(lang='None', force_login='False'))}"
    to_sign_in = (await browser.get(asked)).header("location")
    wanted = parse_qs(urlsplit(to_sign_in).query)["next"][0]
    await browser.get(to_sign_in)

    answer = await mercy.enter(browser, "lee", next=wanted)

    assert answer.header("location") == wanted
    page = await browser.get(wanted)
    assert "Let this application act for you?" in page.text
    assert "Post in public channels in your name" in page.text
    assert "It learns nothing of consults." in page.text
    policy = page.header("content-security-policy")
    assert "form-action 'self' https://phone.example;" in policy
    assert "frame-ancestors 'none'" in policy


async def test_the_answer_goes_to_the_address_with_its_query_and_state(
    mercy: House, lee: Person
) -> None:
    phone, browser = await installed(mercy), await mercy.sign_in("lee")
    for said, expected in (("yes", "code"), ("no", "error")):
        answer = await browser.post_form("/oauth/authorize", {**phone.asks(), "answer": said})
        back = urlsplit(answer.header("location"))
        query = parse_qs(back.query)
        assert answer.status == 302
        assert f"{back.scheme}://{back.netloc}{back.path}" == "https://phone.example/back"
        assert (query["kept"], query["state"]) == (["yes"], ["a state"])
        assert expected in query
    forged = Sent(
        "POST",
        f"{mercy.origin}/oauth/authorize",
        {
            "Origin": "https://evil.example",
            "Cookie": "; ".join(f"{k}={v}" for k, v in browser.cookies.items()),
            "Content-Type": "application/x-www-form-urlencoded",
        },
        urlencode({**phone.asks(), "answer": "yes"}).encode(),
    )
    assert (await mercy.request(forged)).status == 403
    assert await mercy.at(lambda: AuthorizationCode.all().count()) == 1


async def test_nobody_is_sent_to_an_address_that_was_not_registered(
    mercy: House, lee: Person
) -> None:
    phone, browser = await installed(mercy), await mercy.sign_in("lee")
    near = (
        *(f"{BACK}x", BACK[:-1], f"{BACK}#x", BACK.replace("https:", "http:"), f"{BACK}/../y"),
        *("https://phone.example.evil.example/back?kept=yes", "//phone.example/back", OOB, ""),
        *(BACK.upper(), "javascript:alert(1)"),
    )
    for uri in near:
        page = await browser.get(f"/oauth/authorize?{urlencode(phone.asks(redirect_uri=uri))}")
        assert (page.status, page.header("location")) == (400, ""), uri
    for client_id in ("nobody", "", "\u00e9" * 20, "x" * 500):
        page = await browser.get(f"/oauth/authorize?{urlencode(phone.asks(client_id=client_id))}")
        assert (page.status, page.header("location")) == (400, ""), client_id


async def test_what_an_application_may_not_ask_it_is_told_at_its_own_address(
    mercy: House, lee: Person
) -> None:
    phone = await installed(mercy, "read:statuses follow consults")
    browser = await mercy.sign_in("lee")
    wrong = {
        "unsupported_response_type": [{"response_type": "token"}],
        "invalid_scope": [{"scope": s} for s in ("read", "write", "nonsense", "consults", "push")],
        "invalid_request": [
            {"code_challenge": CHALLENGE, "code_challenge_method": "plain"},
            {"code_challenge": CHALLENGE},
            {"code_challenge": "short", "code_challenge_method": "S256"},
        ],
    }
    for error, asked in wrong.items():
        for more in asked:
            asks = phone.asks(**{"scope": "read:statuses", **more})
            answer = await browser.get(f"/oauth/authorize?{urlencode(asks)}")
            query = parse_qs(urlsplit(answer.header("location")).query)
            assert (answer.status, query.get("error")) == (302, [error]), more
            assert query["state"] == ["a state"]
    assert await phone.is_let_in(browser, scope="read:statuses read:follows write:blocks")


async def test_a_code_works_once_and_twice_takes_its_token_away(mercy: House, lee: Person) -> None:
    phone, other = await installed(mercy), await installed(mercy)
    browser = await mercy.sign_in("lee")
    code = await phone.is_let_in(browser)
    for wrong in (
        {"client_id": other.client_id, "client_secret": other.secret},
        {"redirect_uri": BACK[:-1]},
        {"code": code[:-1]},
    ):
        answer = await phone.exchanges(**{"code": code, **wrong})
        assert (answer.status, answer.json["error"]) == (400, "invalid_grant"), wrong
    for wrong in ({"client_secret": "wrong"}, {"client_id": "x"}, {"client_secret": ""}):
        answer = await phone.exchanges(code, **wrong)
        assert (answer.status, answer.json["error"]) == (401, "invalid_client"), wrong

    answer = await phone.exchanges(code, scope="read write follow push consults")
    phone.token = answer.json["access_token"]
    assert answer.json["scope"] == "read write follow push"
    assert (answer.json["token_type"], type(answer.json["created_at"])) == ("Bearer", int)
    assert (await phone.get(HIS)).status == 200
    assert (await phone.exchanges(code)).json["error"] == "invalid_grant"
    assert (await phone.get(HIS)).status == 401


async def test_an_old_code_is_worth_nothing(mercy: House, lee: Person) -> None:
    phone = await installed(mercy)
    code = await phone.is_let_in(await mercy.sign_in("lee"))
    [row] = await mercy.at(lambda: AuthorizationCode.all())
    assert row.expires_at - datetime.now(UTC) <= timedelta(minutes=10)
    await mercy.at(lambda: AuthorizationCode.all().update(expires_at=datetime.now(UTC)))

    assert (await phone.exchanges(code)).json["error"] == "invalid_grant"


async def test_who_has_no_secret_needs_the_verifier_and_so_does_who_gave_a_challenge(
    mercy: House, lee: Person
) -> None:
    phone, browser = await installed(mercy), await mercy.sign_in("lee")
    asked = {"code_challenge": CHALLENGE, "code_challenge_method": "S256"}
    code = await phone.is_let_in(browser, **asked)
    for wrong in ("", "w" * 50, CHALLENGE, "v" * 20):
        answer = await phone.exchanges(code, code_verifier=wrong)
        assert answer.json["error"] == "invalid_grant", wrong
    answer = await phone.exchanges(code, client_secret="", code_verifier=VERIFIER)
    assert answer.status == 200

    code = await phone.is_let_in(browser)
    answer = await phone.exchanges(code, client_secret="", code_verifier=VERIFIER)
    assert (answer.status, answer.json["error"]) == (401, "invalid_client")


async def test_a_token_counts_in_its_header_alone_and_no_cookie_does(
    mercy: House, lee: Person
) -> None:
    phone, browser = await signed_in(mercy, "lee"), await mercy.sign_in("lee")
    assert (await browser.get(HIS)).status == 401
    bare = Phone(mercy, phone.client_id, phone.secret)
    assert (await bare.get(f"{HIS}?access_token={phone.token}")).status == 401
    for wrong in ("x", "", "é", "x" * 5_000, phone.token + "x"):
        answer = await bare.calls("GET", HIS, Authorization=f"Bearer {wrong}")
        assert answer.status == 401, wrong
        assert answer.json["error"] == "The access token is invalid"
    in_address = f"/oauth/token?grant_type=client_credentials&client_id={phone.client_id}"
    answer = await bare.posts(f"{in_address}&client_secret={phone.secret}", {})
    assert answer.status == 401


async def test_an_application_for_itself_reads_what_is_public(mercy: House, lee: Person) -> None:
    phone = await installed(mercy, "read consults")
    form = {"grant_type": "client_credentials", "client_id": phone.client_id}
    assert (await phone.posts("/oauth/token", form)).status == 401
    form["client_secret"] = phone.secret
    asked = await phone.posts("/oauth/token", {**form, "scope": "read consults"})
    assert asked.json["error"] == "invalid_scope"
    for grant in ("password", "refresh_token", "", "x"):
        answer = await phone.posts("/oauth/token", {**form, "grant_type": grant})
        assert answer.json["error"] == "unsupported_grant_type"
    phone.token = (await phone.posts("/oauth/token", form)).json["access_token"]

    assert (await phone.reads("/api/v1/apps/verify_credentials"))["name"] == "Phone"
    assert (await phone.get("/api/v1/timelines/public")).status == 200
    own = await phone.get(HIS)
    assert (own.status, own.json["error"]) == (422, "This method requires an authenticated user")


async def test_a_token_is_taken_back_by_its_application_and_by_no_other(
    mercy: House, lee: Person
) -> None:
    phone, other = await signed_in(mercy, "lee"), await installed(mercy)
    form = {"token": phone.token, "client_id": other.client_id, "client_secret": other.secret}
    answer = await phone.posts("/oauth/revoke", form)
    assert (answer.status, answer.json["error"]) == (403, "unauthorized_client")
    assert (await phone.get(HIS)).status == 200
    form |= {"client_id": phone.client_id, "client_secret": phone.secret}
    for _ in range(2):
        answer = await phone.posts("/oauth/revoke", form)
        assert (answer.status, answer.json) == (200, {})
    assert (await phone.get(HIS)).status == 401


async def test_a_member_sees_what_applications_may_do_and_takes_it_back(
    mercy: House, lee: Person
) -> None:
    phone = await signed_in(mercy, "lee", "read write:statuses")
    browser = await mercy.sign_in("lee")
    page = (await browser.get("/account/security")).text
    assert "Applications that act for you" in page
    assert "Post in public channels in your name, and delete your posts" in page
    [row] = await mercy.at(lambda: Application.all())
    await mercy.person(new("moyo", "Dr S. Moyo"))
    stranger = await mercy.sign_in("moyo")
    await stranger.post_form(f"/account/applications/{row.id}/end", {})
    assert (await phone.get(HIS)).status == 200

    await browser.post_form(f"/account/applications/{row.id}/end", {})

    assert (await phone.get(HIS)).status == 401
    assert "Applications that act for you" not in (await browser.get("/account/security")).text


async def test_tokens_end_as_sessions_do(mercy: House, lee: Person) -> None:
    officer = await mercy.person(new("ruiz", "Dr C. Ruiz", role=Role.OWNER))
    phone, browser = await installed(mercy), await mercy.sign_in("lee")

    async def is_ended_by(work: object, *args: object) -> None:
        phone.token = (await phone.exchanges(await phone.is_let_in(browser))).json["access_token"]
        pending = await phone.is_let_in(browser)
        assert (await phone.get(HIS)).status == 200
        await mercy.at(work, *args)  # type: ignore[arg-type]
        assert (await phone.get(HIS)).status == 401
        assert (await phone.exchanges(pending)).json["error"] == "invalid_grant"

    async def suspend(officer: Person) -> None:
        now = datetime.now(UTC)
        await lifecycle.suspend(officer.member, "lee", "They left the hospital.", now)

    async def others_end() -> None:
        found = await signing_in.session_of(browser.cookies["__Host-session"])
        assert found is not None
        await signing_in.end_others(found[0])

    await is_ended_by(others_end)
    await is_ended_by(suspend, officer)


async def test_a_token_of_somebody_suspended_is_worth_nothing(mercy: House, lee: Person) -> None:
    phone = await signed_in(mercy, "lee")
    now = datetime.now(UTC)
    await mercy.at(lambda: Member.filter(id=lee.member.id).update(suspended_at=now))

    assert (await phone.get(HIS)).status == 401


async def test_only_an_approved_application_holds_consults(mercy: House, lee: Person) -> None:
    owner = await mercy.person(new("ruiz", "Dr C. Ruiz", role=Role.OWNER))
    phone, browser = await installed(mercy, "read consults"), await mercy.sign_in("lee")
    asks = phone.asks(scope="read consults")
    answer = await browser.get(f"/oauth/authorize?{urlencode(asks)}")
    assert "error=invalid_scope" in answer.header("location")
    with pytest.raises(Exception, match="not_allowed"):
        await lee.does(clients.approve, phone.client_id)

    await owner.does(clients.approve, phone.client_id)
    page = await browser.get(f"/oauth/authorize?{urlencode(asks)}")
    assert "Read and answer the consults that you take part in" in page.text
    code = await phone.is_let_in(browser, scope="read consults")
    token = (await phone.exchanges(code)).json["access_token"]
    held = await mercy.at(tokens.caller, token)
    assert held is not None and held.may("consults")

    await mercy.at(_take_approval, owner, phone)
    held = await mercy.at(tokens.caller, token)
    assert held is not None and not held.may("consults")


async def _take_approval(owner: Person, phone: Phone) -> None:
    await clients.approve(owner.member, phone.client_id, approved=False)


async def test_a_wrong_scope_is_refused_in_words(mercy: House, lee: Person) -> None:
    phone = await signed_in(mercy, "lee", "profile read:follows")
    assert (await phone.get(HIS)).status == 200
    assert (await phone.get(f"/api/v1/accounts/relationships?id={lee.actor.id}")).status == 200
    for path in ("/api/v1/timelines/home", "/api/v1/timelines/public", "/api/v1/preferences"):
        answer = await phone.get(path)
        assert answer.status == 403, path
        assert answer.json == {"error": "This action is outside the authorized scopes"}
    answer = await phone.calls("POST", "/api/v1/statuses", {"status": "x"})
    assert answer.status == 403


async def test_a_member_with_two_names_lets_it_in_as_one_of_them(mercy: House) -> None:
    person = await mercy.person(new("adeyemi", "Dr F. Adeyemi", pseudonym="quietmurmur"))
    assert person.pseudonym is not None
    phone = await installed(mercy)
    browser = await mercy.sign_in("adeyemi")
    code = await phone.is_let_in(browser, identity="quietmurmur")
    phone.token = (await phone.exchanges(code)).json["access_token"]

    own = await phone.get(HIS)

    assert own.json["id"] == str(person.pseudonym.id)
    assert "adeyemi" not in own.text.lower()
    form = {**phone.asks(), "answer": "yes", "identity": "lee"}
    assert (await browser.post_form("/oauth/authorize", form)).status == 403


async def test_a_code_by_hand_is_shown(mercy: House, lee: Person) -> None:
    body = orjson.dumps({"client_name": "toot", "redirect_uris": OOB, "scopes": "read"})
    _, said = await registered(mercy, body, "application/json")
    phone = Phone(mercy, str(said["client_id"]), str(said["client_secret"]))
    browser = await mercy.sign_in("lee")
    form = {**phone.asks(redirect_uri=OOB, scope="read"), "answer": "yes"}
    page = await browser.post_form("/oauth/authorize", form)
    code = page.text.partition("<code>")[2].partition("</code>")[0]

    assert (await phone.exchanges(code, redirect_uri=OOB)).status == 200


async def test_the_metadata_names_what_there_is(mercy: House) -> None:
    answer = await mercy.request(
        Sent("GET", f"{mercy.origin}/.well-known/oauth-authorization-server", {})
    )
    said = answer.json
    assert said["issuer"] == "https://mercy.example/"
    assert said["code_challenge_methods_supported"] == ["S256"]
    assert {"read", "write", "follow", "push", "profile"} <= set(said["scopes_supported"])
    assert answer.header("access-control-allow-origin") == "*"


async def test_guessing_secrets_ends_soon(mercy: House) -> None:
    phone = await installed(mercy)
    form = {"grant_type": "client_credentials", "client_id": phone.client_id}
    answers = [
        (await phone.posts("/oauth/token", {**form, "client_secret": f"guess {n}"})).status
        for n in range(7)
    ]
    assert answers == [401] * 5 + [429] * 2

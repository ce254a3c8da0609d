"""What goes to a push service: the published vector, and what it gives away."""

from datetime import UTC, datetime

from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, derive_private_key

from instance.outbox import push, push_keys
from instance.outbox.push import Device
from tests.push_service import Phone, raw

# RFC 8291, section 5 and appendix A.
UA_PUBLIC = (
    "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4"
)
UA_PRIVATE = "q1dXpw3UpT5VOmu_cf_v6ih07Aems3njxI-JWgLcM94"
AS_PRIVATE = "yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw"
AUTH, SALT = "BTBZMqHH6r4Tts7J_aSIgg", "DGv6ra1nlYgDCS1FRnbzlw"
BODY = (
    "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6T"
    "lzAC8wEqKK6PBru3jl7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4"
    "a-fN"
)


def test_the_example_of_the_rfc() -> None:
    device = Device("https://push.example.net/push/x", raw(UA_PUBLIC), raw(AUTH))
    sender = derive_private_key(int.from_bytes(raw(AS_PRIVATE), "big"), SECP256R1())
    plain = b"When I grow up, I want to be a watermelon"
    assert push_keys.encoded(push.encrypted(plain, device, sender, raw(SALT))) == BODY


def test_a_browser_reads_the_example() -> None:
    key = derive_private_key(int.from_bytes(raw(UA_PRIVATE), "big"), SECP256R1())
    phone = Phone("https://push.example.net/push/x", key, raw(AUTH))
    assert phone.opens(raw(BODY)) == b"When I grow up, I want to be a watermelon"


def test_a_token_is_for_one_push_service_and_less_than_a_day() -> None:
    private, _ = push.new_key()
    now = datetime(2026, 11, 22, 12, tzinfo=UTC)
    header = push.authorization(private, "https://push.example/send/x?y=1", "mailto:a@b.c", now)
    said = raw(header.removeprefix("vapid t=").split(".")[1]).decode()
    assert '"aud":"https://push.example"' in said
    assert f'"exp":{int(now.timestamp()) + 12 * 3600}' in said

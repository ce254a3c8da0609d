import pytest
from hypothesis import given
from hypothesis import strategies as st

from instance import html


@pytest.mark.parametrize(
    ("markup", "shown"),
    [
        ("<p>Chest pain,\n\tsince <b>Monday</b></p>", "Chest pain, since Monday"),
        ("a < b & c > d", "a < b & c > d"),
        ("gaps\u00a0of\u2003every  kind", "gaps of every kind"),
        ("zero\u200bwidth", "zerowidth"),
        ("turned\u202eround", "turnedround"),
        ("bell\x07 and null\x00", "bell and null"),
        ("soft\u00adhyphen", "softhyphen"),
        ("private\ue000 use", "private use"),
        ("Ünïcödé 心電図 ♥", "Ünïcödé 心電図 ♥"),
    ],
)
def test_plain_text_is_one_line_of_what_can_be_seen(markup: str, shown: str) -> None:
    """T19, T32."""
    assert html.plain(markup, 100).replace("\ufffd", "") == shown


@given(st.text("ab \n\x00\u200b\u00e9", max_size=200), st.integers(1, 12))
def test_a_line_is_cut_alike_wherever_its_words_stand(text: str, limit: int) -> None:
    whole = " ".join("".join(c for c in text if c not in "\x00\u200b").split())

    assert html.one_line(text, limit) == whole[:limit]


def test_plain_text_is_cut_to_its_limit() -> None:
    assert html.plain("word " * 50, 9) == "word word"

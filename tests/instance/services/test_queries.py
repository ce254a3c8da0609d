"""What somebody typed, as words to look for."""

import pytest

from instance import words
from instance.services import queries, synonyms


def marked(text: str, typed: str) -> list[str]:
    return [part for part, is_hit in queries.marked(text, queries.read(typed), 40) if is_hit]


def test_a_short_form_stands_for_all_that_it_may_mean() -> None:
    query = queries.read("MI")
    assert query.also == ("myocardial infarction", "heart attack")
    assert "multiple sclerosis" in queries.read("ms").also
    assert "mitral stenosis" in queries.read("ms").also
    assert "mi" in queries.read("Heart  attacks").also
    assert len(synonyms.table("")) > 400


def test_what_a_hospital_adds_counts_beside_the_list_and_has_to_say_something() -> None:
    added = "frusemide = lasix\n\nMI = mitral disaster\nas = aspirin"
    assert synonyms.problem(added) == ""
    assert queries.read("Lasix", added).also == ("frusemide",)
    assert queries.read("Lasix").also == ()
    assert {"mitral disaster", "heart attack"} <= set(queries.read("MI", added).also)
    assert queries.read("as", added).terms == ()
    wrong = (
        "one",
        "a = ",
        "a = A",
        "a = " + "b " * 8,
        " = ".join("abcdefghijklm"),
        "a = " + "b" * 81,
    )
    for line in wrong:
        assert synonyms.problem(f"x = y\n{line}").startswith("Line 2: "), line
    assert synonyms.problem("x = y\n" * 2_000).startswith("Shorten")


def test_no_case_no_accent_and_no_plural_keeps_words_apart() -> None:
    assert words.words("Sjögren's ARTERIES, emboli") == ["sjogren", "s", "artery", "emboli"]
    assert words.words("abscess sepsis pus") == ["abscess", "sepsis", "pus"]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "s",
        "The emboli of IRITIS, the masses; s's",
        "Colleagues' cases, cases and CASES. bus ss s",
        "series_of\tassays -s s- yes1s 1s abcs",
        "Sjögren's ARTÈRES, Straßes",
    ],
)
def test_the_words_that_are_kept_of_a_text_are_those_that_are_looked_for(text: str) -> None:
    assert words.distinct(text) == set(words.words(text))


def test_a_letter_that_ends_no_plural_stays() -> None:
    said = "pus mass iritis as gas dogs DOGS abc1s é1s días ties series bodies"
    folded = "pus mass iritis as gas dog dog abc1s e1s dia tie sery body"
    assert words.words(said) == folded.split()


def test_nothing_typed_is_an_operator() -> None:
    query = queries.read('"-warfarin" OR NEAR(x) % _ * AND NOT')
    assert [term[0] for term in query.terms] == [("warfarin",), ("near",)]


def test_what_says_nothing_is_not_looked_for_and_what_is_long_is_cut() -> None:
    assert [queries.read(typed).terms for typed in ("", " ", "a", "of the", "% - _")] == [()] * 5
    long = queries.read("heparin " * 60 + "x" * 500)
    assert long.is_cut and len(long.terms) == queries.WORDS_MAX and len(long.text) <= 200


def test_a_piece_of_the_text_shows_what_fits() -> None:
    text = "Then " * 30 + "an acute Myocardial Infarction with fever" + " and more" * 30
    assert marked(text, "MI") == ["Myocardial Infarction"]
    assert marked("infarction, not myocardial", "MI") == []
    assert marked("Embolie pulmonaire aigüe", "AIGUE") == ["aigüe"]

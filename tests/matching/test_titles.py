"""What a job title says of the work and of its level."""

import pytest

from app.matching.titles import LEVELS, USUAL_LEVEL, level_of, spellings, work_words


@pytest.mark.parametrize(
    ("title", "work", "level"),
    [
        ("Backend Engineer", ("backend", "engineer"), USUAL_LEVEL),
        ("Sr. Back-end Developer (m/f/d)", ("back", "end", "engineer"), 3),
        ("Head of Demand Generation", ("demand", "generation"), 5),
        ("Lead Senior Designer", ("designer",), 4),
        ("Junior Data Data Scientist", ("data", "scientist"), 1),
        ("Director", (), 5),
        ("", (), USUAL_LEVEL),
    ],
)
def test_work_and_level_stand_apart(title: str, work: tuple[str, ...], level: int) -> None:
    assert work_words(title) == work
    assert level_of(title) == level


def test_words_that_mean_the_same_work_are_one() -> None:
    assert work_words("Programmer") == work_words("Developer") == work_words("Engineer")
    assert spellings("engineer") == ("engineer", "developer", "programmer")
    assert spellings("cook") == ("cook",)


def test_no_word_names_two_levels() -> None:
    words = [word for level in LEVELS for word in level]
    assert len(words) == len(set(words))

"""Which names may be one person's, and what is told of the difference."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.matching.names import Fit, compare, name_of, sound

Pair = tuple[str, str | None]

ONE_PERSON: list[tuple[Pair, Pair, Fit]] = [
    (("John", "Locke"), ("JOHN", "LOCKE"), Fit.SAME),
    (("Jöhn", "Locké"), ("John", "Locke"), Fit.SAME),
    (("John", "Locke"), ("John Terry", "Locke"), Fit.SAME),
    (("John Locke", None), ("John", "Locke"), Fit.SAME),
    (("Dr. John", "Locke, PhD"), ("John", "Locke"), Fit.SAME),
    (("Juan", "de la Cruz"), ("Juan", "Delacruz"), Fit.SAME),
    (("Kenan", "Yıldırım"), ("KENAN", "YILDIRIM"), Fit.SAME),
    (("Hans", "Weiß"), ("Hans", "Weiss"), Fit.SAME),
    (("晓明", "李"), ("Xiaoming", "Li"), Fit.SAME),
    (("Bill", "Gale"), ("William", "Gale"), Fit.ALIKE),
    (("Locke", "John"), ("John", "Locke"), Fit.ALIKE),
    (("Wang", "Wei"), ("Wei", "Wang"), Fit.ALIKE),
    (("Сергей", "Воробьёв"), ("Sergei", "Vorobyov"), Fit.ALIKE),
    (("Михаил", "Чехов"), ("Michail", "Tschechow"), Fit.ALIKE),
    (("Γιώργος", "Παπαδόπουλος"), ("George", "Papadopoulos"), Fit.ALIKE),
    (("Jürgen", "Müller"), ("Juergen", "Mueller"), Fit.ALIKE),
    (("Anna", "Schmidt"), ("Anna", "Meier-Schmidt"), Fit.ALIKE),
    (("Anna", "Schmidt"), ("Anna", "Koch (Schmidt)"), Fit.ALIKE),
    (("Anna", "Koch, geb. Schmidt"), ("Anna", "Schmidt"), Fit.ALIKE),
    (("Jason", "Huang"), ("Zhiqiang (Jason)", "Huang"), Fit.ALIKE),
    (("John", "Lock"), ("John", "Locke"), Fit.GIVEN_ONLY),
    (("Veronica", "Mandleson"), ("Veronica", "Mandelson"), Fit.NEAR),
    (("J.", "Locke"), ("John", "Locke"), Fit.LOOSE),
]
TWO_PEOPLE: list[tuple[Pair, Pair, Fit]] = [
    (("John", "Locke"), ("James", "Locke"), Fit.FAMILY_ONLY),
    (("Maria", "Rossi"), ("Mario", "Rossi"), Fit.FAMILY_ONLY),
    (("Daniel", "Rossi"), ("Daniela", "Rossi"), Fit.FAMILY_ONLY),
    (("Maria Teresa", "Garcia"), ("Maria Elena", "Garcia"), Fit.FAMILY_ONLY),
    (("John A.", "Smith"), ("John B.", "Smith"), Fit.FAMILY_ONLY),
    (("John", "Smith Jr."), ("John", "Smith Sr."), Fit.FAMILY_ONLY),
    (("Carlos", "García Lopetegui"), ("Carlos", "García Zubeldia"), Fit.GIVEN_ONLY),
    (("Ivan", "Petrov"), ("Irina", "Petrova"), Fit.DIFFERENT),
    (("Marina", "Rossi"), ("Martina", "Rossi"), Fit.LOOSE),
    (("John", "Locke"), ("Helen", "Rom"), Fit.DIFFERENT),
]


@pytest.mark.parametrize(("ours", "theirs", "fit"), [*ONE_PERSON, *TWO_PEOPLE])
def test_how_well_names_go_together(ours: Pair, theirs: Pair, fit: Fit) -> None:
    compared = compare(name_of(*ours), name_of(*theirs))
    assert compared.fit is fit
    assert bool(compared.remark) == (fit is not Fit.SAME)


def test_the_suffix_and_the_middle_initial_of_the_ats_count_as_parts_of_the_name() -> None:
    assert compare(name_of("John", "Smith", None, "Jr"), name_of("John", "Smith Sr.")).fit is Fit.FAMILY_ONLY
    assert compare(name_of("John", "Smith", "A"), name_of("John B.", "Smith")).fit is Fit.FAMILY_ONLY
    assert compare(name_of("John", "Smith", "A"), name_of("John Adam", "Smith")).fit is Fit.SAME


def test_nothing_is_known_of_a_name_that_is_not_there() -> None:
    assert compare(name_of("John", "Locke"), name_of("", "")).fit is Fit.UNKNOWN


@pytest.mark.parametrize(
    ("one", "other"),
    [("sergey", "sergei"), ("yulia", "iuliia"), ("mueller", "muller"), ("evgeny", "yevgenii")],
)
def test_transliterations_of_one_name_sound_alike(one: str, other: str) -> None:
    assert sound(one) == sound(other)


_names = st.tuples(st.text(max_size=20), st.none() | st.text(max_size=20))


@given(_names, _names)
def test_any_two_names_can_be_compared_the_same_either_way(ours: Pair, theirs: Pair) -> None:
    one, other = name_of(*ours), name_of(*theirs)
    assert compare(one, other).fit == compare(other, one).fit
    if one:
        assert compare(one, one).fit >= Fit.GIVEN_ONLY

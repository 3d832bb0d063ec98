"""Whether two names may be one person's, and what is different between them.

People are written in many ways: without accents, in another alphabet's letters, with the family name first,
with a short form or an initial, with the name before or after a marriage, with a letter wrong. Which of these
it is matters: a short form is as good as the name, an initial is less, and another given name beside the same
family name is more likely a brother or a mother than the same person.
"""

import re
from dataclasses import dataclass
from enum import IntEnum
from functools import lru_cache
from typing import Final

from rapidfuzz.distance import OSA

from app.matching.keys import words
from app.matching.nicknames import are_forms_of_one

SLIP_LENGTH_MIN: Final = 4
"""In shorter words a wrong letter makes another name: Tim, Tom."""

_ASIDE: Final = re.compile(r"[(\[\"“].*?[)\]\"”]|\b(?:née|nee|geb\.?|geborene)\b.*", re.IGNORECASE)
_ADDRESSES: Final = frozenset(
    ("mr", "mrs", "ms", "miss", "dr", "prof", "professor", "herr", "frau", "sir", "ing", "dipl")
)
_DEGREES: Final = frozenset(
    re.findall(
        r"\w+",
        "phd mba md msc bsc ma ba ms bs jd llm cpa cfa pmp esq dds rn pe shrm sphr phr cissp psm csm med",
    )
)
_GENERATIONS: Final = {
    "jr": "jr",
    "junior": "jr",
    "sr": "sr",
    "senior": "sr",
    "ii": "jr",
    "iii": "iii",
    "iv": "iv",
}
_PARTICLES: Final = frozenset(
    re.findall(
        r"\w+", "van von vom der den de del della di da dos das du la le el al bin ibn ben zu zum ter ten y e"
    )
)


class Fit(IntEnum):
    """How well two names go together, from nothing in common to the same name.

    LOOSE: by an initial, or with a letter wrong in the given name, which may be a sister's: Marina, Martina.
    NEAR: with a letter wrong in the family name. ALIKE: one name in two spellings, forms or orders. UNKNOWN:
    one of the two is not known.
    """

    DIFFERENT = 0
    FAMILY_ONLY = 1
    GIVEN_ONLY = 2
    LOOSE = 3
    NEAR = 4
    ALIKE = 5
    SAME = 6
    UNKNOWN = 7


class _Likeness(IntEnum):
    """How well two single names go together."""

    NONE = 0
    SLIP = 1
    INITIAL = 2
    FORM = 3
    SOUND = 4
    EQUAL = 5


@dataclass(frozen=True, slots=True)
class Compared:
    """`remark` says what is different, for a person; '' where nothing is."""

    fit: Fit
    remark: str = ""


@dataclass(frozen=True, slots=True)
class Name:
    """A name in parts, each in words of `keys.words`. `aside` is what stood in brackets or after "née"."""

    given: tuple[str, ...]
    family: tuple[str, ...]
    aside: tuple[str, ...] = ()
    generation: str = ""

    def __bool__(self) -> bool:
        return bool(self.given or self.family)


_REMARKS: Final = {
    _Likeness.SLIP: "but for a letter of the {part} name",
    _Likeness.INITIAL: "but the {part} name is an initial",
    _Likeness.FORM: "with another form of the {part} name",
    _Likeness.SOUND: "with another spelling of the {part} name",
}
_SAME: Final = Compared(Fit.SAME)
_UNKNOWN: Final = Compared(Fit.UNKNOWN)
_DIFFERENT: Final = Compared(Fit.DIFFERENT, "but another name")


@lru_cache(maxsize=50_000)
def name_of(
    first: str | None, last: str | None, middle: str | None = None, suffix: str | None = None
) -> Name:
    """The parts of a name. A full name in one of the two fields is divided before its last word."""
    given = tuple(one for one in words(_ASIDE.sub(" ", first or "")) if one not in _ADDRESSES)
    family = words(_ASIDE.sub(" ", last or ""))
    aside = tuple(
        word
        for text in (first, last)
        for found in _ASIDE.findall(text or "")
        for word in words(found)
        if word not in ("nee", "geb", "geborene")
    )
    generation = ""
    while len(family) > 1 and (family[-1] in _GENERATIONS or family[-1] in _DEGREES):
        generation = generation or _GENERATIONS.get(family[-1], "")
        family = family[:-1]
    for word in words(suffix):
        generation = generation or _GENERATIONS.get(word, "")
    if not family and len(given) > 1:
        given, family = given[:-1], given[-1:]
    elif not given and len(family) > 1:
        given, family = family[:1], family[1:]
    if middle and len(given) == 1:
        given += words(middle)[:1]
    return Name(given, family, aside, generation)


@lru_cache(maxsize=50_000)
def compare(ours: Name, theirs: Name) -> Compared:
    """How well two names go together; the same whichever of the two comes first."""
    if not ours or not theirs:
        return _UNKNOWN
    if ours == theirs:
        return _SAME
    straight = _compare(ours, theirs)
    if straight.fit < Fit.SAME:
        turned = max(
            (_compare(_turned(ours), theirs), _compare(ours, _turned(theirs))),
            key=lambda one: (one.fit, one.remark),
        )
        if turned.fit > max(straight.fit, Fit.GIVEN_ONLY):
            remark = f"{turned.remark}, in the other order" if turned.remark else "in the other order"
            straight = Compared(min(turned.fit, Fit.ALIKE), remark)
    if {ours.generation, theirs.generation} in ({"jr", "sr"}, {"jr", "iii"}, {"sr", "iii"}):
        return Compared(min(straight.fit, Fit.FAMILY_ONLY), "but junior and senior are two people")
    return straight


def _turned(name: Name) -> Name:
    return Name(name.family, name.given, name.aside, name.generation) if name.given and name.family else name


def _compare(ours: Name, theirs: Name) -> Compared:
    given, given_remark = _given(ours.given, theirs.given)
    if not given and (_stands_aside(ours.given, theirs) or _stands_aside(theirs.given, ours)):
        given, given_remark = _Likeness.FORM, "with a given name in brackets"
    family, family_remark = _family(ours, theirs)
    remark = " and ".join(one for one in (given_remark, family_remark) if one)
    if given and family:
        if given is _Likeness.EQUAL and family is _Likeness.EQUAL:
            return Compared(Fit.ALIKE if remark else Fit.SAME, remark)
        if given is _Likeness.SLIP or _Likeness.INITIAL in (given, family):
            return Compared(Fit.LOOSE, remark)
        return Compared(Fit.NEAR if family is _Likeness.SLIP else Fit.ALIKE, remark)
    if given >= _Likeness.FORM:
        return Compared(Fit.GIVEN_ONLY, "but another family name, as after a marriage")
    if family >= _Likeness.SOUND:
        return Compared(Fit.FAMILY_ONLY, given_remark or "but another given name, as with a relative")
    return _DIFFERENT


def _given(ours: tuple[str, ...], theirs: tuple[str, ...]) -> tuple[_Likeness, str]:
    if not ours or not theirs:
        return _Likeness.NONE, ""
    if "".join(ours) == "".join(theirs):
        return _Likeness.EQUAL, ""
    first = _likeness(ours[0], theirs[0], forms=True)
    if first:
        further, further_there = ours[1:], theirs[1:]
        if further and further_there and not _likeness(further[0], further_there[0], forms=True):
            return _Likeness.NONE, "but another second name"
        return first, _remark(first, "given")
    if sound("".join(ours)) == sound("".join(theirs)):
        return _Likeness.SOUND, _remark(_Likeness.SOUND, "given")
    # Whoever goes by the second name leaves out the first, or writes its initial.
    for one, other in ((ours, theirs), (theirs, ours)):
        if len(one) > 1 and _likeness(one[1], other[0], forms=True) >= _Likeness.FORM:
            return _Likeness.FORM, "with the second name in place of the first"
    return _Likeness.NONE, ""


def _stands_aside(given: tuple[str, ...], other: Name) -> bool:
    return bool(given) and any(_likeness(given[0], one, forms=True) >= _Likeness.FORM for one in other.aside)


def _family(ours: Name, theirs: Name) -> tuple[_Likeness, str]:
    if not ours.family or not theirs.family:
        return _Likeness.NONE, ""
    if "".join(ours.family) == "".join(theirs.family):
        return _Likeness.EQUAL, ""
    mine, others = family_words(ours.family), family_words(theirs.family)
    if mine == others:
        return _Likeness.EQUAL, ""
    if sorted(mine) == sorted(others):
        return _Likeness.SOUND, "with the family names in the other order"
    if set(mine) < set(others) or set(others) < set(mine):
        return _Likeness.FORM, "with one of two family names"
    whole, whole_there = "".join(mine), "".join(others)
    if sound(whole) == sound(whole_there):
        return _Likeness.SOUND, _remark(_Likeness.SOUND, "family")
    if _is_slip(whole, whole_there):
        return _Likeness.SLIP, _remark(_Likeness.SLIP, "family")
    if not {*ours.aside, *mine}.isdisjoint(theirs.aside) or not set(ours.aside).isdisjoint(others):
        return _Likeness.FORM, "with a former family name"
    if 1 in (len(whole), len(whole_there)) and whole[0] == whole_there[0]:
        return _Likeness.INITIAL, _remark(_Likeness.INITIAL, "family")
    return _Likeness.NONE, ""


def family_words(family: tuple[str, ...]) -> tuple[str, ...]:
    """The words of a family name without van, de la and the like, unless there is nothing else."""
    return tuple(word for word in family if word not in _PARTICLES) or family


def _remark(likeness: _Likeness, part: str) -> str:
    return _REMARKS[likeness].format(part=part) if likeness is not _Likeness.EQUAL else ""


def _likeness(one: str, other: str, *, forms: bool) -> _Likeness:
    if one == other:
        return _Likeness.EQUAL
    if sound(one) == sound(other):
        return _Likeness.SOUND
    if forms and are_forms_of_one(one, other):
        return _Likeness.FORM
    if (len(one) == 1 or len(other) == 1) and one[0] == other[0]:
        return _Likeness.INITIAL
    return _Likeness.SLIP if _is_slip(one, other) else _Likeness.NONE


def _is_slip(one: str, other: str) -> bool:
    """One letter wrong, missing, too many or in the other's place, and not at an end.

    The last letter tells Mario from Maria and Ivanov from Ivanova, the first one Karl from Earl.
    """
    if min(len(one), len(other)) < SLIP_LENGTH_MIN or one[0] != other[0] or one[-1] != other[-1]:
        return False
    return OSA.distance(one, other, score_cutoff=1) == 1


_SOUNDS: Final = tuple(
    (re.compile(pattern), sound)
    for pattern, sound in (
        (r"tsch|tch", "h"),
        (r"shch|sch|sh|zh", "s"),
        (r"ch|kh", "h"),
        (r"ph", "f"),
        (r"dj", "d"),
        (r"ck", "k"),
        (r"ks", "x"),
        (r"ou|oy", "u"),
        (r"w", "v"),
        (r"(?<=[aou])e", ""),
        (r"[yj]", "i"),
        (r"(.)\1+", r"\1"),
        (r"^i(?=e)", ""),
        (r"(?<=.)io(?=.)", "e"),
        (r"(?<=.)ie(?=i|$|v)", "e"),
    )
)


@lru_cache(maxsize=50_000)
def sound(word: str) -> str:
    """The word as it is heard, roughly: what transliterations of one name have in common.

    Sergey and Sergei, Yulia and Iuliia, Müller and Mueller, Papadopoylos and Papadopoulos.
    """
    for pattern, written in _SOUNDS:
        word = pattern.sub(written, word)
    return word

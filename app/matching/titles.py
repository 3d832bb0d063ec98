"""Job titles: what they say of the work, and what they say of its level.

A small vocabulary in English, the language of nearly all titles in the field. Words that it does not know
belong to the work.
"""

from functools import lru_cache
from typing import Final

from app.matching.keys import words

LEVELS: Final = (
    ("intern", "trainee", "apprentice", "student"),
    ("junior", "jr", "graduate", "entry"),
    (),
    ("senior", "sr", "experienced"),
    ("staff", "lead", "principal"),
    ("head", "director", "vp", "chief", "president"),
)
"""Words that say the level, lowest first; the third is that of a title without any."""
USUAL_LEVEL: Final = 2

UNSPOKEN: Final = frozenset(("a", "an", "and", "at", "for", "in", "of", "the", "to", "m", "w", "f", "d", "x"))
"""Words of a title that say nothing, with those of "(m/f/d)"."""
SAME_WORK: Final = (("engineer", "developer", "programmer"), ("recruiter", "sourcer"))
"""Words that stand for the same work; the first one is taken for all."""

_LEVEL_OF_WORD: Final = {word: level for level, named in enumerate(LEVELS) for word in named}
_WORK_OF_WORD: Final = {word: named[0] for named in SAME_WORK for word in named}


@lru_cache(maxsize=20_000)
def level_of(title: str) -> int:
    """The place in `LEVELS` of the highest level that the title names."""
    return max((_LEVEL_OF_WORD[word] for word in words(title) if word in _LEVEL_OF_WORD), default=USUAL_LEVEL)


@lru_cache(maxsize=20_000)
def work_words(title: str) -> tuple[str, ...]:
    """The words of the work, each once, in their order; of those that mean the same, the one for all."""
    found = (
        _WORK_OF_WORD.get(word, word)
        for word in words(title)
        if word not in _LEVEL_OF_WORD and word not in UNSPOKEN
    )
    return tuple(dict.fromkeys(found))


def spellings(work: str) -> tuple[str, ...]:
    """The words that stand for the same work as this one, itself first."""
    return next((named for named in SAME_WORK if work in named), (work,))

"""What people do for a living: the words that belong together in a profile, a job and an interview.

A profession's words are kept in one place so that a person's titles, skills, employers and studies, the
jobs that look for them, and what interviewers write about them always fit each other.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Profession:
    """One line of work.

    `ladder` holds five titles from junior to head. `skills` is ordered: the first six are what everybody
    in the profession can do. `achievements` are sentences for a position, `strengths` end the sentence
    "I am at my best when …", `duties` are lines of a job description, `exercise` names the practical
    part of the interviews, `attributes` what interviewers grade. `sectors` are keys of
    `employers.EMPLOYERS`.
    """

    key: str
    department: str
    industry: str
    sectors: tuple[str, ...]
    ladder: tuple[str, str, str, str, str]
    skills: tuple[str, ...]
    studies: tuple[str, ...]
    achievements: tuple[str, ...]
    strengths: tuple[str, ...]
    duties: tuple[str, ...]
    exercise: str
    attributes: tuple[str, ...]
    neighbours: tuple[str, ...]
